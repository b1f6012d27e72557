//! Search over nodes: the same people, wherever they live, are the same list; and no peer can make another one of it.

mod asked;
mod liar;
mod one;

use hanse_document::kind::{Job, Profile};
use hanse_document::{Body, Did, Kind, Timestamp, Verified};
use hanse_matching::link::Linker;
use hanse_matching::model::{self, Reader, Standing};
use hanse_matching::money::RateTable;
use hanse_matching::query::{Query, Setting};
use hanse_matching::rank::{Ranked, exhaustive};
use hanse_matching::side::Weights;
use hanse_matching::taxonomy::{Importer, Taxonomy};
use hanse_matching::text::TextLanguage;
use hanse_matching::title::Titles;
use hanse_testkit::{Http, until};
use serde_json::{Value, json};
use std::sync::Arc;

use crate::own::{Own, publish};

const TRADES: &str = include_str!("../../../../discovery/data/trades.csv");
const LOCAL: &str = include_str!("../../../../discovery/data/local.csv");
const BROADER: &str = include_str!("../../../../discovery/data/broader.csv");
const RATES: &str = include_str!("../../../../discovery/data/rates.json");

/// What every node knows from its start, made here from the same files without a node.
pub(crate) struct Known {
    taxonomy: Taxonomy,
    linker: Arc<Linker>,
    titles: Titles,
    rates: RateTable,
    /// Skills by id, as they stand in the list.
    pub(crate) skills: Vec<String>,
}

impl Known {
    pub(crate) fn new() -> Self {
        let mut importer = Importer::new("hanse-2").unwrap();
        importer.add(TRADES, TextLanguage::Other).unwrap();
        importer.add(LOCAL, TextLanguage::Other).unwrap();
        importer.add(BROADER, TextLanguage::Other).unwrap();
        let taxonomy = importer.finish().unwrap();
        let linker = Arc::new(Linker::new(&taxonomy));
        let titles = Titles::new(&taxonomy, Arc::clone(&linker));
        let rows = TRADES.lines().filter(|row| row.contains(",KnowledgeSkillCompetence,"));
        let skills: Vec<String> =
            rows.filter_map(|row| row.split(',').next()).map(str::to_owned).take(12).collect();
        assert!(!skills.is_empty());
        Self { taxonomy, linker, titles, rates: serde_json::from_str(RATES).unwrap(), skills }
    }

    fn reader(&self) -> Reader<'_> {
        Reader { taxonomy: &self.taxonomy, linker: &self.linker, rates: &self.rates }
    }

    pub(crate) fn person(&self, profile: &Verified) -> model::Freelancer {
        let Body::Profile(body): &Body = profile.body() else { panic!("a profile") };
        let body: &Profile = body;
        self.reader().freelancer(profile.issuer().subject_key(), body, Standing::default()).0
    }

    /// Everybody ranked for a job, one by one, by these weights.
    pub(crate) fn ranks(&self, job: &Verified, people: &[&Verified], weights: Weights) -> Vec<Ranked> {
        let Body::Job(body): &Body = job.body() else { panic!("a job") };
        let body: &Job = body;
        let read = self.reader().job(*job.id().hash(), body, Standing::default()).0;
        let setting = Setting { taxonomy: &self.taxonomy, titles: &self.titles, rates: &self.rates, weights };
        let people: Vec<model::Freelancer> = people.iter().map(|profile| self.person(profile)).collect();
        exhaustive(&Query::new(&read, setting), people.iter())
    }
}

/// Somebody with a profile.
pub(crate) struct Freelancer {
    pub(crate) own: Own,
    pub(crate) profile: Verified,
}

/// A profile that differs from all of its neighbours: skills, wording, price, place, languages.
pub(crate) fn profile(known: &Known, own: &Own, number: usize, at: Timestamp) -> Verified {
    let skill = |step: usize| known.skills[(number * step + step) % known.skills.len()].clone();
    let mut skills = vec![skill(1), skill(5), skill(7)];
    skills.truncate(1 + number % 3);
    skills.dedup();
    let trades = ["Software developer", "Developer of web pages", "Développeuse de logiciels", "Developer"];
    let words = ["harbour", "lighthouse", "ledger", "winter", "menu", "bridge", "harvest"];
    let about = format!("I build {} and {} for small towns.", words[number % 7], words[(number / 7) % 7]);
    let mut said = json!({
        "home": own.home.as_str(),
        "headline": format!("{} {}", trades[number % 4], words[(number + 3) % 7]),
        "name": format!("Nr {number}"),
        "languages": if number.is_multiple_of(5) { json!(["fr"]) } else { json!(["en", "fr"]) },
        "skills": skills,
        "about": about,
    });
    if number % 4 != 3 {
        let rate = 2_000 + 370 * (number % 23);
        said["rate"] = json!({"kind": "money", "currency": "EUR", "max": rate, "per": "hour"});
    }
    if number % 6 == 1 {
        said["remote"] = json!(false);
        said["place"] = json!({"kind": "site", "name": "Lübeck", "country": "DE", "latitude_e4": 538_655,
            "longitude_e4": 106_866 + 1_000 * number});
    }
    own.states(Kind::Profile, &said, at, None)
}

/// A person of a home, published there.
pub(crate) async fn settle(
    known: &Known,
    home: &str,
    http: Http,
    number: usize,
    at: Timestamp,
) -> Freelancer {
    let own = Own::new(home, at);
    own.found(http).await;
    let profile = profile(known, &own, number, at);
    publish(http, profile.bytes()).await.ok(201);
    Freelancer { own, profile }
}

/// A posting that many fit, in the words of some of them.
pub(crate) fn posting(known: &Known, client: &Own, number: usize, at: Timestamp) -> Verified {
    let skills: Vec<&String> = known.skills.iter().skip(number % 3).take(3).collect();
    let mut said = json!({
        "home": client.home.as_str(),
        "title": format!("Software developer for job {number}"),
        "text": "A ledger for the harbour, to be kept over the winter, with a bridge to the menu.",
        "seats": 1,
        "skills": skills,
        "languages": if number.is_multiple_of(2) { json!(["fr"]) } else { json!([]) },
        "pay": {"kind": "money", "currency": "EUR", "max": 6_000, "per": "hour"},
    });
    if number % 3 == 1 {
        said["place"] = json!({"kind": "remote"});
    }
    client.states(Kind::Job, &said, at, Some(at.add_seconds(86_400).unwrap()))
}

/// What is answered for a job, with the longest list.
pub(crate) async fn list(home: Http, job: &Verified, scope: &str) -> Value {
    home.get(&format!("/v1/jobs/{}/matches?limit=50&scope={scope}", job.id())).send().await.ok(200)
}

/// Waits until a home finds so many people of its own for a job.
pub(crate) async fn until_finds(home: Http, job: &Verified, people: usize) {
    until(&format!("{people} people are found"), async || {
        let answer = home.get(&format!("/v1/jobs/{}/matches?scope=node", job.id())).send().await;
        answer.status == 200 && answer.json()["ranked"] == people
    })
    .await;
}

/// A peer's word in an answer.
pub(crate) fn word<'a>(answer: &'a Value, peer: &str) -> &'a Value {
    let peers = answer["peers"].as_array().unwrap();
    peers.iter().find(|it| it["node"] == peer).unwrap_or_else(|| panic!("{peer} is not named: {answer}"))
}

/// Who stands in an answer, in its order.
pub(crate) fn named(answer: &Value) -> Vec<Did> {
    let items = answer["items"].as_array().unwrap();
    items.iter().map(|item| Did::parse(item["did"].as_str().unwrap()).unwrap()).collect()
}
