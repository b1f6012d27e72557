//! Skills: those of one's profile, and finding others.

use hanse_api::requests::ProfileRequest;
use hanse_document::Skill;
use hanse_document::kind::profile::Skills;
use serde_json::{Value, json};

use super::Run;
use crate::cli::{Language, SkillsCommand};
use crate::error::CommandError;
use crate::terminal::out;
use crate::terminal::table::{Card, Table};
use hanse_client::api;
use hanse_client::client::ClientError;
use hanse_client::json::Read as _;
use hanse_client::request::body;

/// Widths of cells that may be cut.
const NAME: Option<usize> = Some(44);

impl Run {
    pub(super) fn skills(&mut self, command: Option<&SkillsCommand>) -> Result<(), CommandError> {
        match command {
            None => self.own_skills(),
            Some(SkillsCommand::Find { text, language, limit }) => {
                let language = language.map(Language::tag);
                self.answer(&api::skills(text, language, Some(&limit.to_string())), found)
            }
            Some(SkillsCommand::Show { id }) => self.answer(&api::skill(id), skill),
            Some(SkillsCommand::Add { skills }) => {
                let added = self.named(skills, None)?;
                self.change_skills(|skills| {
                    for skill in added {
                        if !skills.contains(&skill) {
                            skills.push(skill);
                        }
                    }
                })
            }
            Some(SkillsCommand::Remove { ids }) => {
                self.change_skills(|skills| skills.retain(|skill| !ids.contains(skill)))
            }
        }
    }

    /// The skills of one's profile, by name where this node knows them.
    fn own_skills(&mut self) -> Result<(), CommandError> {
        let did = self.person(None)?;
        let profile = self.caller.send(&api::profile(&did))?;
        let mut items = Vec::new();
        for id in profile.texts("/profile/skills") {
            items.push(match self.caller.send(&api::skill(id)) {
                Ok(skill) => json!({"id": id, "labels": skill.list("/labels")}),
                Err(CommandError::Client(ClientError::Refused(problem))) if problem.slug() == "not-found" => {
                    json!({"id": id, "labels": []})
                }
                Err(error) => return Err(error),
            });
        }
        self.print(&json!({"items": items}), own)
    }

    /// Writes the profile anew with other skills; all else stays.
    fn change_skills(&mut self, change: impl FnOnce(&mut Vec<Skill>)) -> Result<(), CommandError> {
        let before = self.own_profile()?;
        let mut skills = before.skills.to_vec();
        change(&mut skills);
        let skills = Skills::new(skills).map_err(|_| {
            let most = Skills::ITEMS_MAX;
            CommandError::Input(format!(
                "a profile names at most {most} skills; next: hanse skills remove ID"
            ))
        })?;
        let profile = ProfileRequest { skills, ..before };
        self.caller.send(&api::put_profile(body(&profile)))?;
        self.own_skills()
    }
}

fn own(answer: &Value) -> String {
    table(answer).render("Your profile names no skills: hanse skills find PHRASE")
}

fn found(answer: &Value) -> String {
    let text = table(answer).render("No skill is called like that.");
    let next =
        answer.list("/items").first().map(|best| format!("\n\nyours? hanse skills add {}", best.text("/id")));
    text + &out::plain(&next.unwrap_or_default())
}

fn table(answer: &Value) -> Table {
    let mut table = Table::new(&[("SKILL", NAME), ("FRENCH", NAME), ("ID", None)]);
    for item in answer.list("/items") {
        let [en, fr] = ["en", "fr"].map(|language| label(item, language));
        let name = if en.is_empty() && fr.is_empty() { "(not known to this node)".to_owned() } else { en };
        table.row([name, fr, item.text("/id").to_owned()]);
    }
    table
}

pub(super) fn label(item: &Value, language: &str) -> String {
    let labels = item.list("/labels").iter();
    labels.filter(|label| label.text("/language") == language).map(|label| label.text("/text")).collect()
}

fn skill(view: &Value) -> String {
    let names = view.list("/names").iter().map(|name| name.text("/text").to_owned());
    let near = view.list("/near").iter().map(|near| {
        let name = [label(near, "en"), label(near, "fr")].into_iter().find(|name| !name.is_empty());
        format!("{} ({}, {})", name.unwrap_or_default(), near.text("/relation"), near.text("/id"))
    });
    Card::default()
        .with("skill", &label(view, "en"))
        .with("in French", &label(view, "fr"))
        .with("id", view.text("/id"))
        .each("also", names)
        .each("near", near)
        .render()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn skills_are_a_table_with_whole_ids_and_the_next_command() {
        let labels =
            json!([{"language": "en", "text": "bake bread"}, {"language": "fr", "text": "faire du pain"}]);
        let answer = json!({"items": [{"id": "local:bread", "labels": labels, "score": 900_000}]});
        let shown = found(&answer);
        assert!(shown.contains("bake bread  faire du pain  local:bread"), "{shown}");
        assert!(shown.ends_with("hanse skills add local:bread"), "{shown}");
        assert_eq!(found(&json!({"items": []})), "No skill is called like that.");
        let unknown = own(&json!({"items": [{"id": "local:odd", "labels": []}]}));
        assert!(unknown.contains("(not known to this node)") && unknown.contains("local:odd"), "{unknown}");
        assert!(own(&json!({})).contains("hanse skills find"));
    }

    #[test]
    fn a_skill_names_what_meets_it() {
        let view = json!({"id": "local:a", "labels": [{"language": "en", "text": "A"}], "names": [{"language": "en", "text": "Ay"}],
            "near": [{"id": "local:b", "relation": "narrower", "meets": 90, "labels": [{"language": "fr", "text": "B"}]}]});
        let shown = skill(&view);
        assert!(shown.contains("also   Ay"), "{shown}");
        assert!(shown.contains("B (narrower, local:b)"), "{shown}");
    }
}
