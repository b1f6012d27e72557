//! Who we are, and as whom the server runs.

use std::path::Path;
use std::process::{Command, Stdio};

use super::process;
use crate::PrivateError;

/// PostgreSQL refuses to run as root; its packages make this user.
const SERVER_USER: &str = "postgres";

/// A user of this machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct User {
    pub(super) id: u32,
    pub(super) group: u32,
    pub(super) name: String,
}

/// The user of this process, and the user of the server: the same one, unless this process is root.
#[derive(Debug)]
pub(super) struct Users {
    pub(super) own: User,
    pub(super) server: User,
}

impl Users {
    pub(super) fn find() -> Result<Users, PrivateError> {
        let own = user(None).map_err(|_| {
            PrivateError::Unusable(
                "this process runs under a user id that has no name on this machine, and PostgreSQL needs one; add the user to \
                 /etc/passwd or run as another user"
                    .to_owned(),
            )
        })?;
        if own.id != 0 {
            return Ok(Users { server: own.clone(), own });
        }
        let server = user(Some(SERVER_USER)).map_err(|_| {
            PrivateError::Unusable(format!(
                "PostgreSQL refuses to run as root, and there is no user `{SERVER_USER}` to run it as; run as another user, or \
                 `apt-get install postgresql`"
            ))
        })?;
        Ok(Users { own, server })
    }

    /// Whether the server is another user than we are.
    pub(super) fn differ(&self) -> bool {
        self.own.id != self.server.id
    }

    /// A command that runs as the server's user and gets SIGINT when the thread that starts it ends.
    ///
    /// The parent-death signal is cleared by a change of user, hence setpriv, which sets it afterwards; the shell then makes sure
    /// that we did not end before it was set.
    pub(super) fn command(&self, program: &Path) -> Command {
        const UNLESS_ORPHANED: &str = r#"[ "$PPID" = "$1" ] || exit 1; shift; exec "$@""#;
        let mut command = process::clean("setpriv");
        if self.differ() {
            command.args(["--reuid", &self.server.id.to_string(), "--regid", &self.server.group.to_string()]);
            command.arg("--clear-groups");
        }
        command
            .args(["--no-new-privs", "--pdeathsig", "INT", "--", "sh", "-c", UNLESS_ORPHANED, "sh"])
            .arg(std::process::id().to_string())
            .arg(program);
        command
    }

    /// Makes sure that the server's user gets into the folder and at the program.
    pub(super) fn check_reach(&self, folder: &Path, program: &Path) -> Result<(), PrivateError> {
        for path in [folder, program] {
            let mut command = self.command(Path::new("test"));
            command.arg("-x").arg(path).stdout(Stdio::null());
            let output = command.output().map_err(|error| process::not_started("setpriv", &error))?;
            let complaint = String::from_utf8_lossy(&output.stderr);
            if !complaint.trim().is_empty() {
                return Err(PrivateError::Unusable(format!(
                    "no step down to another user: {}",
                    complaint.trim()
                )));
            }
            if !output.status.success() {
                return Err(PrivateError::Unusable(format!(
                    "the user `{}`, as whom the server runs, cannot reach {}; choose a folder under /var/tmp (nothing under /root \
                     can be reached), or run as another user",
                    self.server.name,
                    path.display()
                )));
            }
        }
        Ok(())
    }
}

/// Asks `id`, which knows every user, those of directory services included.
fn user(name: Option<&str>) -> Result<User, PrivateError> {
    let ask = |what: &str| {
        let mut command = process::clean("id");
        command.arg(what).args(name);
        process::text_of(command)
    };
    let number = |what: &str| {
        ask(what)?
            .parse::<u32>()
            .map_err(|error| PrivateError::Unusable(format!("`id {what}` does not answer a number: {error}")))
    };
    Ok(User { id: number("-u")?, group: number("-g")?, name: ask("-un")? })
}
