//! Messages to the other side of a bid, and their files.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::Run;
use crate::cli::{MessageCommand, Messages};
use crate::error::CommandError;
use crate::terminal::table::{Card, Table};
use hanse_client::api;
use hanse_client::json::Read as _;

/// Widths of cells that may be cut.
const TEXT: Option<usize> = Some(60);

impl Run {
    pub(super) fn messages(&mut self, Messages::Message { command }: &Messages) -> Result<(), CommandError> {
        match command {
            MessageCommand::List { cursor } => self.answer(&api::threads(cursor.as_deref()), threads),
            MessageCommand::Show { bid, cursor } => self.show_messages(bid, cursor.as_deref()),
            MessageCommand::Send { bid, text, attach } => self.send_message(bid, text, attach),
            MessageCommand::Save { digest, output } => self.keep(&api::attachment(digest), output),
        }
    }

    fn show_messages(&mut self, bid: &str, cursor: Option<&str>) -> Result<(), CommandError> {
        let page = self.caller.send(&api::messages(bid, cursor))?;
        let me = self.me()?.to_string();
        let theirs = page.list("/items").iter().filter(|message| message.text("/author") != me);
        let newest = theirs.filter_map(|message| message.pointer("/number")?.as_i64()).max();
        if let Some(newest) = newest.and_then(|number| i32::try_from(number).ok()) {
            self.caller.send(&api::read_messages(bid, newest))?;
        }
        self.print(&page, |page| messages(page, &me))
    }

    fn send_message(&mut self, bid: &str, text: &str, attach: &[PathBuf]) -> Result<(), CommandError> {
        let text = crate::terminal::text_or_input(text)?;
        let mut digests = Vec::new();
        for file in attach {
            let bytes = fs::read(file).map_err(CommandError::file(file))?;
            let name = file.file_name().unwrap_or_default().to_string_lossy();
            let kept = self.caller.send(&api::upload(&name, media_type(file), bytes))?;
            digests.push(kept.text("/digest").to_owned());
        }
        self.answer(&api::send_message(bid, &text, &digests), |sent| {
            let next = format!("hanse message show {}", sent.text("/thread"));
            Card::default().with("message", sent.text("/state")).with("next", &next).render()
        })
    }
}

/// What a file is, by its name; the node looks at its first bytes.
fn media_type(file: &Path) -> &'static str {
    let extension = file.extension().unwrap_or_default().to_string_lossy().to_ascii_lowercase();
    match extension.as_str() {
        "pdf" => "application/pdf",
        "docx" => "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "xlsx" => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "pptx" => "application/vnd.openxmlformats-officedocument.presentationml.presentation",
        "zip" => "application/zip",
        "gif" => "image/gif",
        "jpg" | "jpeg" => "image/jpeg",
        "png" => "image/png",
        "webp" => "image/webp",
        "txt" | "md" | "csv" => "text/plain",
        _ => "application/octet-stream",
    }
}

fn threads(page: &Value) -> String {
    let mut table = Table::new(&[("UNREAD", None), ("LAST", None), ("MESSAGE", TEXT), ("BID", None)]);
    for thread in page.list("/items") {
        let unread = thread.pointer("/unread").and_then(Value::as_i64).unwrap_or_default().to_string();
        table.row([
            unread,
            thread.text("/last_at").to_owned(),
            thread.text("/last/text").to_owned(),
            thread.text("/id").to_owned(),
        ]);
    }
    table.render("no messages yet")
}

fn messages(page: &Value, me: &str) -> String {
    let mut lines = Vec::new();
    for message in page.list("/items").iter().rev() {
        let who = if message.text("/author") == me { "you" } else { message.text("/side") };
        let state = match message.text("/state") {
            "refused" => format!("  (refused: {})", message.text("/refusal")),
            "waiting" => "  (waiting for the other home)".to_owned(),
            _ => String::new(),
        };
        lines.push(format!("{}  {who}{state}", message.text("/at")));
        lines.push(crate::terminal::out::plain(message.text("/text")));
        for file in message.list("/attachments") {
            lines.push(format!("  {}  {}", file.text("/name"), file.text("/digest")));
        }
        lines.push(String::new());
    }
    if let Some(next) = page.pointer("/next").and_then(Value::as_str) {
        lines.push(format!("older: --cursor {next}"));
    }
    if lines.is_empty() { "no messages yet".to_owned() } else { lines.join("\n") }
}
