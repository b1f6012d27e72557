//! Asking the Python registry for one package, by its ordinary client: `pip` knows this machine's index, proxy and
//! certificates.

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use tokio::process::Command;

use super::Result;

/// How the client is called, the likeliest first.
const CLIENTS: &[&[&str]] = &[&["python3", "-m", "pip"], &["pip3"], &["pip"]];
/// A package of a few megabytes on a slow line; pip itself gives up on a silent registry much earlier.
const PATIENCE: Duration = Duration::from_secs(180);

/// Downloads a package into a folder; its progress goes to standard error.
///
/// # Errors
/// What to do instead.
pub(crate) fn download(package: &str, into: &Path) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    for client in CLIENTS {
        let Some((program, first)) = client.split_first() else { continue };
        let mut command = Command::new(program);
        command.args(first).args(["download", "--no-deps", "--only-binary", ":all:", "--no-input"]);
        command.args(["--timeout", "20", "--retries", "1", "--dest"]).arg(into).arg(package);
        command.stdin(Stdio::null()).stdout(std::io::stderr()).kill_on_drop(true);
        let status = runtime.block_on(async { tokio::time::timeout(PATIENCE, command.status()).await });
        match status {
            Ok(Ok(status)) if status.success() => return Ok(()),
            Ok(Ok(_)) => {}
            Ok(Err(error)) if error.kind() == std::io::ErrorKind::NotFound => {}
            Ok(Err(error)) => return Err(format!("{program}: {error}").into()),
            Err(_) => return Err(format!("{program} did not end within {} s", PATIENCE.as_secs()).into()),
        }
    }
    Err(format!("no `pip` here could download {package}").into())
}
