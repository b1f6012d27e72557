//! A baseline that others wrote: PageRank of `networkx` from PyPI, if a Python has it.

use std::io::{self, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};

const SCRIPT: &str = include_str!("pagerank.py");

/// One rating for the script.
pub(crate) struct Line {
    pub(crate) epoch: u32,
    pub(crate) from: u32,
    pub(crate) to: u32,
    pub(crate) good: bool,
    pub(crate) asked: bool,
}

/// The PageRank of each person who is asked about, in order.
///
/// # Errors
/// If this Python cannot run the script.
pub(crate) fn pagerank(python: &Path, lines: &[Line]) -> io::Result<Vec<f64>> {
    let mut text = String::new();
    for Line { epoch, from, to, good, asked } in lines {
        text.push_str(&format!("{epoch} {from} {to} {} {}\n", u8::from(*good), u8::from(*asked)));
    }
    let mut child = Command::new(python)
        .args(["-c", SCRIPT])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()?;
    let input = child.stdin.take();
    // The script answers while it reads.
    let written =
        std::thread::spawn(move || input.map_or(Ok(()), |mut input| input.write_all(text.as_bytes())));
    let output = child.wait_with_output()?;
    let refused = || io::Error::other(format!("{} cannot run networkx", python.display()));
    if !output.status.success() {
        return Err(refused());
    }
    written.join().map_err(|_| refused())??;
    let answer = String::from_utf8_lossy(&output.stdout);
    answer.lines().map(|line| line.parse().map_err(|_| refused())).collect()
}
