//! The second implementation, in Python, in one child process that answers file after file.

use std::io::{self, BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::{Base, Content, Mutation};
use crate::judge::Came;

/// A running checker.
#[derive(Debug)]
pub struct Second {
    child: Child,
    asks: ChildStdin,
    answers: BufReader<ChildStdout>,
}

/// What it says of a file.
#[derive(Clone, PartialEq, Debug)]
pub struct Answer {
    /// The verdict.
    pub came: Came,
    /// What the file says; nothing if it is invalid or cannot be used.
    pub content: Option<Content>,
}

impl Second {
    /// Starts it with this interpreter.
    ///
    /// # Errors
    /// If there is none.
    pub fn start(python: &str, script: &Path) -> io::Result<Self> {
        let mut child = Command::new(python)
            .arg(script)
            .arg("--batch")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let gone = || io::Error::from(io::ErrorKind::BrokenPipe);
        let asks = child.stdin.take().ok_or_else(gone)?;
        let answers = BufReader::new(child.stdout.take().ok_or_else(gone)?);
        Ok(Self { child, asks, answers })
    }

    /// Asks about a file.
    ///
    /// # Errors
    /// If it has ended, or answers something else.
    pub fn ask(&mut self, base: &Base, mutation: &Mutation) -> io::Result<Answer> {
        let file = STANDARD.encode(&mutation.bytes);
        writeln!(self.asks, "{}", json!({"file": file, "policy": mutation.policy, "now": base.now}))?;
        self.asks.flush()?;
        let mut line = String::new();
        self.answers.read_line(&mut line)?;
        let answer: Value = serde_json::from_str(&line)?;
        let verdict = answer["verdict"].as_str().unwrap_or_default();
        let came = Came::ALL.into_iter().find(|came| came.word() == verdict);
        let came = came.ok_or_else(|| io::Error::other(format!("no verdict: {line}")))?;
        let content = answer["content"].is_object().then(|| Content::told(&answer["content"]));
        Ok(Answer { came, content })
    }
}

impl Drop for Second {
    fn drop(&mut self) {
        // It ends by itself when nobody asks any more; this only spares the wait.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
