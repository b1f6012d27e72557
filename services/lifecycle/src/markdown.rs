//! The tables as Markdown, so that the protocol's text cannot drift from its code.

use crate::tables::DAY;
use crate::{Machine, Timeout, Transition, table, timeouts};

/// All tables as Markdown: a heading for each machine, its transitions, its timeouts. Ends with a newline.
pub fn render() -> String {
    Machine::ALL.iter().map(|machine| section(*machine)).collect::<Vec<_>>().join("\n")
}

fn section(machine: Machine) -> String {
    let mut lines = vec![
        format!("### The {machine}"),
        String::new(),
        "| From | Event | To | Who | Note |".to_owned(),
        "| --- | --- | --- | --- | --- |".to_owned(),
    ];
    lines.extend(table(machine).iter().map(transition));
    lines.extend([
        String::new(),
        "| In state | For | Since | The node does | Because |".to_owned(),
        "| --- | --- | --- | --- | --- |".to_owned(),
    ]);
    lines.extend(timeouts(machine).iter().map(timeout));
    lines.push(String::new());
    lines.join("\n")
}

fn transition(row: &Transition) -> String {
    let from = row.from.map_or("–", |state| state.name());
    let who: Vec<&str> = row.actors.iter().map(|actor| actor.name()).collect();
    format!("| {from} | {} | {} | {} | {} |", row.event, row.to, who.join(", "), row.note)
}

fn timeout(timeout: &Timeout) -> String {
    let Timeout { state, since, after_seconds, event, why } = timeout;
    format!("| {state} | {} d | {since} | {event} | {why} |", after_seconds / DAY)
}
