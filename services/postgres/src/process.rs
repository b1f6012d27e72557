//! Programs that end when we do.

use std::ffi::OsStr;
use std::io;
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc;
use std::thread;

use crate::PrivateError;

/// A program started by a thread of its own. The program was told to ask for SIGINT at its parent's death
/// ([`Users::command`](super::users::Users::command)), and to the kernel the parent is that thread: it lives until
/// [`Supervised::interrupt`], until this value is dropped, or until the whole process ends, however it ends.
#[derive(Debug)]
pub(super) struct Supervised {
    child: Child,
    keep: Option<mpsc::SyncSender<()>>,
}

impl Supervised {
    pub(super) fn spawn(mut command: Command) -> Result<Supervised, PrivateError> {
        // A group of its own: Ctrl-C in a terminal is for us, and we decide when the server stops.
        command.process_group(0).stdin(Stdio::null());
        let program = command.get_program().to_owned();
        let (keep, kept) = mpsc::sync_channel::<()>(0);
        let (started, outcome) = mpsc::sync_channel(1);
        thread::Builder::new()
            .name("postgres-keeper".to_owned())
            .spawn(move || {
                if started.send(command.spawn()).is_ok() {
                    // Nothing is ever sent: this ends when the other side is dropped.
                    while kept.recv().is_ok() {}
                }
            })
            .map_err(|error| not_started("a thread", &error))?;
        let child = outcome
            .recv()
            .map_err(|_| PrivateError::Unusable("the thread that starts the server ended early".to_owned()))?
            .map_err(|error| not_started(&program.to_string_lossy(), &error))?;
        Ok(Supervised { child, keep: Some(keep) })
    }

    /// Sends SIGINT, which is PostgreSQL's fast shutdown: by the end of the thread that started the program.
    pub(super) fn interrupt(&mut self) {
        self.keep = None;
    }

    /// The exit status, once the program has ended.
    pub(super) fn exited(&mut self) -> Result<Option<ExitStatus>, PrivateError> {
        self.child
            .try_wait()
            .map_err(|error| PrivateError::Unusable(format!("cannot wait for a program: {error}")))
    }

    pub(super) fn kill(&mut self) -> Result<(), PrivateError> {
        let killed = self.child.kill().and_then(|()| self.child.wait());
        killed.map(drop).map_err(|error| PrivateError::Unusable(format!("cannot end a program: {error}")))
    }
}

/// A command with nothing of our environment but the search path: no PGDATA or LANG of the caller changes what it does.
pub(super) fn clean(program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(program);
    command.env_clear().env("LC_ALL", "C");
    if let Some(path) = std::env::var_os("PATH") {
        command.env("PATH", path);
    }
    command
}

/// The trimmed output of a command that ends at once.
pub(super) fn text_of(mut command: Command) -> Result<String, PrivateError> {
    let program = command.get_program().to_string_lossy().into_owned();
    let output = command.stdin(Stdio::null()).output().map_err(|error| not_started(&program, &error))?;
    if !output.status.success() {
        return Err(PrivateError::Unusable(format!("`{program}` failed ({})", output.status)));
    }
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

pub(super) fn not_started(program: &str, error: &io::Error) -> PrivateError {
    if program == "setpriv" && error.kind() == io::ErrorKind::NotFound {
        return PrivateError::Unusable("`setpriv` is missing; `apt-get install util-linux`".to_owned());
    }
    PrivateError::Unusable(format!("cannot start {program}: {error}"))
}
