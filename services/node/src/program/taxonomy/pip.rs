//! Asking the Python registry for one package, by its ordinary client: `pip` knows this machine's index, proxy and
//! certificates.

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use tokio::process::Command;

use crate::program::run::Result;

/// How the client is called, the likeliest first.
const CLIENTS: &[&[&str]] = &[&["python3", "-m", "pip"], &["pip3"], &["pip"]];
/// A package of a few megabytes on a slow line; pip itself gives up on a silent registry much earlier.
const PATIENCE: Duration = Duration::from_secs(180);

/// Downloads a package into a folder; its progress goes to standard error.
///
/// # Errors
/// Without a client, and when it says no.
pub(crate) fn download(package: &str, into: &Path) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        // One is asked: the others on this machine know the same registry, and a silent one has cost enough time.
        let mut client = client().await.ok_or("there is no `pip` on this machine")?;
        client.args(["download", "--no-deps", "--only-binary", ":all:", "--no-input"]);
        client.args(["--timeout", "20", "--retries", "1", "--dest"]).arg(into).arg(package);
        client.stdout(std::io::stderr());
        match tokio::time::timeout(PATIENCE, client.status()).await {
            Ok(Ok(status)) if status.success() => Ok(()),
            Ok(Ok(_)) => Err(format!("`pip` could not download {package}").into()),
            Ok(Err(error)) => Err(format!("`pip` cannot be run: {error}").into()),
            Err(_) => Err(format!("`pip` did not end within {} s", PATIENCE.as_secs()).into()),
        }
    })
}

/// The first client that is there.
async fn client() -> Option<Command> {
    for words in CLIENTS {
        let mut asked = called(words)?;
        asked.arg("--version").stdout(Stdio::null()).stderr(Stdio::null());
        let answer = tokio::time::timeout(PATIENCE, asked.status()).await;
        if answer.is_ok_and(|answer| answer.is_ok_and(|status| status.success())) {
            return called(words);
        }
    }
    None
}

fn called(words: &[&str]) -> Option<Command> {
    let (program, first) = words.split_first()?;
    let mut command = Command::new(program);
    command.args(first).stdin(Stdio::null()).kill_on_drop(true);
    Some(command)
}
