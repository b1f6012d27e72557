//! Who is signed in at which node, kept in one file that nobody else can read.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::{env, fmt};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::client::ClientError;
use crate::json::Read as _;

/// A token that ends within this time, in seconds, is renewed first, so that it does not end on the way.
const RENEW_BEFORE: i64 = 30;
/// A session has two tokens of some hundred bytes; a longer file is something else.
const FILE_BYTES_MAX: u64 = 64 * 1024;

/// A login.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    /// URL of the node.
    pub node: String,
    /// The account there.
    pub handle: String,
    /// The person.
    pub did: String,
    /// Opens doors until `expires_at`.
    pub access_token: String,
    /// Good for one refresh.
    pub refresh_token: String,
    /// What the token may do.
    pub scope: String,
    /// End of the access token, Unix seconds.
    pub expires_at: i64,
}

impl fmt::Debug for Session {
    /// Without the tokens.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session").field("node", &self.node).field("did", &self.did).finish_non_exhaustive()
    }
}

impl Session {
    /// What a node answered to a login or a refresh at `now`.
    ///
    /// # Errors
    /// [`ClientError::Missing`] if it lacks a token or the person.
    pub fn from_answer(node: &str, answer: &Value, now: i64) -> Result<Self, ClientError> {
        let seconds = i64::try_from(answer.number("/expires_in")).unwrap_or_default();
        Ok(Self {
            node: node.to_owned(),
            handle: answer.need("/handle")?,
            did: answer.need("/did")?,
            access_token: answer.need("/access_token")?,
            refresh_token: answer.need("/refresh_token")?,
            scope: answer.text("/scope").to_owned(),
            expires_at: now.saturating_add(seconds),
        })
    }

    /// Whether the access token should be renewed before it is used at `now`.
    #[must_use]
    pub fn is_stale(&self, now: i64) -> bool {
        self.expires_at.saturating_sub(now) <= RENEW_BEFORE
    }
}

/// Why the session file is of no use.
#[derive(Debug, thiserror::Error)]
pub enum SessionError {
    /// It cannot be read or written.
    #[error("{}: {source}", path.display())]
    File {
        /// Which file.
        path: PathBuf,
        /// The cause.
        source: io::Error,
    },
    /// Others can read it.
    #[error("{}: others can read this file (mode {mode:03o}), and the tokens in it\n  next: chmod 600 it, and sign in again", path.display())]
    Exposed {
        /// Which file.
        path: PathBuf,
        /// Its permissions.
        mode: u32,
    },
    /// It holds something else.
    #[error("{}: this is not a session file\n  next: remove it, or name another one with --session FILE", .0.display())]
    Form(PathBuf),
    /// There is no place for it.
    #[error(
        "neither XDG_CONFIG_HOME nor HOME says where to keep the session\n  next: name a file with --session FILE"
    )]
    NoPlace,
}

/// The file of a session.
#[derive(Clone, Debug)]
pub struct SessionFile(PathBuf);

impl SessionFile {
    /// The file that was named, or `hanse/session.json` in the user's configuration folder.
    ///
    /// # Errors
    /// [`SessionError::NoPlace`] without a home.
    pub fn at(named: Option<&Path>) -> Result<Self, SessionError> {
        if let Some(path) = named {
            return Ok(Self(path.to_owned()));
        }
        let folder = |name: &str| env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
        let config = folder("XDG_CONFIG_HOME").or_else(|| Some(folder("HOME")?.join(".config")));
        Ok(Self(config.ok_or(SessionError::NoPlace)?.join("hanse").join("session.json")))
    }

    /// The session, if there is one.
    ///
    /// # Errors
    /// Every [`SessionError`] but `NoPlace`.
    pub fn load(&self) -> Result<Option<Session>, SessionError> {
        let meta = match fs::metadata(&self.0) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            meta => meta.map_err(|source| self.file(source))?,
        };
        let mode = meta.permissions().mode() & 0o777;
        if mode & 0o077 != 0 {
            return Err(SessionError::Exposed { path: self.0.clone(), mode });
        }
        if meta.len() > FILE_BYTES_MAX {
            return Err(SessionError::Form(self.0.clone()));
        }
        let bytes = fs::read(&self.0).map_err(|source| self.file(source))?;
        serde_json::from_slice(&bytes).map(Some).map_err(|_| SessionError::Form(self.0.clone()))
    }

    /// Writes the session: whole or not at all, readable by its owner only.
    ///
    /// # Errors
    /// [`SessionError::File`].
    pub fn store(&self, session: &Session) -> Result<(), SessionError> {
        let text = serde_json::to_string_pretty(session).map_err(|error| self.file(error.into()))?;
        self.make_folder()?;
        let temporary = self.beside("new");
        let write = || -> io::Result<()> {
            // What an interrupted run left may have other permissions.
            remove(&temporary)?;
            let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&temporary)?;
            file.write_all(text.as_bytes())?;
            file.sync_all()?;
            fs::rename(&temporary, &self.0)
        };
        write().map_err(|source| self.file(source))
    }

    /// Removes it; nothing happens if there is none.
    ///
    /// # Errors
    /// [`SessionError::File`].
    pub fn remove(&self) -> Result<(), SessionError> {
        remove(&self.0).map_err(|source| self.file(source))
    }

    /// Keeps other runs of this program from renewing the same session until the answer is dropped: a refresh token
    /// that is used twice ends the login.
    ///
    /// # Errors
    /// [`SessionError::File`].
    pub fn lock(&self) -> Result<File, SessionError> {
        self.make_folder()?;
        let open = || -> io::Result<File> {
            let file = OpenOptions::new()
                .write(true)
                .create(true)
                .truncate(false)
                .mode(0o600)
                .open(self.beside("lock"))?;
            file.lock()?;
            Ok(file)
        };
        open().map_err(|source| self.file(source))
    }

    fn make_folder(&self) -> Result<(), SessionError> {
        let Some(folder) = self.0.parent().filter(|folder| !folder.as_os_str().is_empty()) else {
            return Ok(());
        };
        fs::DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(|source| self.file(source))
    }

    fn beside(&self, suffix: &str) -> PathBuf {
        let mut name = self.0.as_os_str().to_owned();
        name.push(".");
        name.push(suffix);
        PathBuf::from(name)
    }

    fn file(&self, source: io::Error) -> SessionError {
        SessionError::File { path: self.0.clone(), source }
    }
}

fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        removed => removed,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn session() -> Session {
        let answer = json!({"access_token": "a", "token_type": "Bearer", "expires_in": 900, "refresh_token": "r",
            "scope": "jobs:write", "did": "did:key:z6Mk", "handle": "ada"});
        Session::from_answer("http://127.0.0.1:1", &answer, 1_000).unwrap()
    }

    #[test]
    fn a_session_is_kept_for_its_owner_only() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("new/session.json");
        let file = SessionFile::at(Some(&path)).unwrap();
        assert_eq!(file.load().unwrap(), None);
        fs::create_dir(folder.path().join("new")).unwrap();
        fs::write(file.beside("new"), "left over, readable by all").unwrap();
        file.store(&session()).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(file.load().unwrap(), Some(session()));
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        assert!(matches!(file.load(), Err(SessionError::Exposed { mode: 0o640, .. })));
        file.remove().unwrap();
        file.remove().unwrap();
        assert_eq!(file.load().unwrap(), None);
    }

    #[test]
    fn something_else_is_not_taken_for_a_session() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("session.json");
        let file = SessionFile::at(Some(&path)).unwrap();
        file.store(&session()).unwrap();
        for text in ["", "{}", "[1"] {
            fs::write(&path, text).unwrap();
            assert!(matches!(file.load(), Err(SessionError::Form(_))), "{text:?}");
        }
    }

    #[test]
    fn a_token_is_renewed_before_it_ends() {
        assert!(!session().is_stale(1_000));
        assert!(!session().is_stale(1_869));
        assert!(session().is_stale(1_870));
        assert!(session().is_stale(i64::MAX));
    }

    #[test]
    fn tokens_are_not_printed() {
        let shown = format!(
            "{:?}",
            Session { access_token: "secret-a".into(), refresh_token: "secret-r".into(), ..session() }
        );
        assert!(!shown.contains("secret"), "{shown}");
    }
}
