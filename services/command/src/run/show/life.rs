//! What happened to a thing, and what happens to it by itself.

use hanse_lifecycle::Event as E;
use serde_json::Value;

use crate::terminal::out::plain_line;
use crate::terminal::table::paragraph;
use hanse_client::json::Read as _;

/// How far what was said stands below what happened.
const INDENT: usize = 22;

/// What happens if nobody does anything: what, when, and why that is fair.
pub(super) fn by_itself(view: &Value) -> String {
    let Some(clock) = view.pointer("/clock") else { return String::new() };
    let event = clock.text("/event");
    let what = event.parse().ok().and_then(becomes).map_or_else(|| event.replace('_', " "), str::to_owned);
    let because = match clock.text("/because") {
        "" => String::new(),
        because => format!(" ({because})"),
    };
    format!("{what} on {}{because}", minute(clock.text("/at")))
}

/// What a clock does, as one says it of a thing.
const BECOMES: &[(E, &str)] = &[
    (E::Expire, "expires"),
    (E::GoStale, "leaves the searches"),
    (E::Complete, "is history"),
    (E::NotSelected, "ends with the job"),
    (E::Release, "waits again, without the offer,"),
    (E::Lapse, "lapses"),
    (E::Resume, "goes on"),
    (E::Object, "goes on, nothing undone,"),
    (E::AcceptDelivery, "counts as accepted"),
    (E::Close, "closes"),
    (E::Open, "opens"),
    (E::Default, "stands unanswered"),
    (E::PassOn, "goes to the next arbiter"),
    (E::Conclude, "is final"),
];

fn becomes(event: E) -> Option<&'static str> {
    BECOMES.iter().find(|(known, _)| *known == event).map(|(_, said)| *said)
}

/// The day of a time.
pub(super) fn day(time: &str) -> &str {
    time.split('T').next().unwrap_or_default()
}

/// A time without its seconds.
fn minute(time: &str) -> String {
    match time.split_once('T') {
        Some((day, time)) => format!("{day} {} UTC", time.get(..5).unwrap_or(time)),
        None => time.to_owned(),
    }
}

/// What happened so far, with what was said.
pub(super) fn history(view: &Value) -> String {
    let lines: Vec<String> = view.list("/history").iter().map(happening).collect();
    if lines.is_empty() { "Nothing has happened yet.".to_owned() } else { lines.join("\n") }
}

fn happening(happening: &Value) -> String {
    let said = happening.pointer("/said").unwrap_or(&Value::Null);
    let part = match said.number("/milestone") {
        0 => String::new(),
        number => format!(", milestone {number}"),
    };
    let what = happening.text("/event").replace('_', " ");
    let line = format!("{:<20}  {what} by the {}{part}", happening.text("/at"), happening.text("/actor"));
    let hours = said.pointer("/hours").map(|hours| {
        format!("{} minutes, {} to {}", hours.number("/minutes"), hours.text("/from"), hours.text("/to"))
    });
    let told = [
        said.text("/note"),
        said.text("/reason"),
        said.text("/digest"),
        hours.as_deref().unwrap_or_default(),
    ];
    let told = told.into_iter().filter(|text| !text.is_empty()).map(|text| paragraph(text, INDENT));
    std::iter::once(plain_line(&line)).chain(told).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use hanse_lifecycle::{Machine, timeouts};
    use serde_json::json;

    use super::*;

    #[test]
    fn whatever_a_clock_does_is_said_in_words() {
        for machine in Machine::ALL {
            for timeout in timeouts(*machine) {
                assert!(becomes(timeout.event).is_some(), "{machine} {}", timeout.event);
            }
        }
        let view = json!({"clock": {"event": "expire", "at": "2026-12-24T10:00:00Z", "because": "its own end date"}});
        assert_eq!(by_itself(&view), "expires on 2026-12-24 10:00 UTC (its own end date)");
        assert_eq!(by_itself(&json!({"clock": {"event": "turn_blue", "at": "soon"}})), "turn blue on soon");
        assert_eq!(by_itself(&json!({})), "");
    }

    #[test]
    fn what_was_said_stands_below_what_happened() {
        let view = json!({"history": [
            {"event": "offer", "actor": "client", "at": "2026-11-24T10:00:00Z"},
            {"event": "request_changes", "actor": "client", "at": "2026-11-25T10:00:00Z",
                "said": {"note": "The second page\n\u{1b}[2Jis missing.", "milestone": 2}},
            {"event": "deliver", "actor": "freelancer", "at": "2026-11-26T10:00:00Z",
                "said": {"hours": {"from": "2026-11-23", "to": "2026-11-24", "minutes": 90}}}]});
        assert_eq!(
            history(&view),
            "2026-11-24T10:00:00Z  offer by the client\n2026-11-25T10:00:00Z  request changes by the client, milestone 2\n                      \
             The second page\n                      \u{fffd}[2Jis missing.\n2026-11-26T10:00:00Z  deliver by the freelancer\n                      \
             90 minutes, 2026-11-23 to 2026-11-24"
        );
    }
}
