//! From words to skills: what a node is sure of is taken, what it doubts is asked once, and the rest stays the person's own tag.

use hanse_api::requests::{JobRequest, LinkRequest};
use hanse_document::Skill;
use hanse_document::kind::job;
use serde_json::Value;

use super::Run;
use super::skills::label;
use crate::cli::SkillName;
use crate::error::CommandError;
use crate::terminal::{self, out};
use hanse_client::api;
use hanse_client::client::ClientError;
use hanse_client::json::Missing;
use hanse_client::json::Read as _;
use hanse_client::request::Request;

/// What is shown for one phrase: more than five are no question any more.
const ASKED_MAX: &str = "5";
/// What somebody reads who posts a job without a skill and cannot be asked.
const HINT: &str =
    "this job names no skill, by which people are found: name each with --skill WORDS or --skill ID";

/// Asks a question and takes a line.
type Ask<'a> = &'a mut dyn FnMut(&str) -> Result<String, CommandError>;

/// The ways to a node and to the person, who can be asked on a terminal only.
pub(super) struct Naming<'a> {
    send: &'a mut dyn FnMut(&Request) -> Result<Value, CommandError>,
    ask: Option<Ask<'a>>,
    note: &'a mut dyn FnMut(&str),
    /// In which skills are shown, where they have a name in it.
    language: Option<&'a str>,
}

impl Run {
    /// The skills that are named, in their order.
    pub(super) fn named(
        &mut self,
        names: &[SkillName],
        language: Option<&str>,
    ) -> Result<Vec<Skill>, CommandError> {
        self.naming(language, |naming| naming.named(names))
    }

    /// The skills that a posting names; those of its text that the client confirms, if it names none.
    pub(super) fn needed(
        &mut self,
        names: &[SkillName],
        job: &JobRequest,
    ) -> Result<Vec<Skill>, CommandError> {
        let language = job.language.as_ref().map(|language| language.as_str());
        self.naming(
            language,
            |naming| if names.is_empty() { naming.confirmed(job) } else { naming.named(names) },
        )
    }

    fn naming<T>(
        &mut self,
        language: Option<&str>,
        work: impl FnOnce(&mut Naming<'_>) -> Result<T, CommandError>,
    ) -> Result<T, CommandError> {
        // A program that reads JSON is not asked, even if it was started on a terminal.
        let asks = !self.json && terminal::is_there();
        let mut ask = terminal::answer;
        let ask: Option<Ask<'_>> = if asks { Some(&mut ask) } else { None };
        let send = &mut |request: &Request| self.caller.send(request);
        work(&mut Naming { send, ask, note: &mut |text| out::note(&out::plain(text)), language })
    }
}

impl Naming<'_> {
    fn named(&mut self, names: &[SkillName]) -> Result<Vec<Skill>, CommandError> {
        let mut skills: Vec<Skill> = Vec::new();
        for name in names {
            let skill = match name {
                SkillName::Id(id) => id.clone(),
                SkillName::Words(words) => self.meant(words.as_str())?,
            };
            // Two phrases may mean one skill.
            if !skills.contains(&skill) {
                skills.push(skill);
            }
        }
        Ok(skills)
    }

    fn meant(&mut self, words: &str) -> Result<Skill, CommandError> {
        // In any language: a French posting asks for Docker, too, and that has no French name everywhere.
        let answer = (self.send)(&api::skills(words, None, Some(ASKED_MAX)))?;
        let items = answer.list("/items");
        let own: Option<Skill> = answer.text("/own_tag").parse().ok();
        match answer.text("/advice") {
            "sure" => {
                let names = shown(items, self.language);
                (self.note)(&format!("'{words}' is {}", names.first().map_or("", String::as_str)));
                return id(&answer, "/items/0/id");
            }
            "ask" => {
                if let Some(ask) = &mut self.ask {
                    let question = question(words, &shown(items, self.language), own.as_ref());
                    if let Some(number) = numbers(&ask(&question)?, items.len())?.first() {
                        return id(&answer, &format!("/items/{}/id", number - 1));
                    }
                } else {
                    let may = shown(items, self.language).join(" or ");
                    (self.note)(&format!("'{words}' may mean {may}: if it does, name it by its id"));
                }
            }
            _ => (self.note)(&format!("no skill is called '{words}' here")),
        }
        let own = own.ok_or_else(|| {
            CommandError::Input(format!(
                "'{words}' can be no tag of your own, which has only Latin letters and digits: write it so, or name a skill by its id"
            ))
        })?;
        (self.note)(&format!("'{words}' is kept as your own tag {own}"));
        Ok(own)
    }

    fn confirmed(&mut self, job: &JobRequest) -> Result<Vec<Skill>, CommandError> {
        let Some(ask) = &mut self.ask else {
            (self.note)(HINT);
            return Ok(Vec::new());
        };
        let text = LinkRequest {
            title: Some(job.title.to_string()),
            text: job.text.to_string(),
            language: job.language.clone(),
        };
        let answer = (self.send)(&api::link(&text))?;
        let items: Vec<String> =
            shown(answer.list("/items"), self.language).into_iter().take(job::Skills::ITEMS_MAX).collect();
        if items.is_empty() {
            (self.note)(HINT);
            return Ok(Vec::new());
        }
        let said = ask(&needs(&items))?;
        let numbers = match said.trim() {
            "all" => (1..=items.len()).collect(),
            said => numbers(said, items.len())?,
        };
        numbers.into_iter().map(|number| id(&answer, &format!("/items/{}/id", number - 1))).collect()
    }
}

fn id(answer: &Value, pointer: &str) -> Result<Skill, CommandError> {
    let missing = || ClientError::from(Missing(pointer.to_owned()));
    Ok(answer.text(pointer).parse().map_err(|_| missing())?)
}

/// Each skill by a name and its id: the name in the language that is spoken, or another.
fn shown(items: &[Value], language: Option<&str>) -> Vec<String> {
    let shown = |item: &Value| {
        let names = language.into_iter().chain(["en", "fr", "und"]).map(|language| label(item, language));
        let name = names.into_iter().find(|name| !name.is_empty()).unwrap_or_default();
        out::plain_line(&format!("{name} ({})", item.text("/id")))
    };
    items.iter().map(shown).collect()
}

fn numbered(items: &[String]) -> String {
    items.iter().zip(1..).map(|(item, number)| format!("  {number}  {item}\n")).collect()
}

fn question(words: &str, items: &[String], own: Option<&Skill>) -> String {
    let own = own.map_or_else(|| "none of these".to_owned(), |own| format!("keep it as my own tag {own}"));
    format!("'{words}' may mean:\n{}  Enter  {own}\nWhich? ", numbered(items))
}

fn needs(items: &[String]) -> String {
    let list = numbered(items);
    format!("This posting names:\n{list}Which does the job need? Numbers, `all`, or Enter for none: ")
}

/// The numbers that were typed, each once; nothing is done by a slip of the finger.
fn numbers(said: &str, most: usize) -> Result<Vec<usize>, CommandError> {
    let mut numbers = Vec::new();
    for word in said.split([' ', ',', ';', '\t', '\n', '\r']).filter(|word| !word.is_empty()) {
        let number = word.parse().ok().filter(|number| (1..=most).contains(number)).ok_or_else(|| {
            CommandError::Input(format!("`{word}` is none of 1 to {most}: nothing was done"))
        })?;
        if !numbers.contains(&number) {
            numbers.push(number);
        }
    }
    Ok(numbers)
}

#[cfg(test)]
mod tests;
