//! The other side: what somebody says of themselves, and what the logs say of them.

use serde_json::Value;

use super::{PAY, PLACE, TITLE, WORDS, place, short_did, with_next};
use crate::pay;
use crate::terminal::table::{Card, Table};
use hanse_client::json::Read as _;

/// What names the other side of a thing in a table: the name that they gave themselves, or their key.
pub(super) fn name(view: &Value, did: &str) -> String {
    match view.text("/other_side/name") {
        "" => short_did(did),
        name => name.to_owned(),
    }
}

/// A record in a few words: contracts that were completed, and how surely the next goes well.
pub(super) fn short_record(person: Option<&Value>) -> String {
    let Some(record) = person.and_then(|person| person.get("record")) else { return String::new() };
    match (record.number("/completed"), record.pointer("/lower_bound_percent")) {
        (0, _) => "new".to_owned(),
        (done, None) => format!("{done} done"),
        (done, Some(bound)) => format!("{done} done, {bound} %"),
    }
}

/// Adds the other side to a card.
pub(super) fn with_other_side(card: Card, view: &Value) -> Card {
    let other = view.pointer("/other_side").unwrap_or(&Value::Null);
    let declared =
        |said: &str| if said.is_empty() { String::new() } else { format!("{said} (their own words)") };
    card.with("name", &declared(other.text("/name")))
        .with("headline", &declared(other.text("/headline")))
        .with("record", &other.pointer("/record").map(record).unwrap_or_default())
}

/// A record as a line.
pub(super) fn record(record: &Value) -> String {
    let number = |pointer: &str| record.number(pointer);
    if number("/completed") + number("/cancelled") == 0 {
        return "no contract has ended yet".to_owned();
    }
    let mut parts =
        vec![format!("{} completed with {} people", number("/completed"), number("/counterparties"))];
    let mut add = |many: u64, words: &str| {
        if many > 0 {
            parts.push(format!("{many} {words}"));
        }
    };
    add(number("/cancelled"), "ended before");
    add(number("/raters"), "raters");
    add(number("/raters_without_record"), "of them without a record");
    add(number("/withheld"), "reviews withheld");
    add(number("/on_time/no"), "late");
    add(number("/paid_on_time/yes"), "paid on time");
    add(number("/paid_on_time/no"), "paid late");
    if let Some(bound) = record.pointer("/lower_bound_percent") {
        parts.push(format!("the next goes well: at least {bound} %"));
    }
    parts.join(", ")
}

/// What is known of the client of a job, a line for each kind of fact, each with its numbers.
pub(super) fn client(view: &Value) -> Vec<String> {
    let Some(facts) = view.pointer("/client_facts") else { return Vec::new() };
    let number = |pointer: &str| facts.number(pointer);
    let mut lines = vec![format!(
        "filled {} of {} postings that ended, {} run{}",
        number("/filled"),
        number("/filled") + number("/unfilled"),
        number("/running"),
        percent(facts, "/hire_rate_percent"),
    )];
    if number("/amendments") > 0 {
        lines.push(format!(
            "changed {} postings after they were posted, {} times",
            number("/amended"),
            number("/amendments")
        ));
    }
    if facts.pointer("/response").is_some() {
        lines.push(format!(
            "answered {} bids, passed over {}, {} wait{}",
            number("/response/answered"),
            number("/response/passed_over"),
            number("/response/waiting"),
            percent(facts, "/response/answered_percent"),
        ));
    }
    if number("/record/contracts") > 0 {
        lines.push(format!(
            "paid {} of {} known contracts",
            number("/record/paid"),
            number("/record/contracts")
        ));
        let traits = [("clarity", "clarity"), ("scope_stability", "stable scope"), ("payment", "payment")];
        let rated = traits.iter().filter_map(|(name, words)| {
            let (ratings, tenths) =
                (number(&format!("/record/{name}/ratings")), number(&format!("/record/{name}/mean_tenths")));
            (ratings > 0).then(|| format!("{words} {}.{} of 5 by {ratings}", tenths / 10, tenths % 10))
        });
        let rated: Vec<String> = rated.collect();
        lines.extend((!rated.is_empty()).then(|| rated.join(", ")));
    }
    lines
}

fn percent(facts: &Value, pointer: &str) -> String {
    facts.pointer(pointer).map(|share| format!(" ({share} %)")).unwrap_or_default()
}

/// People who are found.
pub(in crate::run) fn listed(page: &Value) -> String {
    let columns = [
        ("NAME", TITLE),
        ("HEADLINE", WORDS),
        ("RECORD", None),
        ("ASKS FOR", PAY),
        ("PLACE", PLACE),
        ("PERSON", None),
    ];
    let mut table = Table::new(&columns);
    for found in page.list("/items") {
        table.row([
            found.text("/says/name").to_owned(),
            found.text("/says/headline").to_owned(),
            short_record(found.get("person")),
            pay::show(found.pointer("/says/rate")),
            place(found.pointer("/says/place")),
            found.text("/person/did").to_owned(),
        ]);
    }
    with_next(table.render("Nobody found."), page)
}

/// Whether one is found.
pub(in crate::run) fn listing(view: &Value) -> String {
    let said = if view.is("/listed") {
        "you are in the directory of your home"
    } else {
        "you are not in the directory of your home"
    };
    said.to_owned()
}
