//! Runs a command with a PostgreSQL server for tests: `with-postgres [--folder FOLDER] COMMAND [ARGUMENT…]`.
//!
//! The command finds the server's URL in `HANSE_TEST_DATABASE`. The server and its folder go when the command ends; the exit code
//! is the command's, or 2 if there was no server or no command. With `--folder` the folder is the given one, and stays.

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::{ExitCode, ExitStatus};

use hanse_postgres::Private;
use hanse_testkit::VARIABLE;
use tokio::process::Command;
use tokio::signal::unix::{SignalKind, signal};

/// Not one that test runners use for failed tests.
const UNUSABLE: u8 = 2;
/// What shells add to the number of a signal.
const SIGNAL_BASE: i32 = 128;

#[tokio::main]
async fn main() -> ExitCode {
    match run(std::env::args_os().skip(1).collect()).await {
        Ok(code) => code,
        Err(message) => {
            complain(&message);
            ExitCode::from(UNUSABLE)
        }
    }
}

async fn run(arguments: Vec<OsString>) -> Result<ExitCode, String> {
    let (folder, command) = parse(arguments)?;
    let (path, temporary) = match folder {
        Some(path) => (path, None),
        None => {
            let made = tempfile::Builder::new().prefix("hanse-test-").tempdir_in("/var/tmp");
            let made = made.map_err(|error| format!("cannot make a folder under /var/tmp: {error}"))?;
            (made.path().to_owned(), Some(made))
        }
    };
    let private = Private::start_disposable(&path).await.map_err(|error| explain(&error))?;
    let ran = attend(command, &private.url()).await;
    private.stop().await.map_err(|error| explain(&error))?;
    if let Some(temporary) = temporary {
        temporary.close().map_err(|error| format!("cannot remove {}: {error}", path.display()))?;
    }
    Ok(exit_code(ran?))
}

fn parse(mut arguments: Vec<OsString>) -> Result<(Option<PathBuf>, Vec<OsString>), String> {
    let mut folder = None;
    if arguments.first().is_some_and(|first| first == "--folder") && 2 < arguments.len() {
        folder = Some(PathBuf::from(arguments.remove(1)));
        arguments.remove(0);
    }
    if arguments.first().is_some_and(|first| first == "--") {
        arguments.remove(0);
    }
    if arguments.is_empty() {
        return Err("usage: with-postgres [--folder FOLDER] COMMAND [ARGUMENT…]".to_owned());
    }
    Ok((folder, arguments))
}

/// Runs the command to its end. Ctrl-C reaches it directly, as it is in our group, and it decides what that means; SIGTERM is for
/// us alone, and ends it.
async fn attend(command: Vec<OsString>, url: &str) -> Result<ExitStatus, String> {
    let mut words = command.into_iter();
    let program = words.next().unwrap_or_default();
    let mut interrupted = signal(SignalKind::interrupt()).map_err(|error| error.to_string())?;
    let mut terminated = signal(SignalKind::terminate()).map_err(|error| error.to_string())?;
    let mut child = Command::new(&program)
        .args(words)
        .env(VARIABLE, url)
        .spawn()
        .map_err(|error| format!("cannot start {}: {error}", program.to_string_lossy()))?;
    loop {
        tokio::select! {
            status = child.wait() => return status.map_err(|error| error.to_string()),
            _ = interrupted.recv() => {}
            _ = terminated.recv() => child.start_kill().map_err(|error| error.to_string())?,
        }
    }
}

fn exit_code(status: ExitStatus) -> ExitCode {
    use std::os::unix::process::ExitStatusExt;
    let code = status.code().or(status.signal().map(|signal| SIGNAL_BASE + signal));
    ExitCode::from(code.and_then(|code| u8::try_from(code).ok()).unwrap_or(UNUSABLE))
}

/// An error with its causes.
fn explain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        text.push_str(": ");
        text.push_str(&inner.to_string());
        cause = inner.source();
    }
    text
}

#[expect(clippy::print_stderr, reason = "a program says what went wrong")]
fn complain(message: &str) {
    eprintln!("with-postgres: {message}");
}
