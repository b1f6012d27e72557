//! One connection to the mail server, and what it answers to each letter.

use std::time::Duration;

use hanse_base::config::{Mail, MailTls};
use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::{Credentials, DEFAULT_MECHANISMS};
use lettre::transport::smtp::client::{AsyncSmtpConnection, TlsParameters};
use lettre::transport::smtp::commands::{Data, Mail as From, Rcpt};
use lettre::transport::smtp::extension::ClientId;
use tokio::time::timeout;

use super::message::Sealed;

/// How long the server may take for one step. RFC 5321 allows minutes, which one that is well never takes.
const STEP_MAX: Duration = Duration::from_secs(30);
/// Replies by which a server says that there is no such mailbox here, for good (RFC 5321, 4.2.3). Other refusals of a reader, such as 554, are as
/// often about us.
const NO_MAILBOX: [u16; 3] = [550, 551, 553];

/// What became of a letter.
#[derive(Debug)]
pub(super) enum Outcome {
    /// The server has taken it.
    Sent,
    /// It may take it later.
    Later(Error),
    /// There is no such mailbox.
    NoMailbox(Error),
    /// It does not take this letter.
    Refused(Error),
}

/// Nothing can be sent now, whatever letter it is.
#[derive(Debug, thiserror::Error)]
pub(super) enum Trouble {
    /// The server is away, or does not take us.
    #[error("the mail server does not take letters")]
    Server(#[from] Error),
    /// It does not answer.
    #[error("the mail server took more than {} seconds", STEP_MAX.as_secs())]
    Slow,
}

/// A connection on which letters can be sent.
pub(super) struct Connection(AsyncSmtpConnection);

/// Waits for a step no longer than it may take.
async fn within<T>(step: impl Future<Output = Result<T, Error>>) -> Result<Result<T, Error>, Trouble> {
    timeout(STEP_MAX, step).await.map_err(|_| Trouble::Slow)
}

impl Connection {
    /// Connects and signs in.
    pub(super) async fn open(mail: &Mail, node: &str) -> Result<Self, Trouble> {
        let hello = ClientId::Domain(node.to_owned());
        let tls = || TlsParameters::new_rustls(mail.host.clone());
        let implicit = if mail.tls == MailTls::Implicit { Some(tls()?) } else { None };
        let server = (mail.host.as_str(), mail.port);
        let connect = AsyncSmtpConnection::connect_tokio1(server, Some(STEP_MAX), &hello, implicit, None);
        let mut connection = within(connect).await??;
        if mail.tls == MailTls::StartTls {
            within(connection.starttls(tls()?, &hello)).await??;
        }
        if let Some(login) = &mail.login {
            let credentials = Credentials::new(login.user.clone(), login.password.to_string());
            within(connection.auth(DEFAULT_MECHANISMS, &credentials)).await??;
        }
        Ok(Self(connection))
    }

    /// Sends a letter. After anything but `Sent` the connection is of no more use.
    pub(super) async fn send(&mut self, letter: Sealed) -> Result<Outcome, Trouble> {
        let Self(connection) = self;
        within(connection.command(From::new(Some(letter.from), Vec::new()))).await??;
        if let Err(error) = within(connection.command(Rcpt::new(letter.to, Vec::new()))).await? {
            let code = error.status().map(u16::from);
            return match code {
                Some(code) if NO_MAILBOX.contains(&code) => Ok(Outcome::NoMailbox(error)),
                Some(_) => Ok(Outcome::Later(error)),
                None => Err(error.into()),
            };
        }
        let taken = match within(connection.command(Data)).await? {
            Ok(_) => within(connection.message(&letter.bytes)).await?,
            Err(error) => Err(error),
        };
        Ok(match taken {
            Ok(_) => Outcome::Sent,
            Err(error) if error.is_permanent() => Outcome::Refused(error),
            Err(error) if error.is_transient() => Outcome::Later(error),
            Err(error) => return Err(error.into()),
        })
    }

    /// Says goodbye; whether it is heard does not matter.
    pub(super) async fn close(mut self) {
        drop(timeout(STEP_MAX, self.0.abort()).await);
    }
}
