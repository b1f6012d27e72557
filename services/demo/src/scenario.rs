//! Who takes part and what happens between them, as `services/command/demo` has it.

use std::collections::BTreeMap;

use hanse_command::json::Read as _;
use serde::Deserialize;
use serde_json::Value;

use crate::fail::DemoError;

const PROFILES: &str = include_str!("../../command/demo/profiles.jsonl");
const JOBS: &str = include_str!("../../command/demo/jobs.jsonl");
const REVIEWS: &str = include_str!("../../command/demo/reviews.json");

/// Where somebody is at home.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Town {
    /// The clients' node.
    A,
    /// The freelancers' node.
    B,
}

/// Somebody who takes part.
#[derive(Clone, Debug)]
pub(crate) struct Role {
    /// Name of the account.
    pub(crate) handle: String,
    /// Where.
    pub(crate) town: Town,
    /// The body of `PUT /v1/me/profile`, if they have a profile.
    pub(crate) profile: Option<Value>,
}

/// One review, as it will be deposited.
#[derive(Clone, Debug)]
pub(crate) struct Words {
    /// The body of `POST /v1/contracts/{id}/reviews`.
    pub(crate) review: Value,
    /// The answer of the person reviewed, if they give one.
    pub(crate) reply: Option<String>,
}

impl Words {
    /// The words alone.
    pub(crate) fn text(&self) -> &str {
        self.review.text("/text")
    }

    /// 1 to 5.
    pub(crate) fn rating(&self) -> u64 {
        self.review.number("/rating")
    }
}

/// One contract with its two reviews.
#[derive(Clone, Debug)]
pub(crate) struct Plot {
    /// Title of the job.
    pub(crate) job: String,
    /// Handle of the client.
    pub(crate) client: String,
    /// Handle of the freelancer.
    pub(crate) freelancer: String,
    /// What the client writes.
    pub(crate) by_client: Words,
    /// What the freelancer writes.
    pub(crate) by_freelancer: Words,
}

/// All of it.
#[derive(Clone, Debug)]
pub(crate) struct Scenario {
    /// Everybody.
    pub(crate) roles: Vec<Role>,
    /// The contracts.
    pub(crate) plots: Vec<Plot>,
    /// The postings of `jobs.jsonl`, as the API takes them.
    pub(crate) jobs: Vec<Value>,
}

/// A line of `reviews.json`; the rest of it is the review.
#[derive(Deserialize)]
struct Line {
    freelancer: String,
    client: String,
    job: String,
    role: String,
    #[serde(default)]
    reply: Option<String>,
    #[serde(flatten)]
    review: serde_json::Map<String, Value>,
}

impl Scenario {
    /// Reads the data that the program was built with.
    pub(crate) fn read() -> Result<Self, DemoError> {
        let data = |error: serde_json::Error| DemoError::Data(error.to_string());
        let lines = |text: &'static str| text.lines().filter(|line| !line.trim().is_empty());
        let profiles: Vec<Value> =
            lines(PROFILES).map(serde_json::from_str).collect::<Result<_, _>>().map_err(data)?;
        let jobs = lines(JOBS).map(serde_json::from_str).collect::<Result<_, _>>().map_err(data)?;
        let plots = plots(serde_json::from_str(REVIEWS).map_err(data)?)?;
        let mut roles: Vec<Role> = profiles.into_iter().map(role).collect();
        for plot in &plots {
            if !roles.iter().any(|role| role.handle == plot.client) {
                roles.push(Role { handle: plot.client.clone(), town: Town::A, profile: None });
            }
        }
        let scenario = Self { roles, plots, jobs };
        scenario.check()?;
        Ok(scenario)
    }

    /// The freelancer with the most contracts, whose record is verified at the end.
    pub(crate) fn star(&self) -> &str {
        let mut contracts: BTreeMap<&str, usize> = BTreeMap::new();
        for plot in &self.plots {
            *contracts.entry(&plot.freelancer).or_default() += 1;
        }
        contracts.into_iter().max_by_key(|(_, count)| *count).map(|(handle, _)| handle).unwrap_or_default()
    }

    /// A name to call somebody by.
    pub(crate) fn name<'a>(&'a self, handle: &'a str) -> &'a str {
        let profile =
            self.roles.iter().find(|role| role.handle == handle).and_then(|role| role.profile.as_ref());
        profile.map(|profile| profile.text("/name")).filter(|name| !name.is_empty()).unwrap_or(handle)
    }

    fn check(&self) -> Result<(), DemoError> {
        for plot in &self.plots {
            let lives = |handle: &str, town: Town| {
                self.roles.iter().any(|role| role.handle == handle && role.town == town)
            };
            if !lives(&plot.freelancer, Town::B) || !lives(&plot.client, Town::A) {
                let what = format!(
                    "{} and {} must live at the two homes, each at the own one",
                    plot.client, plot.freelancer
                );
                return Err(DemoError::Data(what));
            }
            if !self.jobs.iter().any(|job| job.text("/title") == plot.job) {
                return Err(DemoError::Data(format!("no job is called {:?}", plot.job)));
            }
        }
        Ok(())
    }
}

/// People of France and Switzerland are at home at A, everybody else at B.
fn role(mut profile: Value) -> Role {
    let near = matches!(profile.text("/place/country"), "FR" | "CH");
    let handle = profile.text("/handle").to_owned();
    if let Some(fields) = profile.as_object_mut() {
        fields.remove("handle");
    }
    Role { handle, town: if near { Town::A } else { Town::B }, profile: Some(profile) }
}

/// Brings the two reviews of each contract together.
fn plots(lines: Vec<Line>) -> Result<Vec<Plot>, DemoError> {
    let mut plots: Vec<Plot> = Vec::new();
    let mut waiting: Vec<Line> = Vec::new();
    for line in lines {
        let Some(at) = waiting.iter().position(|other| other.job == line.job && other.role != line.role)
        else {
            waiting.push(line);
            continue;
        };
        let other = waiting.remove(at);
        let (client, freelancer) = if line.role == "client" { (line, other) } else { (other, line) };
        let words = |line: Line| Words { review: Value::Object(line.review), reply: line.reply };
        plots.push(Plot {
            job: client.job.clone(),
            client: client.client.clone(),
            freelancer: client.freelancer.clone(),
            by_client: words(client),
            by_freelancer: words(freelancer),
        });
    }
    match waiting.first() {
        None => Ok(plots),
        Some(alone) => Err(DemoError::Data(format!("{:?} has one review only", alone.job))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_data_is_of_one_piece() {
        let scenario = Scenario::read().unwrap();
        assert_eq!((scenario.jobs.len(), scenario.plots.len()), (36, 4));
        assert_eq!(scenario.plots.iter().filter(|plot| plot.freelancer == scenario.star()).count(), 3);
        let worst = scenario.plots.iter().min_by_key(|plot| plot.by_client.rating()).unwrap();
        assert_eq!(
            worst.freelancer,
            scenario.star(),
            "the record that is verified has the lowest review in it"
        );
        assert!(worst.by_client.reply.is_some());
        for plot in &scenario.plots {
            for words in [&plot.by_client, &plot.by_freelancer] {
                assert!((1..=5).contains(&words.rating()) && !words.text().is_empty());
                let names: Vec<&String> = words.review.as_object().unwrap().keys().collect();
                assert!(
                    names.iter().all(
                        |name| ["rating", "axes", "on_time", "text", "language"].contains(&name.as_str())
                    ),
                    "{names:?}"
                );
            }
        }
        assert!(scenario.roles.iter().filter(|role| role.town == Town::B).count() >= 5);
        assert_eq!(scenario.name(scenario.star()), "Éloïse Garnier");
    }

    #[test]
    fn a_review_without_its_counterpart_is_a_mistake() {
        let mut lines: Vec<Value> = serde_json::from_str(REVIEWS).unwrap();
        lines.pop();
        let lines = serde_json::from_value(Value::Array(lines)).unwrap();
        assert!(matches!(plots(lines), Err(DemoError::Data(_))));
    }
}
