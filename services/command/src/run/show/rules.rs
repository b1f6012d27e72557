//! What a node ranks with.

use serde_json::Value;

use crate::terminal::table::{Card, Table};
use hanse_client::json::Read as _;

/// What is in force, and since when. Everything else, digests among it, is in the answer itself.
pub(in crate::run) fn rules(all: &Value) -> String {
    let card = Card::default()
        .with("rules", all.text("/ranker"))
        .with("clients weigh", &weights(all.pointer("/weights/client")))
        .with("freelancers weigh", &weights(all.pointer("/weights/freelancer")))
        .with("listed from", &format!("{} of 100 for skills and words", all.number("/fits_percent")))
        .with(
            "places for newcomers",
            &format!(
                "{}, for fewer than {} completed contracts",
                numbers(all.list("/fairness/newcomer_places")),
                all.number("/fairness/newcomer_contracts")
            ),
        )
        .with("never looked at", &all.texts("/not_used").join(", "))
        .with(
            "skills",
            &format!("{}, {} of them", all.text("/taxonomy/version"), all.number("/taxonomy/concepts")),
        )
        .with("exchange rates", &format!("{}, {}", all.text("/rates/date"), all.text("/rates/source")))
        .with("records", all.text("/reputation/version"));
    let mut changes = Table::new(&[("SINCE", None), ("CHANGED", None)]);
    for change in all.list("/changes") {
        let changed = change.texts("/changed").join(", ");
        let changed = if changed.is_empty() { "the beginning".to_owned() } else { changed };
        changes.row([change.text("/at").to_owned(), changed]);
    }
    format!("{}\n{}", card.render(), changes.render("Nothing has changed."))
}

/// Names and weights, the heaviest first.
fn weights(side: Option<&Value>) -> String {
    let Some(side) = side.and_then(Value::as_object) else { return String::new() };
    let mut weights: Vec<(u64, &String)> =
        side.iter().map(|(name, weight)| (weight.as_u64().unwrap_or_default(), name)).collect();
    weights.sort_by(|a, b| b.cmp(a));
    let shown: Vec<String> = weights.iter().map(|(weight, name)| format!("{name} {weight}")).collect();
    shown.join(", ")
}

fn numbers(list: &[Value]) -> String {
    list.iter().map(Value::to_string).collect::<Vec<_>>().join(" and ")
}
