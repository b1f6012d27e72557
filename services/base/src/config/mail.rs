//! Where letters go out.

use std::fmt;

use zeroize::Zeroizing;

/// The server that takes letters, and who they are from.
#[derive(Clone, Debug)]
pub struct Mail {
    /// Its name, which its certificate bears.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How the connection is kept private.
    pub tls: MailTls,
    /// As whom the node signs in there.
    pub login: Option<MailLogin>,
    /// Who letters are from: an address, or a name and one in angle brackets.
    pub sender: String,
}

/// How the connection to the mail server is kept private. Nothing is ever sent in clear where this says otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MailTls {
    /// From the first byte on (port 465).
    Implicit,
    /// By STARTTLS (port 587); a server that does not offer it gets nothing.
    StartTls,
    /// Not at all: a server on this machine.
    None,
}

/// A user of the mail server.
#[derive(Clone)]
pub struct MailLogin {
    /// Its name.
    pub user: String,
    /// Its password.
    pub password: Zeroizing<String>,
}

impl fmt::Debug for MailLogin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MailLogin").field("user", &self.user).finish_non_exhaustive()
    }
}
