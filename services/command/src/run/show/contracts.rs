//! Contracts and their parts.

use hanse_lifecycle::{Machine, table};
use serde_json::Value;

use super::{PAY, TITLE, WORDS, allowed, life, people, with_next};
use crate::pay;
use crate::terminal::table::{Card, Table};
use hanse_client::commands::Thing;
use hanse_client::json::Read as _;

/// Minutes of an hour.
const HOUR_MINUTES: u64 = 60;

pub(in crate::run) fn contracts(page: &Value) -> String {
    let columns = [
        ("STATE", None),
        ("YOU", None),
        ("WITH", TITLE),
        ("DUE", None),
        ("PAY", PAY),
        ("SCOPE", WORDS),
        ("ID", None),
    ];
    let mut table = Table::new(&columns);
    for contract in page.list("/items") {
        table.row([
            contract.text("/state").to_owned(),
            contract.text("/role").to_owned(),
            people::name(contract, contract.text("/other_side/did")),
            contract.text("/due").to_owned(),
            pay::show(contract.pointer("/pay")),
            contract.text("/scope").to_owned(),
            contract.text("/id").to_owned(),
        ]);
    }
    with_next(table.render("You have no contracts."), page)
}

pub(in crate::run) fn contract(view: &Value) -> String {
    let engaged = match (view.is("/engaged/client"), view.is("/engaged/freelancer")) {
        (true, true) => "in both logs",
        (true, false) => "in the client's log, not yet in the freelancer's",
        (false, true) => "in the freelancer's log only",
        (false, false) => "not yet",
    };
    let card = Card::default()
        .with("contract", view.text("/id"))
        .with("state", view.text("/state"))
        .with("you are", view.text("/role"))
        .with("asked by", view.text("/asked_by"))
        .with("client", view.text("/client"))
        .with("freelancer", view.text("/freelancer"))
        .with("homes", &format!("{} and {}", view.text("/home"), view.text("/freelancer_home")));
    let card = people::with_other_side(card, view)
        .with("job", view.text("/job"))
        .with("bid", view.text("/bid"))
        .with("pay", &pay::show(view.pointer("/pay")))
        .with("due", view.text("/due"))
        .with("engaged", engaged)
        .with("newest", view.text("/head"))
        .each("arbiter", view.list("/arbiters").iter().map(|arbiter| arbiter.text("/did")))
        .each("dispute", view.list("/disputes").iter().map(disputed))
        .with("on its way", view.text("/queued"))
        .with("refused", view.text("/refused"))
        .with("by itself", &life::by_itself(view))
        .each("you can", allowed(view))
        .text(view.text("/scope"))
        .render();
    let parts = [card, milestones(view), proposal(view), life::history(view)];
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("\n")
}

/// A dispute in a line.
fn disputed(dispute: &Value) -> String {
    let part = match dispute.number("/milestone") {
        0 => String::new(),
        number => format!(", milestone {number}"),
    };
    format!("{} {}{part}", dispute.text("/id"), dispute.text("/state"))
}

/// The parts of the work; nothing, where the work is one.
fn milestones(view: &Value) -> String {
    let columns = [
        ("N", None),
        ("TITLE", TITLE),
        ("PAY", PAY),
        ("DUE", None),
        ("STATE", None),
        ("YOU CAN", None),
        ("BY ITSELF", TITLE),
    ];
    let mut table = Table::new(&columns);
    for part in view.list("/milestones") {
        let changes = match part.number("/changes") {
            0 => String::new(),
            times => format!(" (changes asked for: {times})"),
        };
        table.row([
            part.number("/number").to_string(),
            titled(part),
            part.pointer("/pay").map(|pay| pay::show(Some(pay))).unwrap_or_default(),
            part.text("/due").to_owned(),
            format!("{}{changes}", part.text("/state")),
            part.texts("/allowed")
                .iter()
                .map(|event| verb(view.text("/id"), event))
                .collect::<Vec<_>>()
                .join(", "),
            life::by_itself(part),
        ]);
    }
    match table.render("").as_str() {
        "" => String::new(),
        table => format!("{table}\n"),
    }
}

/// What a milestone is; of a time sheet, its days and hours.
fn titled(part: &Value) -> String {
    if part.number("/minutes") == 0 {
        return part.text("/title").to_owned();
    }
    let (hours, minutes) = (part.number("/minutes") / HOUR_MINUTES, part.number("/minutes") % HOUR_MINUTES);
    format!("{}..{} {hours}h{minutes:02}", part.text("/from"), part.text("/to"))
}

/// The command without what it is given, as in `request-changes`.
fn verb(contract: &str, event: &str) -> String {
    let command = Thing::milestone(contract, 0).command(event);
    command.strip_prefix("hanse ").and_then(|rest| rest.split(' ').next()).unwrap_or(&command).to_owned()
}

/// Other terms that wait for an answer.
fn proposal(view: &Value) -> String {
    let Some(proposal) = view.pointer("/proposal") else { return String::new() };
    let own = proposal.text("/by") == view.text("/role");
    Card::default()
        .with("proposed", &format!("other terms, by {}", if own { "you" } else { proposal.text("/by") }))
        .with("on", life::day(proposal.text("/at")))
        .with("pay", &proposal.pointer("/pay").map(|pay| pay::show(Some(pay))).unwrap_or_default())
        .with("due", proposal.text("/due"))
        .each("milestone", proposal.texts("/milestones"))
        .text(proposal.text("/scope"))
        .render()
}

/// What can be done with a contract that has parts: with each of them what parts allow, and the rest with the whole.
pub(super) fn by_part(view: &Value) -> Vec<String> {
    let id = view.text("/id");
    let is_of_parts = |event: &str| {
        table(Machine::Milestone).iter().any(|row| row.from.is_some() && row.event.name() == event)
    };
    let hourly = view.text("/pay/per") == "hour";
    let whole = view
        .texts("/allowed")
        .into_iter()
        .filter(|event| *event == "close" || !is_of_parts(event))
        .map(|event| Thing::of(id).map_or_else(|| event.to_owned(), |thing| thing.command(event)));
    let sheet = if hourly && view.texts("/allowed").contains(&"deliver") {
        Some(format!("hanse deliver {id} --hours 'FROM..TO 7h30'"))
    } else {
        None
    };
    let parts = view
        .list("/milestones")
        .iter()
        .flat_map(|part| Thing::milestone(id, part.number("/number")).commands(part));
    parts.chain(sheet).chain(whole).collect()
}
