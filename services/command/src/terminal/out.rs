//! Where this program prints, and how a node's text becomes fit for a terminal.

use std::io::{self, Write as _};

use crate::error::CommandError;
use hanse_client::problem::Problem;

/// A result: standard output, with one final newline.
///
/// # Errors
/// [`CommandError::Output`], for instance when the reader of a pipe has left.
pub fn say(text: &str) -> Result<(), CommandError> {
    let mut out = io::stdout().lock();
    writeln!(out, "{}", text.trim_end_matches('\n')).and_then(|()| out.flush()).map_err(CommandError::Output)
}

/// A remark beside the result: standard error, where it does not disturb what reads the result.
pub fn note(text: &str) {
    // Whoever closed standard error does not want remarks.
    drop(writeln!(io::stderr().lock(), "hanse: {text}"));
}

/// A node's problem document, as JSON on standard error.
pub fn problem(problem: &Problem) {
    let text = serde_json::to_string(problem).unwrap_or_else(|_| plain(&problem.to_string()));
    drop(writeln!(io::stderr().lock(), "{text}"));
}

/// The text without what moves a terminal's cursor or turns the reading direction: other people's words, by way of a node that may
/// be anybody's, must not be able to look like this program's.
#[must_use]
pub fn plain(text: &str) -> String {
    text.chars()
        .map(|character| match character {
            '\n' => '\n',
            '\t' => ' ',
            '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => '\u{fffd}',
            character if character.is_control() => '\u{fffd}',
            character => character,
        })
        .collect()
}

/// The same, on one line.
#[must_use]
pub fn plain_line(text: &str) -> String {
    plain(text).replace('\n', " ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_cannot_move_the_cursor() {
        assert_eq!(plain("a\x1b[2J\r\u{202e}b\tc\nd"), "a\u{fffd}[2J\u{fffd}\u{fffd}b c\nd");
        assert_eq!(plain_line("a\nb"), "a b");
    }
}
