//! Tables and cards for people.

use super::out::{plain, plain_line};

/// Characters of a line of running text.
const TEXT_WIDTH: usize = 88;
/// Between two columns.
const GAP: &str = "  ";

/// Rows under headings, each column as wide as its widest cell.
#[derive(Clone, Debug)]
pub struct Table {
    columns: Vec<Column>,
    rows: Vec<Vec<String>>,
}

#[derive(Clone, Copy, Debug)]
struct Column {
    heading: &'static str,
    /// Longer cells are cut; ids never are, because they are copied.
    width_max: Option<usize>,
}

impl Table {
    /// Columns by heading and, for those that may be cut, their greatest width in characters.
    #[must_use]
    pub fn new(columns: &[(&'static str, Option<usize>)]) -> Self {
        let columns = columns.iter().map(|&(heading, width_max)| Column { heading, width_max }).collect();
        Self { columns, rows: Vec::new() }
    }

    /// Adds a row; what lacks is empty.
    pub fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        let cells = cells.into_iter().map(|cell| plain_line(&cell));
        let limits = self.columns.iter().map(|column| column.width_max);
        self.rows.push(
            cells
                .zip(limits)
                .map(|(cell, limit)| limit.map_or(cell.clone(), |limit| cut(&cell, limit)))
                .collect(),
        );
    }

    /// The table; a sentence instead if it has no rows.
    #[must_use]
    pub fn render(&self, empty: &str) -> String {
        if self.rows.is_empty() {
            return empty.to_owned();
        }
        let headings: Vec<String> = self.columns.iter().map(|column| column.heading.to_owned()).collect();
        let lines: Vec<&Vec<String>> = std::iter::once(&headings).chain(&self.rows).collect();
        let widths: Vec<usize> = (0..self.columns.len())
            .map(|index| {
                lines.iter().filter_map(|line| line.get(index)).map(|cell| cell.chars().count()).max()
            })
            .map(Option::unwrap_or_default)
            .collect();
        let line = |cells: &Vec<String>| {
            let padded =
                cells.iter().zip(&widths).map(|(cell, width)| format!("{cell:width$}", width = *width));
            padded.collect::<Vec<_>>().join(GAP).trim_end().to_owned()
        };
        lines.into_iter().map(line).collect::<Vec<_>>().join("\n")
    }
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
        let width = self.lines.iter().map(|(name, _)| name.chars().count()).max().unwrap_or_default();
        let lines = self.lines.iter().map(|(name, value)| format!("{name:width$}{GAP}{value}\n"));
        let card: String = lines.collect();
        match &self.text {
            None => card,
            Some(text) => format!("{card}\n{text}\n"),
        }
    }
}

/// At most `width` characters, the last one an ellipsis if something was cut.
#[must_use]
pub fn cut(text: &str, width: usize) -> String {
    if text.chars().count() <= width {
        return text.to_owned();
    }
    let kept: String = text.chars().take(width.saturating_sub(1)).collect();
    format!("{}…", kept.trim_end())
}

/// Breaks lines longer than `width` characters at spaces; line breaks stay.
#[must_use]
pub fn wrap(text: &str, width: usize) -> String {
    let mut lines = Vec::new();
    for line in text.trim().lines() {
        let mut current = String::new();
        for word in line.split(' ') {
            let full = current.chars().count() + 1 + word.chars().count() > width;
            if full && !current.is_empty() {
                lines.push(std::mem::take(&mut current));
            }
            if !current.is_empty() {
                current.push(' ');
            }
            current.push_str(word);
        }
        lines.push(current);
    }
    lines.join("\n")
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
