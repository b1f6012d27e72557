//! Job texts of people's own: JSON Lines, untidy as data from elsewhere is. What can be mended is mended and counted, what cannot is
//! skipped and named.

use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, Read as _};
use std::path::{Path, PathBuf};

use hanse_command::document::kind::job::{OPEN_DAYS_MAX, TEXT_CHARS_MAX, TITLE_CHARS_MAX};
use hanse_command::document::{Date, Line, Rejection};
use hanse_command::json::Read as _;
use serde_json::{Map, Value};
use unicode_normalization::UnicodeNormalization as _;

use crate::fail::DemoError;

/// The longest line: a document has at most 64 KiB.
const LINE_BYTES_MAX: u64 = 64 * 1024;
/// Postings held in memory: an hour's work for one node on two cores.
const POSTINGS_MAX: usize = 50_000;
/// What stands where a text was cut.
const CUT_MARK: &str = "\n\n[…]";
/// Keys of a posting that are passed on as they are.
const PASSED: [&str; 8] =
    ["language", "languages", "skills", "place", "pay", "schedule", "hours_per_week", "seats"];

/// One posting.
#[derive(Clone, Debug)]
pub(crate) struct Posting {
    /// File and line, and its own id if it has one.
    pub(crate) origin: String,
    /// The body of `POST /v1/jobs`.
    pub(crate) job: Value,
}

/// What was read.
#[derive(Clone, Debug, Default)]
pub(crate) struct Load {
    /// What can be posted.
    pub(crate) postings: Vec<Posting>,
    /// Lines that hold something.
    pub(crate) read: usize,
    /// Titles that were shortened.
    pub(crate) shortened: usize,
    /// Texts that were cut.
    pub(crate) cut: usize,
    /// Lines that were skipped: where, and why.
    pub(crate) skipped: Vec<(String, String)>,
}

impl Load {
    /// Every `*.jsonl` of the folder, in the order of their names, on `today`.
    pub(crate) fn of(folder: &Path, today: Date) -> Result<Self, DemoError> {
        let mut files: Vec<PathBuf> = fs::read_dir(folder)
            .and_then(|entries| {
                entries.map(|entry| entry.map(|entry| entry.path())).collect::<io::Result<_>>()
            })
            .map_err(DemoError::file(folder))?;
        files.retain(|path| path.extension().is_some_and(|extension| extension == "jsonl"));
        files.sort();
        if files.is_empty() {
            return Err(DemoError::Data(format!("there is no *.jsonl in {}", folder.display())));
        }
        let mut load = Self::default();
        for path in files {
            let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            let file = File::open(&path).map_err(DemoError::file(&path))?;
            load.lines(&name, BufReader::new(file), today).map_err(DemoError::file(&path))?;
        }
        Ok(load)
    }

    /// Reads lines, each within its bound.
    fn lines(&mut self, name: &str, mut reader: impl BufRead, today: Date) -> io::Result<()> {
        let mut number = 0_u64;
        let mut line = Vec::new();
        loop {
            line.clear();
            let length = reader.by_ref().take(LINE_BYTES_MAX + 1).read_until(b'\n', &mut line)?;
            if length == 0 {
                return Ok(());
            }
            number += 1;
            let at = format!("{name}:{number}");
            let ended = line.last() == Some(&b'\n');
            if !ended && line.len() as u64 > LINE_BYTES_MAX {
                reader.skip_until(b'\n')?;
                self.skip(&at, "longer than 64 KiB");
            } else if !line.trim_ascii().is_empty() {
                self.line(&at, &line, today);
            }
        }
    }

    fn skip(&mut self, at: &str, why: &str) {
        self.read += 1;
        self.skipped.push((at.to_owned(), why.to_owned()));
    }

    fn line(&mut self, at: &str, line: &[u8], today: Date) {
        if self.postings.len() >= POSTINGS_MAX {
            return self.skip(at, "there are more postings than a demo takes");
        }
        let Ok(Value::Object(found)) = serde_json::from_slice::<Value>(line) else {
            return self.skip(at, "not a JSON object");
        };
        let found = Value::Object(found);
        let (title, text) = (one_line(found.text("/title")), tidy(found.text("/text")));
        if title.is_empty() {
            return self.skip(at, "no title");
        }
        if text.is_empty() {
            return self.skip(at, "no text");
        }
        let mut job = Map::new();
        match days(found.text("/expires"), today) {
            Ok(days) => job.extend(days.map(|days| ("days".to_owned(), days.into()))),
            Err(why) => return self.skip(at, &why),
        }
        for name in PASSED {
            if let Some(value) = found.get(name).filter(|value| !value.is_null()) {
                job.insert(name.to_owned(), value.clone());
            }
        }
        let (title, shortened) = shorten(title);
        let (text, cut) = cut(text);
        job.insert("title".to_owned(), title.into());
        job.insert("text".to_owned(), text.into());
        self.read += 1;
        self.shortened += usize::from(shortened);
        self.cut += usize::from(cut);
        let origin = match found.text("/id") {
            "" => at.to_owned(),
            id => format!("{at} ({})", one_line(id)),
        };
        self.postings.push(Posting { origin, job: Value::Object(job) });
    }

    /// The figures on one line.
    pub(crate) fn figures(&self) -> String {
        format!(
            "{} read: {} titles shortened, {} texts cut, {} skipped",
            self.read,
            self.shortened,
            self.cut,
            self.skipped.len()
        )
    }
}

/// Days until a posting expires; the node's default if it does not say.
fn days(expires: &str, today: Date) -> Result<Option<u32>, String> {
    if expires.is_empty() {
        return Ok(None);
    }
    let date = Date::parse(expires).map_err(|_| "`expires` is no date of the form YYYY-MM-DD".to_owned())?;
    match date.day().checked_sub(today.day()) {
        None | Some(0) => Err(format!("expired on {expires}")),
        Some(days) => Ok(Some(days.min(OPEN_DAYS_MAX))),
    }
}

/// In NFC, without the control characters that no document takes.
fn tidy(text: &str) -> String {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let kept = text.chars().filter(|character| matches!(character, '\n' | '\t') || !character.is_control());
    kept.nfc().collect::<String>().trim().to_owned()
}

/// The same on one line, also without what a line does not take.
fn one_line(text: &str) -> String {
    let mut line = tidy(text).split_whitespace().collect::<Vec<_>>().join(" ");
    while let Err(Rejection::ForbiddenCharacter(forbidden)) = Line::<0, { usize::MAX }>::parse(&line) {
        line = line
            .chars()
            .zip(1..)
            .filter(|(_, place)| *place != forbidden.place)
            .map(|(character, _)| character)
            .collect();
    }
    // What was taken out may have stood between spaces.
    line.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A title of at most the length that a job takes, ended at a word.
fn shorten(title: String) -> (String, bool) {
    if title.chars().count() <= TITLE_CHARS_MAX {
        return (title, false);
    }
    let kept: String = title.chars().take(TITLE_CHARS_MAX - 1).collect();
    let whole = kept.rsplit_once(' ').map_or(kept.as_str(), |(words, _)| words);
    (format!("{}…", whole.trim_end()), true)
}

/// A text of at most the length that a job takes, ended at a paragraph, else at a line, else where it must.
fn cut(text: String) -> (String, bool) {
    if text.chars().count() <= TEXT_CHARS_MAX {
        return (text, false);
    }
    let kept: String = text.chars().take(TEXT_CHARS_MAX - CUT_MARK.chars().count()).collect();
    let paragraphs =
        kept.rsplit_once("\n\n").or_else(|| kept.rsplit_once('\n')).map(|(whole, _)| whole.trim_end());
    (format!("{}{CUT_MARK}", paragraphs.filter(|whole| !whole.is_empty()).unwrap_or(&kept)), true)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn load(text: &[u8]) -> Load {
        let mut load = Load::default();
        load.lines("ads.jsonl", text, Date::parse("2026-11-24").unwrap()).unwrap();
        load
    }

    #[test]
    fn an_advertisement_and_a_whole_posting_are_both_read() {
        let load = load(
            br#"{"id": "7", "title": " Caretaker\n for a museum ", "text": "Four days.\r\n\r\nA key.", "language": "en", "salary": 3}

{"title": "B", "text": "b", "pay": {"kind": "time_credits"}, "seats": 2, "place": null, "expires": "2026-12-04"}"#,
        );
        assert_eq!(load.read, 2);
        assert_eq!(load.postings[0].origin, "ads.jsonl:1 (7)");
        let first = serde_json::json!({"title": "Caretaker for a museum", "text": "Four days.\n\nA key.", "language": "en"});
        assert_eq!(load.postings[0].job, first);
        let second = serde_json::json!({"title": "B", "text": "b", "pay": {"kind": "time_credits"}, "seats": 2, "days": 10});
        assert_eq!((load.postings[1].origin.as_str(), &load.postings[1].job), ("ads.jsonl:3", &second));
    }

    #[test]
    fn what_cannot_be_used_is_named_by_line() {
        let long = "x".repeat(70_000);
        let text = format!(
            "not json\n[1]\n{{\"title\": \"\\u200b\", \"text\": \"x\"}}\n{{\"title\": \"x\"}}\n{{\"title\": \"x\", \"text\": \"{long}\"}}\n\
             {{\"title\": \"x\", \"text\": \"x\", \"expires\": \"2026-11-24\"}}\n{{\"title\": \"x\", \"text\": \"x\", \"expires\": \"soon\"}}\n\
             {{\"title\": \"last\", \"text\": \"x\"}}"
        );
        let load = load(text.as_bytes());
        let skipped: Vec<(&str, &str)> =
            load.skipped.iter().map(|(at, why)| (at.as_str(), why.as_str())).collect();
        assert_eq!(
            skipped,
            [
                ("ads.jsonl:1", "not a JSON object"),
                ("ads.jsonl:2", "not a JSON object"),
                ("ads.jsonl:3", "no title"),
                ("ads.jsonl:4", "no text"),
                ("ads.jsonl:5", "longer than 64 KiB"),
                ("ads.jsonl:6", "expired on 2026-11-24"),
                ("ads.jsonl:7", "`expires` is no date of the form YYYY-MM-DD"),
            ]
        );
        assert_eq!((load.read, load.postings.len()), (8, 1));
        assert_eq!(load.figures(), "8 read: 0 titles shortened, 0 texts cut, 7 skipped");
    }

    #[test]
    fn what_is_too_long_ends_at_a_word_and_at_a_paragraph() {
        let title = "word ".repeat(40);
        let paragraph = "y".repeat(9_000);
        let text =
            serde_json::json!({"title": title, "text": format!("{paragraph}\n\n{paragraph}")}).to_string();
        let load = load(text.as_bytes());
        assert_eq!((load.shortened, load.cut), (1, 1));
        let job = &load.postings[0].job;
        assert!(
            job.text("/title").ends_with("word…") && job.text("/title").chars().count() <= TITLE_CHARS_MAX
        );
        assert_eq!(job.text("/text"), format!("{paragraph}{CUT_MARK}"));
        let unbroken = cut("z".repeat(20_000)).0;
        assert_eq!(unbroken.chars().count(), TEXT_CHARS_MAX);
    }

    #[test]
    fn what_is_left_is_what_a_document_takes() {
        use hanse_command::document::Text;
        let wild = "\u{feff}Cafe\u{301}\u{7} \u{202e}x\u{200b}\u{2028}y\u{85}\u{1b}[2J\tz";
        assert_eq!(one_line(wild), "Caf\u{e9} x y[2J z");
        assert_eq!(
            one_line("a\u{2800}b \u{3164} \u{1f469}\u{200d}\u{1f4bb}\u{200d}"),
            "ab \u{1f469}\u{200d}\u{1f4bb}"
        );
        assert!(Line::<1, 120>::parse(&one_line(wild)).is_ok());
        assert!(Text::<1, 16_000>::parse(&tidy(wild)).is_ok());
    }

    #[test]
    fn a_far_end_is_brought_near() {
        let today = Date::parse("2026-11-24").unwrap();
        assert_eq!(days("2029-01-01", today), Ok(Some(OPEN_DAYS_MAX)));
        assert_eq!(days("", today), Ok(None));
    }

    #[test]
    fn a_folder_is_read_in_the_order_of_names() {
        let folder = tempfile::tempdir().unwrap();
        let today = Date::parse("2026-11-24").unwrap();
        assert!(matches!(Load::of(folder.path(), today), Err(DemoError::Data(_))));
        for (name, title) in [("b.jsonl", "second"), ("a.jsonl", "first"), ("c.txt", "never")] {
            fs::write(folder.path().join(name), format!("{{\"title\": \"{title}\", \"text\": \"x\"}}\n"))
                .unwrap();
        }
        let load = Load::of(folder.path(), today).unwrap();
        let titles: Vec<&str> = load.postings.iter().map(|posting| posting.job.text("/title")).collect();
        assert_eq!(titles, ["first", "second"]);
    }
}
