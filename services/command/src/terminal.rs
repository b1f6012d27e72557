//! What is asked of a person: a password without echo, an answer, and texts from standard input.

pub mod out;
pub mod table;

use std::fs::File;
use std::io::{self, BufRead as _, IsTerminal as _, Read as _, Write as _};
use std::path::Path;

use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};

use crate::error::CommandError;

/// A request body has at most 256 KiB; longer input cannot be meant.
const INPUT_BYTES_MAX: u64 = 256 * 1024;
/// An answer is a few numbers.
const ANSWER_BYTES_MAX: u64 = 4 * 1024;
/// A password has at most 1,024 bytes.
const PASSWORD_BYTES_MAX: u64 = 2 * 1024;

/// The password from a file, from `given` (the environment), or asked for; line ends do not belong to it. A new one is asked for
/// twice, because a slip of the finger would lock its owner out.
///
/// # Errors
/// [`CommandError::File`] or [`CommandError::Input`] if there is none, or two different ones.
pub fn password(
    prompt: &str,
    file: Option<&Path>,
    given: Option<&str>,
    new: bool,
) -> Result<String, CommandError> {
    let text = match (file, given) {
        (Some(path), _) => read_bounded(path, PASSWORD_BYTES_MAX)?,
        (None, Some(given)) => given.to_owned(),
        (None, None) => {
            let password = ask(prompt).map_err(CommandError::file("standard input"))?;
            let twice = new && io::stdin().is_terminal();
            if twice && ask("Again: ").map_err(CommandError::file("standard input"))? != password {
                return Err(CommandError::Input("these are two different passwords".to_owned()));
            }
            password
        }
    };
    let password = text.trim_end_matches(['\n', '\r']);
    if password.is_empty() {
        let what = "there is no password: type it, or use --password-file FILE or HANSE_PASSWORD";
        return Err(CommandError::Input(what.to_owned()));
    }
    Ok(password.to_owned())
}

/// Whether somebody sits there who can be asked.
#[must_use]
pub fn is_there() -> bool {
    io::stdin().is_terminal() && io::stderr().is_terminal()
}

/// Asks on the terminal, and takes a line; none at its end.
///
/// # Errors
/// [`CommandError::File`] if the terminal is gone.
pub fn answer(question: &str) -> Result<String, CommandError> {
    let ask = || -> io::Result<String> {
        write!(io::stderr(), "{}", out::plain(question))?;
        let mut line = String::new();
        io::stdin().lock().take(ANSWER_BYTES_MAX).read_line(&mut line)?;
        Ok(line)
    };
    ask().map_err(CommandError::file("standard input"))
}

/// Asks on the terminal with echo off; without a terminal, takes a line of standard input.
fn ask(prompt: &str) -> io::Result<String> {
    let stdin = io::stdin();
    let silent = if stdin.is_terminal() {
        write!(io::stderr(), "{prompt}")?;
        Some(Silence::begin()?)
    } else {
        None
    };
    let mut line = String::new();
    stdin.lock().take(PASSWORD_BYTES_MAX).read_line(&mut line)?;
    if silent.is_some() {
        writeln!(io::stderr())?;
    }
    Ok(line)
}

/// The terminal without echo, until it is dropped. Its other settings stay, so that Ctrl-C and the editing of a line work.
struct Silence(Termios);

impl Silence {
    fn begin() -> io::Result<Self> {
        let before = tcgetattr(io::stdin())?;
        let mut silent = before.clone();
        silent.local_modes.remove(LocalModes::ECHO);
        tcsetattr(io::stdin(), OptionalActions::Now, &silent)?;
        Ok(Self(before))
    }
}

impl Drop for Silence {
    fn drop(&mut self) {
        // Where it fails, the terminal is gone or `reset` helps; there is nobody to tell.
        tcsetattr(io::stdin(), OptionalActions::Now, &self.0).ok();
    }
}

/// The text itself, or what stands on standard input if it is `-`.
///
/// # Errors
/// [`CommandError::File`] if that cannot be read or is too long.
pub fn text_or_input(text: &str) -> Result<String, CommandError> {
    if text != "-" {
        return Ok(text.to_owned());
    }
    let read = bounded(&mut io::stdin().lock(), INPUT_BYTES_MAX);
    read.map(|text| plain_ends(&text).trim_end().to_owned()).map_err(CommandError::file("standard input"))
}

/// A file, or standard input if it is `-`; at most 256 KiB of UTF-8, with line ends as everywhere.
///
/// # Errors
/// [`CommandError::File`] if it cannot be read, is longer, or is not text.
pub fn file_or_input(path: &Path) -> Result<String, CommandError> {
    if path == Path::new("-") {
        let read = bounded(&mut io::stdin().lock(), INPUT_BYTES_MAX);
        return read.map(|text| plain_ends(&text)).map_err(CommandError::file("standard input"));
    }
    text_file(path, INPUT_BYTES_MAX)
}

/// A text file that a person may have written, of at most `max` bytes, with line ends as everywhere.
///
/// # Errors
/// [`CommandError::File`] if it cannot be read, is longer, or is not text.
pub fn text_file(path: &Path, max: u64) -> Result<String, CommandError> {
    Ok(plain_ends(&read_bounded(path, max)?))
}

/// Without the mark that some editors put before a text, and with `\n` where they and some systems write `\r\n` or `\r`.
fn plain_ends(text: &str) -> String {
    text.strip_prefix('\u{feff}').unwrap_or(text).replace("\r\n", "\n").replace('\r', "\n")
}

/// A file of at most `max` bytes of text, as it is.
///
/// # Errors
/// [`CommandError::File`] if it cannot be read, is longer, or is not text.
fn read_bounded(path: &Path, max: u64) -> Result<String, CommandError> {
    File::open(path).and_then(|mut file| bounded(&mut file, max)).map_err(CommandError::file(path))
}

fn bounded(from: &mut impl io::Read, max: u64) -> io::Result<String> {
    let mut text = String::new();
    from.take(max + 1).read_to_string(&mut text)?;
    if u64::try_from(text.len()).is_ok_and(|length| length <= max) {
        Ok(text)
    } else {
        Err(io::Error::new(io::ErrorKind::FileTooLarge, format!("longer than {max} bytes")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_read_has_a_bound() {
        assert_eq!(bounded(&mut b"abc".as_slice(), 3).unwrap(), "abc");
        assert_eq!(bounded(&mut b"abcd".as_slice(), 3).unwrap_err().kind(), io::ErrorKind::FileTooLarge);
        assert!(bounded(&mut b"\xff".as_slice(), 3).is_err());
    }

    #[test]
    fn a_text_file_has_one_line_end() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), "\u{feff}a\r\nb\rc\n").unwrap();
        assert_eq!(text_file(file.path(), 100).unwrap(), "a\nb\nc\n");
        assert_eq!(file_or_input(file.path()).unwrap(), "a\nb\nc\n");
    }

    #[test]
    fn a_password_loses_its_line_end_and_nothing_else() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), " correct horse \r\n").unwrap();
        assert_eq!(
            password("Password: ", Some(file.path()), Some("other"), true).unwrap(),
            " correct horse "
        );
        assert_eq!(
            password("Password: ", None, Some("from the environment"), true).unwrap(),
            "from the environment"
        );
        std::fs::write(file.path(), "\n").unwrap();
        assert!(matches!(
            password("Password: ", Some(file.path()), None, false),
            Err(CommandError::Input(_))
        ));
    }
}
