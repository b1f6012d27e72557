//! Disputes and arbiters as people read them.

use serde_json::Value;

use super::{TITLE, WORDS, life, with_next};
use crate::terminal::table::{Card, Table};
use hanse_client::commands::Thing;
use hanse_client::json::Read as _;

pub(in crate::run) fn disputes(page: &Value) -> String {
    let columns = [("STATE", None), ("YOU", None), ("CLAIM", WORDS), ("ID", None)];
    let mut table = Table::new(&columns);
    for dispute in page.list("/items") {
        table.row(["/state", "/role", "/claim", "/id"].map(|field| dispute.text(field).to_owned()));
    }
    with_next(table.render("You have no disputes."), page)
}

pub(in crate::run) fn dispute(view: &Value) -> String {
    let commands = Thing::of(view.text("/id")).map(|thing| thing.commands(view)).unwrap_or_default();
    let stands = match (view.is("/by_default"), outcome(view.pointer("/outcome"))) {
        (true, outcome) => format!("{outcome}, because nobody answered"),
        (false, outcome) => outcome,
    };
    let proposed = view.pointer("/proposal").map(|proposal| {
        format!("{}, by the {}", outcome(proposal.pointer("/outcome")), proposal.text("/by"))
    });
    let arbiters = view.list("/arbiters").iter().map(|arbiter| match arbiter.text("/answer") {
        "" => format!("{} at {}", arbiter.text("/did"), arbiter.text("/home")),
        answer => format!("{} at {}: {answer}", arbiter.text("/did"), arbiter.text("/home")),
    });
    let milestone = match view.number("/milestone") {
        0 => String::new(),
        number => number.to_string(),
    };
    let card = Card::default()
        .with("dispute", view.text("/id"))
        .with("over", view.text("/contract"))
        .with("milestone", &milestone)
        .with("state", view.text("/state"))
        .with("you are", view.text("/role"))
        .with("claimant", view.text("/claimant"))
        .with("asks for", &outcome(view.pointer("/asked_for")))
        .with("stands", &stands)
        .with("proposed", &proposed.unwrap_or_default())
        .each("arbiter", arbiters)
        .with("newest", view.text("/head"))
        .with("on its way", view.text("/queued"))
        .with("refused", view.text("/refused"))
        .with("by itself", &life::by_itself(view))
        .each("you can", commands)
        .text(view.text("/claim"))
        .render();
    let history: Vec<String> = view.list("/history").iter().map(happening).collect();
    format!("{card}\n{}", history.join("\n"))
}

fn happening(moved: &Value) -> String {
    let what = moved.text("/event").replace('_', " ");
    let mut lines = vec![format!("{:<20}  {what} by the {}", moved.text("/at"), moved.text("/actor"))];
    lines.extend(moved.pointer("/outcome").map(|said| format!("    {}", outcome(Some(said)))));
    lines.extend(Some(moved.text("/text")).filter(|text| !text.is_empty()).map(|text| format!("    {text}")));
    lines.extend(moved.texts("/evidence").iter().map(|digest| format!("    evidence {digest}")));
    lines.join("\n")
}

/// How a dispute ends, in a line.
fn outcome(outcome: Option<&Value>) -> String {
    let Some(outcome) = outcome else { return String::new() };
    let then = format!("the contract {}", outcome.text("/then").replace('_', " "));
    match outcome.text("/award") {
        "" => then,
        award => format!("{then}; {award}"),
    }
}

pub(in crate::run) fn arbiters(page: &Value) -> String {
    let columns =
        [("FIELDS", WORDS), ("FEE", TITLE), ("RULED", None), ("SILENT", None), ("HOME", None), ("DID", None)];
    let mut table = Table::new(&columns);
    for arbiter in page.list("/items") {
        table.row([
            arbiter.texts("/fields").join(", "),
            arbiter.text("/fee").to_owned(),
            arbiter.number("/record/rulings").to_string(),
            arbiter.number("/record/silent").to_string(),
            arbiter.text("/home").to_owned(),
            arbiter.text("/did").to_owned(),
        ]);
    }
    with_next(table.render("Nobody whom this node knows rules in disputes."), page)
}

pub(in crate::run) fn arbiter(view: &Value) -> String {
    let record = ["/record/rulings", "/record/appeals", "/record/silent"].map(|field| view.number(field));
    let [rulings, appeals, silent] = record;
    Card::default()
        .with("arbiter", view.text("/did"))
        .with("home", view.text("/home"))
        .with("takes cases", if view.is("/takes") { "yes" } else { "no" })
        .with("fee", view.text("/fee"))
        .each("field", view.texts("/fields"))
        .each("language", view.texts("/languages"))
        .with("record", &format!("{rulings} rulings, {appeals} of them appealed; silent {silent} times"))
        .text(view.text("/terms"))
        .render()
}
