//! Tables and cards for people.

use std::io::IsTerminal as _;

use comfy_table::TableStyle;
use textwrap::{Options, WordSeparator, WordSplitter, WrapAlgorithm};
use unicode_segmentation::UnicodeSegmentation as _;
use unicode_width::UnicodeWidthStr as _;

use super::out::{plain, plain_line};

/// Columns of a line of running text.
const TEXT_WIDTH: usize = 88;
/// Between two columns.
const GAP: &str = "  ";

/// Narrower than this no column is made, however narrow the terminal.
const COLUMN_MIN: usize = 8;

/// Rows under headings, each column as wide as its widest cell. Widths are those that a terminal shows: most Chinese characters
/// and emoji take two places, an accent of its own none.
#[derive(Clone, Debug)]
pub struct Table {
    /// The heading of each column; the greatest width of those that may be cut. Ids never are, because they are copied.
    columns: Vec<(&'static str, Option<usize>)>,
    rows: Vec<Vec<String>>,
}

impl Table {
    /// Columns by heading and, for those that may be cut, their greatest width.
    #[must_use]
    pub fn new(columns: &[(&'static str, Option<usize>)]) -> Self {
        Self { columns: columns.to_vec(), rows: Vec::new() }
    }

    /// Adds a row; what lacks is empty.
    pub fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        self.rows.push(cells.into_iter().map(|cell| plain_line(&cell)).collect());
    }

    /// The table, no wider than the terminal if cells that may be cut can make it so; a sentence instead if it has no rows.
    #[must_use]
    pub fn render(&self, empty: &str) -> String {
        if self.rows.is_empty() { empty.to_owned() } else { self.within(columns()) }
    }

    fn within(&self, terminal: Option<usize>) -> String {
        let widths = self.widths(terminal);
        let mut table = comfy_table::Table::new();
        table.load_style(TableStyle::new()).set_header(self.columns.iter().map(|(heading, _)| heading));
        for column in table.column_iter_mut() {
            column.set_padding((0, 2));
        }
        for row in &self.rows {
            table.add_row(row.iter().zip(&widths).map(|(cell, width)| cut(cell, *width)));
        }
        table.trim_fmt()
    }

    /// How wide each column is: as wide as its widest cell and its heading, and where that is too much for the terminal, the widest of
    /// those that may be cut is made narrower, again and again.
    fn widths(&self, terminal: Option<usize>) -> Vec<usize> {
        let width = |(place, (heading, most)): (usize, &(&str, Option<usize>))| {
            let cells = self.rows.iter().filter_map(|row| row.get(place)).map(|cell| cell.width());
            let widest = cells.max().unwrap_or_default();
            most.map_or(widest, |most| widest.min(most)).max(heading.width())
        };
        let mut widths: Vec<usize> = self.columns.iter().enumerate().map(width).collect();
        let gaps = GAP.len() * widths.len().saturating_sub(1);
        let Some(room) = terminal.map(|terminal| terminal.saturating_sub(gaps)) else { return widths };
        while widths.iter().sum::<usize>() > room {
            let cuttable = widths.iter_mut().zip(&self.columns).filter(|(_, (_, most))| most.is_some());
            let widest = cuttable.map(|(width, _)| width).max_by_key(|width| **width);
            match widest {
                Some(width) if *width > COLUMN_MIN => *width -= 1,
                _ => break,
            }
        }
        widths
    }
}

/// Columns of the terminal that is written to; none, where it is a file or a pipe.
fn columns() -> Option<usize> {
    let out = std::io::stdout();
    if !out.is_terminal() {
        return None;
    }
    let size = rustix::termios::tcgetwinsize(out).ok()?;
    // A terminal that does not know its size says 0.
    Some(usize::from(size.ws_col)).filter(|columns| *columns > 0)
}

/// Running text that stands some columns to the right.
#[must_use]
pub fn paragraph(text: &str, indent: usize) -> String {
    let width = TEXT_WIDTH.saturating_sub(indent);
    let text = wrap(&plain(text), width);
    text.lines()
        .map(|line| format!("{:indent$}{line}", "").trim_end().to_owned())
        .collect::<Vec<_>>()
        .join("\n")
}

/// Names and values, one a line; what is not stated is left out.
#[derive(Clone, Debug, Default)]
pub struct Card {
    lines: Vec<(String, String)>,
    text: Option<String>,
}

impl Card {
    /// Adds a line, unless the value is empty.
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        if !value.is_empty() {
            self.lines.push((name.to_owned(), plain_line(value)));
        }
        self
    }

    /// Adds a line for each value, all under one name.
    #[must_use]
    pub fn each(self, name: &str, values: impl IntoIterator<Item = impl AsRef<str>>) -> Self {
        let named = |card: Self, (number, value): (usize, _)| {
            let line =
                (if number == 0 { name } else { "" }.to_owned(), plain_line(AsRef::<str>::as_ref(&value)));
            Self { lines: card.lines.into_iter().chain([line]).collect(), ..card }
        };
        values.into_iter().enumerate().fold(self, named)
    }

    /// Adds running text below the lines, unless it is empty.
    #[must_use]
    pub fn text(mut self, text: &str) -> Self {
        if !text.is_empty() {
            self.text = Some(wrap(&plain(text), TEXT_WIDTH));
        }
        self
    }

    /// The card.
    #[must_use]
    pub fn render(&self) -> String {
        let width = self.lines.iter().map(|(name, _)| name.width()).max().unwrap_or_default();
        let lines = self.lines.iter().map(|(name, value)| format!("{name:width$}{GAP}{value}\n"));
        let card: String = lines.collect();
        match &self.text {
            None => card,
            Some(text) => format!("{card}\n{text}\n"),
        }
    }
}

/// At most `width` columns of a terminal, the last one an ellipsis if something was cut.
#[must_use]
pub fn cut(text: &str, width: usize) -> String {
    if text.width() <= width {
        return text.to_owned();
    }
    let mut kept = String::new();
    for character in text.graphemes(true) {
        if kept.width() + character.width() >= width {
            break;
        }
        kept.push_str(character);
    }
    format!("{}…", kept.trim_end())
}

/// Breaks lines longer than `width` columns at spaces; line breaks stay.
#[must_use]
pub fn wrap(text: &str, width: usize) -> String {
    let whole_words = Options::new(width)
        .break_words(false)
        .word_separator(WordSeparator::AsciiSpace)
        .word_splitter(WordSplitter::NoHyphenation)
        .wrap_algorithm(WrapAlgorithm::FirstFit);
    textwrap::fill(text.trim(), whole_words)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_stand_under_their_headings() {
        let mut table = Table::new(&[("TITLE", Some(10)), ("PAY", None), ("ID", None)]);
        table.row(["Été à la mer".to_owned(), "45 EUR".to_owned(), "job_a".to_owned()]);
        table.row(["Two\nlines\x1b".to_owned(), String::new(), "job_b".to_owned()]);
        assert_eq!(
            table.render("nothing"),
            "TITLE       PAY     ID\nÉté à la…   45 EUR  job_a\nTwo lines\u{fffd}          job_b"
        );
        assert_eq!(Table::new(&[("ID", None)]).render("There is nothing."), "There is nothing.");
    }

    #[test]
    fn a_table_fits_its_terminal_and_ids_stay_whole() {
        let mut table = Table::new(&[("TITLE", Some(30)), ("WORDS", Some(30)), ("ID", None)]);
        table.row([
            "Ten years of bird counts".to_owned(),
            "I have counted birds.".to_owned(),
            "job_2Zt".to_owned(),
        ]);
        assert_eq!(
            table.within(Some(40)),
            "TITLE            WORDS           ID\nTen years of b…  I have counte…  job_2Zt"
        );
        let narrow = table.within(Some(10));
        assert_eq!(narrow, "TITLE     WORDS    ID\nTen yea…  I have…  job_2Zt");
        assert!(table.within(None).contains("Ten years of bird counts  I have counted birds.  job_2Zt"));
    }

    #[test]
    fn a_paragraph_stands_to_the_right() {
        assert_eq!(paragraph("one\n\ntwo", 3), "   one\n\n   two");
    }

    #[test]
    fn what_a_terminal_shows_wide_is_counted_wide() {
        let mut table = Table::new(&[("TITLE", Some(10)), ("ID", None)]);
        table.row(["東京の翻訳者を探す".to_owned(), "job_a".to_owned()]);
        table.row(["👩\u{200d}🔬 e\u{301}te\u{301}".to_owned(), "job_b".to_owned()]);
        table.row(["three".to_owned(), "job_c".to_owned()]);
        assert_eq!(
            table.render("nothing"),
            "TITLE      ID\n東京の翻…  job_a\n👩\u{200d}🔬 e\u{301}te\u{301}     job_b\nthree      job_c"
        );
        assert_eq!(
            cut("👩\u{200d}🔬👩\u{200d}🔬👩\u{200d}🔬", 5),
            "👩\u{200d}🔬👩\u{200d}🔬…",
            "an emoji is cut as a whole"
        );
        assert_eq!(wrap("東京 の翻訳", 8), "東京\nの翻訳");
    }

    #[test]
    fn a_card_says_only_what_is_stated() {
        let card =
            Card::default().with("id", "job_a").with("place", "").with("state", "open").text("Some words.");
        assert_eq!(card.render(), "id     job_a\nstate  open\n\nSome words.\n");
    }

    #[test]
    fn words_stay_whole() {
        assert_eq!(wrap("one two three\n\nfour", 8), "one two\nthree\n\nfour");
        assert_eq!(wrap("incomprehensibilities are long", 8), "incomprehensibilities\nare long");
        assert_eq!(cut("abcdef", 6), "abcdef");
        assert_eq!(cut("abcdefg", 6), "abcde…");
    }
}
