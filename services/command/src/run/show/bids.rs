//! Bids, and invitations to make one.

use serde_json::Value;

use super::{PAY, TITLE, WORDS, allowed, count, life, people, signed, with_next};
use crate::pay;
use crate::terminal::out::plain;
use crate::terminal::table::{Card, Table, paragraph};
use hanse_client::json::Read as _;

pub(in crate::run) fn bids(page: &Value, empty: &str) -> String {
    let columns = [
        ("STATE", None),
        ("WHO", TITLE),
        ("HEADLINE", WORDS),
        ("RECORD", None),
        ("ASKS FOR", PAY),
        ("DAYS", None),
        ("TEXT", WORDS),
        ("ID", None),
    ];
    let mut table = Table::new(&columns);
    for bid in page.list("/items") {
        table.row([
            bid.text("/state").to_owned(),
            people::name(bid, other_did(bid)),
            bid.text("/other_side/headline").to_owned(),
            people::short_record(bid.get("other_side")),
            pay::show(bid.pointer("/pay")),
            count(bid.number("/days")),
            bid.text("/text").to_owned(),
            bid.text("/id").to_owned(),
        ]);
    }
    with_next(table.render(empty), page)
}

/// A bid as a whole, beside the questions that its job asks.
pub(in crate::run) fn bid(view: &Value, questions: &[&str]) -> String {
    let card = Card::default()
        .with("bid", view.text("/id"))
        .with("state", view.text("/state"))
        .with("refused", view.text("/refused"))
        .with("job", view.text("/job"))
        .with(
            "amended",
            if view.is("/amended_since") {
                "the job was changed since: confirm the bid, or revise it"
            } else {
                ""
            },
        )
        .with("freelancer", view.text("/freelancer"))
        .with("home", view.text("/home"));
    let card = people::with_other_side(card, view)
        .with("signed", &signed(view.text("/custody")))
        .with("written by", if view.is("/agent") { "a program" } else { "" })
        .with("asks for", &pay::show(view.pointer("/pay")))
        .with("days", &count(view.number("/days")))
        .with("made", view.text("/made_at"))
        .with("contract", view.text("/contract"))
        .with("by itself", &life::by_itself(view))
        .each("you can", allowed(&unread(view)))
        .text(view.text("/text"))
        .render();
    let answers = view.list("/answers").iter().map(|answer| {
        let number = answer.number("/question");
        let place = usize::try_from(number).ok().and_then(|number| number.checked_sub(1));
        let question = place.and_then(|place| questions.get(place)).copied().unwrap_or_default();
        format!(
            "{}\n{}",
            plain(&format!("{number}  {question}")).trim_end(),
            paragraph(answer.text("/text"), 3)
        )
    });
    let parts = std::iter::once(card).chain(answers).chain([life::history(view)]);
    parts.filter(|part| !part.is_empty()).collect::<Vec<_>>().join("\n")
}

/// The other side by their name in the federation; where a node does not say who that is, the freelancer.
fn other_did(view: &Value) -> &str {
    match view.text("/other_side/did") {
        "" => view.text("/freelancer"),
        did => did,
    }
}

/// The bid without what is done by looking at it.
fn unread(view: &Value) -> Value {
    let mut view = view.clone();
    if let Some(allowed) = view.get_mut("allowed").and_then(Value::as_array_mut) {
        allowed.retain(|event| event != "read");
    }
    view
}

pub(in crate::run) fn invitations(page: &Value, empty: &str) -> String {
    let columns =
        [("STATE", None), ("TITLE", TITLE), ("WHO", TITLE), ("RECORD", None), ("UNTIL", None), ("ID", None)];
    let mut table = Table::new(&columns);
    for invitation in page.list("/items") {
        table.row([
            invitation.text("/state").to_owned(),
            invitation.text("/title").to_owned(),
            people::name(invitation, other_did(invitation)),
            people::short_record(invitation.get("other_side")),
            life::day(invitation.text("/clock/at")).to_owned(),
            invitation.text("/id").to_owned(),
        ]);
    }
    with_next(table.render(empty), page)
}

pub(in crate::run) fn invitation(view: &Value) -> String {
    let may_decline = view.texts("/allowed").contains(&"decline");
    let bid = if may_decline { format!("hanse bid {} --text …", view.text("/job")) } else { String::new() };
    let commands = Some(bid).filter(|bid| !bid.is_empty()).into_iter().chain(allowed(view));
    let card = Card::default()
        .with("invitation", view.text("/id"))
        .with("state", view.text("/state"))
        .with("title", view.text("/title"))
        .with("job", view.text("/job"))
        .with("client", view.text("/client"))
        .with("freelancer", view.text("/freelancer"));
    let card = people::with_other_side(card, view)
        .with("made", view.text("/made_at"))
        .with("by itself", &life::by_itself(view))
        .each("you can", commands)
        .text(view.text("/note"))
        .render();
    format!("{card}\n{}", life::history(view))
}
