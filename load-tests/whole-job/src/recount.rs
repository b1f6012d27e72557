//! At the end everything that was acknowledged is counted again, with another client than the one that loaded.

use std::collections::BTreeMap;
use std::thread;
use std::time::{Duration, Instant};

use hanse_command::json::Read as _;
use hanse_command::request::As;
use hanse_command::{Client, ClientError, Request, api, clock};
use serde_json::Value;

use crate::PASSWORD;
use crate::book::{Person, STATES, Thing};
use crate::proof;

/// What was acknowledged in the last moment may be on its way for so long; what is not there by then is lost.
const SETTLE_WAIT: Duration = Duration::from_secs(60);
/// Between two looks at what is not there.
const LOOK: Duration = Duration::from_millis(500);

/// What is not there, or is not what was acknowledged.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Lost {
    pub(crate) what: String,
    pub(crate) why: String,
}

/// The nodes as somebody sees them who can sign in as anybody.
pub(crate) struct Eyes {
    homes: Vec<Client>,
    policy: String,
    /// By home and handle.
    signed_in: BTreeMap<(String, String), Client>,
}

/// Looks for each thing, again and again until all are there or `patience` is over.
pub(crate) fn recount(eyes: &mut Eyes, things: &[Thing], patience: Duration) -> Vec<Lost> {
    let deadline = Instant::now() + patience;
    let mut missing: Vec<(&Thing, String)> =
        things.iter().filter_map(|thing| Some((thing, eyes.holds(thing, things).err()?))).collect();
    while !missing.is_empty() && Instant::now() < deadline {
        thread::sleep(LOOK);
        missing = missing
            .into_iter()
            .filter_map(|(thing, _)| Some((thing, eyes.holds(thing, things).err()?)))
            .collect();
    }
    let lost = |(thing, why): (&Thing, String)| Lost { what: thing.to_string(), why };
    missing.into_iter().map(lost).collect()
}

/// As [`recount`], with the time that is given to what is on its way.
pub(crate) fn settled(eyes: &mut Eyes, things: &[Thing]) -> Vec<Lost> {
    recount(eyes, things, SETTLE_WAIT)
}

impl Eyes {
    pub(crate) fn new(homes: &[&str], policy: &str) -> Result<Self, ClientError> {
        let homes = homes.iter().map(|url| Client::new(url)).collect::<Result<_, _>>()?;
        Ok(Self { homes, policy: policy.to_owned(), signed_in: BTreeMap::new() })
    }

    /// Whether it is still there as it was acknowledged; otherwise what is wrong.
    fn holds(&mut self, thing: &Thing, all: &[Thing]) -> Result<(), String> {
        match thing {
            Thing::Account(person) => {
                let me = self.read(person, &Request::get(&["v1", "me"]).by(As::Person))?;
                same("did", me.text("/did"), &person.did)
            }
            Thing::Job { id, title, text, document } => {
                for home in &self.homes {
                    let job = said(home, home.send(&api::job(id)))?;
                    same("title", job.text("/title"), title)?;
                    same("text", job.text("/text"), text)?;
                    let request = Request::get(&["v1", "documents", id]);
                    let bytes = home.text(&request).map_err(|error| at(home, &error))?;
                    same("document", &bytes, document)?;
                }
                Ok(())
            }
            Thing::Bid { id, text, by } => {
                same("text", self.read(by, &api::read_bid(id))?.text("/text"), text)
            }
            Thing::Contract { id, state, sides } => {
                for person in sides {
                    let contract = self.read(person, &api::contract(id))?;
                    let stands = contract.text("/state");
                    let reached = STATES.iter().position(|known| *known == stands);
                    if reached.is_none_or(|reached| reached < *state) {
                        return Err(format!("it is {stands} at the home of {}", person.handle));
                    }
                }
                Ok(())
            }
            Thing::Review { commit, contract, text, about } => {
                let reviews = self.read(about, &api::reviews(contract).by(As::Person))?;
                let found = reviews.list("").iter().find(|review| review.text("/commit") == commit);
                let found = found.ok_or("no review with this commit")?;
                if !is_answered(contract, all) {
                    return Ok(());
                }
                same("text", found.text("/text"), text)?;
                self.proved(about, (commit, text))
            }
        }
    }

    /// Whether the evidence about somebody verifies and has this review.
    fn proved(&self, about: &Person, review: (&String, &String)) -> Result<(), String> {
        let home = self.homes.iter().find(|home| home.url() == about.home).ok_or("a home that is none")?;
        let evidence = home.bytes(&api::evidence(&about.did)).map_err(|error| at(home, &error))?;
        let holds = proof::holds(&evidence, &self.policy, clock::now(), &[review])?;
        holds.ok_or_else(|| format!("the evidence about {} does not prove it", about.handle))
    }

    fn read(&mut self, person: &Person, request: &Request) -> Result<Value, String> {
        let key = (person.home.clone(), person.handle.clone());
        let client = match self.signed_in.get(&key) {
            Some(client) => client.clone(),
            None => {
                let client = self.sign_in(person)?;
                self.signed_in.entry(key).or_insert(client).clone()
            }
        };
        said(&client, client.send(request))
    }

    fn sign_in(&self, person: &Person) -> Result<Client, String> {
        let home = self.homes.iter().find(|home| home.url() == person.home).ok_or("a home that is none")?;
        let session = said(home, home.send(&api::login(&person.handle, PASSWORD, &[])))?;
        Ok(home.with_token(session.text("/access_token")))
    }
}

/// Whether both have written: before that a review is sealed, and no evidence has it.
fn is_answered(contract: &str, all: &[Thing]) -> bool {
    let about = |thing: &&Thing| matches!(thing, Thing::Review { contract: other, .. } if other == contract);
    all.iter().filter(about).count() == 2
}

fn same(what: &str, found: &str, acknowledged: &str) -> Result<(), String> {
    if found == acknowledged { Ok(()) } else { Err(format!("another {what} than was acknowledged")) }
}

fn said(home: &Client, answer: Result<Value, ClientError>) -> Result<Value, String> {
    answer.map_err(|error| at(home, &error))
}

/// The first line of an error: the others are advice for people at a terminal.
fn at(home: &Client, error: &ClientError) -> String {
    let error = error.to_string();
    format!("{}: {}", home.url(), error.lines().next().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_review_is_open_when_both_have_written() {
        let review = |commit: &str, contract: &str| Thing::Review {
            commit: commit.into(),
            contract: contract.into(),
            text: String::new(),
            about: Person::default(),
        };
        let all = [review("1", "x"), review("2", "y"), review("3", "y")];
        assert!(is_answered("y", &all) && !is_answered("x", &all) && !is_answered("z", &all));
    }

    #[test]
    fn what_a_node_that_is_away_acknowledged_is_lost() {
        // Port 9 is nobody's.
        let mut eyes = Eyes::new(&["http://127.0.0.1:9"], "").unwrap();
        let job =
            Thing::Job { id: "job_x".into(), title: "t".into(), text: "x".into(), document: "{}".into() };
        let lost = recount(&mut eyes, &[job], Duration::ZERO);
        assert_eq!(lost.len(), 1);
        assert_eq!(lost[0].what, "job job_x");
    }
}
