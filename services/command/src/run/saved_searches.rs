//! Searches that are kept, what they have found, and listening.

use std::io;
use std::thread;
use std::time::Duration;

use hanse_api::requests::{MailWishRequest, SavedSearchRequest};
use hanse_api::words::SentenceLanguage;
use serde_json::Value;

use super::Run;
use crate::cli::{EmailArgs, NotificationsCommand, SavedSearches, SearchesCommand};
use crate::error::CommandError;
use crate::terminal::out;
use crate::terminal::table::{Card, Table};
use hanse_client::client::{ClientError, Stream};
use hanse_client::json::Read as _;
use hanse_client::{api, events};

/// Widths of cells that may be cut.
const LABEL: Option<usize> = Some(28);
const TITLE: Option<usize> = Some(52);
/// Between a stream that has ended and the next: what nodes ask for.
const PAUSE: Duration = Duration::from_secs(3);

impl Run {
    pub(super) fn told(&mut self, command: &SavedSearches) -> Result<(), CommandError> {
        match command {
            SavedSearches::Searches { command: None } => self.answer(&api::saved_searches(), searches),
            SavedSearches::Searches { command: Some(SearchesCommand::Add { label, filter }) } => {
                let query = filter.search(|| self.me())?;
                let search = SavedSearchRequest { label: label.clone(), query };
                self.answer(&api::keep_search(&search), |kept| {
                    Card::default()
                        .with("kept", kept.text("/label"))
                        .with("id", kept.text("/id"))
                        .with("next", "hanse events, or hanse alerts")
                        .render()
                })
            }
            SavedSearches::Searches { command: Some(SearchesCommand::Remove { id }) } => {
                self.answer(&api::forget_search(id), |_| "forgotten".to_owned())
            }
            SavedSearches::Alerts(from) => self.answer(&api::alerts(from.after.unwrap_or(0)), alerts),
            SavedSearches::Notifications {
                command: Some(NotificationsCommand::Choose { on, off }), ..
            } => self.choose(on, off),
            SavedSearches::Notifications { command: Some(NotificationsCommand::Email(wish)), .. } => {
                self.by_mail(wish)
            }
            SavedSearches::Notifications { command: None, unseen, all_seen, cursor } => {
                self.notified(*unseen, *all_seen, cursor.as_deref())
            }
            SavedSearches::Events(from) => self.listen(from.after),
            SavedSearches::Picks => self.answer(&api::picks(), picks),
        }
    }

    /// Prints one line for each event. A stream that ends or breaks off is taken up where it was; the node's refusals end it.
    fn listen(&mut self, mut after: Option<u64>) -> Result<(), CommandError> {
        let mut stream = self.caller.open(&api::events(after))?;
        loop {
            match events::next(&mut stream) {
                Ok(Some(event)) => {
                    if let Ok(position) = event.id.parse() {
                        after = Some(position);
                    }
                    self.told_of(&event.name, &event.data)?;
                }
                Ok(None) => stream = self.reopen(after, None)?,
                Err(error) => stream = self.reopen(after, Some(&error))?,
            }
        }
    }

    fn reopen(&mut self, after: Option<u64>, broken: Option<&io::Error>) -> Result<Stream, CommandError> {
        if let Some(error) = broken {
            out::note(&format!(
                "the stream broke off ({}); it is taken up again",
                out::plain(&error.to_string())
            ));
        }
        loop {
            thread::sleep(PAUSE);
            match self.caller.open(&api::events(after)) {
                Err(CommandError::Client(error @ ClientError::Unreachable { .. })) => {
                    out::note(&out::plain(&error.to_string()));
                }
                stream => return stream,
            }
        }
    }

    /// Lists what one was told, and says that it is seen, if that is asked.
    fn notified(&mut self, unseen: bool, all_seen: bool, cursor: Option<&str>) -> Result<(), CommandError> {
        let page = self.caller.send(&api::notifications(unseen, cursor))?;
        let newest = page.pointer("/items/0/position").and_then(Value::as_i64);
        if let Some(newest) = newest.filter(|_| all_seen) {
            self.caller.send(&api::see_notifications(newest))?;
        }
        self.print(&page, notifications)
    }

    /// Changes what one is told of by what is named; the rest stays.
    fn choose(&mut self, on: &[String], off: &[String]) -> Result<(), CommandError> {
        let now = self.caller.send(&api::notification_preferences())?;
        if on.is_empty() && off.is_empty() {
            return self.print(&now, preferences);
        }
        let quiet = now.texts("/off").into_iter().filter(|event| !on.iter().any(|named| named == event));
        let quiet = quiet.chain(off.iter().map(String::as_str)).map(str::to_owned).collect();
        self.answer(&api::put_notification_preferences(quiet), preferences)
    }

    /// Changes what comes by e-mail by what is named; the rest stays.
    fn by_mail(&mut self, args: &EmailArgs) -> Result<(), CommandError> {
        let now = self.caller.send(&api::mail_wish())?;
        if !args.asks() {
            return self.print(&now, by_mail);
        }
        let before = now.texts("/at_once").into_iter();
        let stays = before.filter(|event| !args.not_at_once.iter().any(|named| named == event));
        let at_once = stays.chain(args.at_once.iter().map(String::as_str)).map(str::to_owned);
        let daily = now.pointer("/daily").and_then(Value::as_bool).unwrap_or_default();
        let language = args.language.map_or_else(|| now.text("/language"), |language| language.tag());
        let wish = MailWishRequest {
            daily: !args.none && (args.daily || daily && !args.no_daily),
            at_once: if args.none { Vec::new() } else { at_once.collect() },
            language: if language == "fr" { SentenceLanguage::Fr } else { SentenceLanguage::En },
        };
        self.answer(&api::put_mail_wish(&wish), by_mail)
    }

    fn told_of(&self, name: &str, data: &str) -> Result<(), CommandError> {
        // Why a stream ends is nothing that happened to anybody.
        if name == "stream.ended" {
            return Ok(());
        }
        if self.json {
            return out::say(&out::plain_line(data));
        }
        let told: Value = serde_json::from_str(data).unwrap_or(Value::Null);
        if name != "job.published" {
            let line = [told.text("/at"), told.text("/event"), told.text("/text"), told.text("/object")];
            return out::say(&out::plain_line(&line.join("  ")));
        }
        let alert = told;
        let line = [
            alert.text("/at"),
            alert.text("/label"),
            alert.text("/title"),
            alert.text("/home"),
            alert.text("/job"),
        ]
        .join("  ");
        out::say(&out::plain_line(&line))
    }
}

fn searches(page: &Value) -> String {
    let mut table = Table::new(&[("LABEL", LABEL), ("ASKS", TITLE), ("CUT OFF", None), ("ID", None)]);
    for search in page.list("/items") {
        let asks = search.pointer("/query").and_then(Value::as_object);
        let asks: Vec<String> = asks
            .into_iter()
            .flatten()
            .map(|(name, value)| {
                format!("{name}={}", value.as_str().map_or(value.to_string(), str::to_owned))
            })
            .collect();
        table.row([
            search.text("/label").to_owned(),
            asks.join(" "),
            search.text("/full_at").to_owned(),
            search.text("/id").to_owned(),
        ]);
    }
    table.render("You keep no searches: hanse searches add LABEL WORD…")
}

fn alerts(page: &Value) -> String {
    let columns = [("AT", None), ("SEARCH", LABEL), ("TITLE", TITLE), ("JOB", None), ("POSITION", None)];
    let mut table = Table::new(&columns);
    for alert in page.list("/items") {
        table.row([
            alert.text("/at").to_owned(),
            alert.text("/label").to_owned(),
            alert.text("/title").to_owned(),
            alert.text("/job").to_owned(),
            alert.number("/position").to_string(),
        ]);
    }
    let text = table.render("Your searches have found nothing yet.");
    match page.text("/next") {
        "" => text,
        next => format!("{text}\n\nthere is more: --after {next}"),
    }
}

fn notifications(page: &Value) -> String {
    let columns = [("AT", None), ("EVENT", None), ("WHAT", None), ("OBJECT", None), ("SEEN", None)];
    let mut table = Table::new(&columns);
    for told in page.list("/items") {
        let seen = told.pointer("/seen").and_then(Value::as_bool).unwrap_or_default();
        table.row([
            told.text("/at").to_owned(),
            told.text("/event").to_owned(),
            told.text("/text").to_owned(),
            told.text("/object").to_owned(),
            if seen { "yes" } else { "no" }.to_owned(),
        ]);
    }
    let text = table.render("You were told nothing yet.");
    match page.text("/next") {
        "" => text,
        next => format!("{text}\n\nthere is more: --cursor {next}"),
    }
}

fn preferences(view: &Value) -> String {
    let mut table = Table::new(&[("EVENT", None), ("TOLD", None)]);
    for (pointer, told) in [("/on", "yes"), ("/off", "no")] {
        for event in view.texts(pointer) {
            table.row([event.to_owned(), told.to_owned()]);
        }
    }
    table.render("There are no events.")
}

fn by_mail(view: &Value) -> String {
    let yes = |pointer: &str| view.pointer(pointer).and_then(Value::as_bool).unwrap_or_default();
    let at_once = view.texts("/at_once").join(", ");
    let address = match (yes("/sends"), view.text("/address"), view.text("/refused/at")) {
        (false, _, _) => "none: this node sends no e-mail".to_owned(),
        (true, "", _) => "none yet: hanse email set ADDRESS".to_owned(),
        (true, address, "") => address.to_owned(),
        (true, address, at) => {
            let reply = view.text("/refused/reply");
            format!("{address}, refused at {at} ({reply}): set and verify it again with hanse email")
        }
    };
    Card::default()
        .with("each morning", if yes("/daily") { "yes" } else { "no" })
        .with("at once", if at_once.is_empty() { "nothing" } else { &at_once })
        .with("language", view.text("/language"))
        .with("address", &address)
        .with("waiting", &view.number("/waiting").to_string())
        .render()
}

fn picks(answer: &Value) -> String {
    let mut table =
        Table::new(&[("AS", None), ("TITLE", TITLE), ("SCORE", None), ("JOB", None), ("PERSON", None)]);
    for pick in answer.list("/items") {
        table.row([
            pick.text("/role").to_owned(),
            pick.text("/title").to_owned(),
            format!("{} of 100", pick.number("/explanation/h") / 10_000),
            pick.text("/job").to_owned(),
            pick.text("/freelancer").to_owned(),
        ]);
    }
    table.render("Nobody was picked for you last night.")
}
