//! The worker that sends letters. It runs in the process that leads, so that one letter is tried by one.

use std::time::Duration;

use hanse_base::Base;
use hanse_base::config::Mail;
use hanse_base::error::{Failure, UseError};
use hanse_base::rounds::{Round, Rounds};
use hanse_store::{Sql, StoreError};
use tokio_util::sync::CancellationToken;

use super::smtp::{Connection, Outcome};
use super::{digest, message};
use crate::tables::letters::{self, Letter};

/// Letters that are read, and sent over one connection.
const BATCH: i64 = 50;
/// Before a letter that was put off is tried again for the first time; doubled each time.
const AGAIN_SECONDS: i64 = 60;
/// The longest such wait. A letter that has found no way after three days is forgotten (`account`).
const AGAIN_MAX_SECONDS: i64 = 4 * 3_600;
/// How long nothing is tried after a mail server that takes nothing; doubled each time.
const TROUBLE: Duration = Duration::from_secs(10);
/// The longest such rest: codes are good for an hour.
const TROUBLE_MAX: Duration = Duration::from_secs(300);
/// How long a refused mailbox is remembered. One that is still refused is then learnt anew.
const REFUSED_SECONDS: i64 = 180 * 86_400;

/// Writes and sends letters until it is cancelled. Without a mail server it does nothing.
///
/// # Errors
/// None: what fails is tried again.
pub async fn run(base: Base, cancel: CancellationToken) -> Result<(), Failure> {
    let Some(mail) = base.config().mail.clone() else {
        cancel.cancelled().await;
        return Ok(());
    };
    let mut troubles = 0;
    let mut rounds = Rounds::new("mail", base.signals(), cancel, base.config().pace.deliver);
    while rounds.round(round(&base, &mail, &mut troubles)).await {
        rounds.pace().await;
    }
    Ok(())
}

/// Writes what there is to tell, and sends all that is due.
async fn round(base: &Base, mail: &Mail, troubles: &mut u32) -> Result<Round, UseError> {
    while digest::at_once(base).await? {}
    while digest::daily(base).await? {}
    loop {
        match batch(base, mail).await? {
            Batch::None => return Ok(Round::Idle),
            Batch::Tried => *troubles = 0,
            Batch::Trouble => {
                let rest = TROUBLE.saturating_mul(1_u32.checked_shl(*troubles).unwrap_or(u32::MAX));
                *troubles = troubles.saturating_add(1);
                return Ok(Round::Rest(rest.min(TROUBLE_MAX)));
            }
        }
    }
}

/// What became of some letters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Batch {
    /// None is due.
    None,
    /// Each of them is sent, gone, or put off.
    Tried,
    /// The mail server takes nothing now.
    Trouble,
}

async fn batch(base: &Base, mail: &Mail) -> Result<Batch, UseError> {
    let due = letters::due(&base.store().connection().await?, base.now().unix(), BATCH).await?;
    if due.is_empty() {
        return Ok(Batch::None);
    }
    let mut open = None;
    for letter in &due {
        // The connection to the database is not held while the mail server is waited for.
        let connection = match open.take() {
            Some(connection) => connection,
            None => match Connection::open(mail, base.config().name.as_str()).await {
                Ok(connection) => connection,
                Err(trouble) => {
                    tell(base, &trouble);
                    return Ok(Batch::Trouble);
                }
            },
        };
        match one(base, mail, connection, letter).await? {
            Ok(still) => open = still,
            Err(Batch::Trouble) => return Ok(Batch::Trouble),
            Err(Batch::None | Batch::Tried) => {}
        }
    }
    if let Some(connection) = open {
        connection.close().await;
    }
    Ok(Batch::Tried)
}

/// Tries one letter, and commits what became of it. The connection, if it can be used again.
async fn one(
    base: &Base,
    mail: &Mail,
    mut connection: Connection,
    letter: &Letter,
) -> Result<Result<Option<Connection>, Batch>, UseError> {
    let sealed = match message::seal(base, &mail.sender, letter) {
        Ok(sealed) => sealed,
        Err(error) => {
            tracing::warn!(
                error = &error as &dyn std::error::Error,
                "a letter cannot be written, and is dropped"
            );
            base.metrics().letter("unwritable");
            letters::sent(&base.store().connection().await?, letter.id).await?;
            return Ok(Ok(Some(connection)));
        }
    };
    let outcome = match connection.send(sealed).await {
        Ok(outcome) => outcome,
        Err(trouble) => {
            tell(base, &trouble);
            // It may be this letter that the server does not bear: the others go before it.
            put_off(base, letter).await?;
            return Ok(Err(Batch::Trouble));
        }
    };
    if matches!(outcome, Outcome::Sent) {
        letters::sent(&base.store().connection().await?, letter.id).await?;
        base.metrics().letter("sent");
        return Ok(Ok(Some(connection)));
    }
    connection.close().await;
    settle(base, letter, outcome).await?;
    Ok(Ok(None))
}

/// Commits what became of a letter that was not taken.
async fn settle(base: &Base, letter: &Letter, outcome: Outcome) -> Result<(), UseError> {
    let (name, error) = match outcome {
        Outcome::Sent => return Ok(()),
        Outcome::Later(error) => {
            put_off(base, letter).await?;
            ("later", error)
        }
        Outcome::Refused(error) => {
            letters::sent(&base.store().connection().await?, letter.id).await?;
            ("refused", error)
        }
        Outcome::NoMailbox(error) => {
            let mut connection = base.store().connection().await?;
            let tx = connection.begin().await?;
            letters::refused(&tx, &letter.recipient, base.now().unix(), &error.to_string()).await?;
            letters::sent(&tx, letter.id).await?;
            if let Some(did) = &letter.did {
                letters::forget_news(&tx, did).await?;
            }
            tx.commit().await?;
            ("no-mailbox", error)
        }
    };
    base.metrics().letter(name);
    // Whose it is stays out of the log.
    tracing::info!(
        letter = letter.id,
        outcome = name,
        code = error.status().map(u16::from),
        "a letter was not taken"
    );
    Ok(())
}

async fn put_off(base: &Base, letter: &Letter) -> Result<(), UseError> {
    let doubled = 1_i64.checked_shl(letter.tries.try_into().unwrap_or(u32::MAX)).unwrap_or(i64::MAX);
    let wait = AGAIN_SECONDS.saturating_mul(doubled).clamp(AGAIN_SECONDS, AGAIN_MAX_SECONDS);
    let next = base.now().unix().saturating_add(wait);
    Ok(letters::later(&base.store().connection().await?, letter.id, next).await?)
}

fn tell(base: &Base, trouble: &super::smtp::Trouble) {
    base.metrics().letter("server");
    tracing::warn!(error = trouble as &dyn std::error::Error, "no letter can be sent now; will try again");
}

/// Letters that wait.
///
/// # Errors
/// Only our own failures.
pub async fn waiting(db: &impl Sql) -> Result<i64, StoreError> {
    letters::waiting(db).await
}

/// Forgets what is old.
///
/// # Errors
/// Only our own failures.
pub async fn clean(base: &Base) -> Result<(), UseError> {
    let before = base.now().unix().saturating_sub(REFUSED_SECONDS);
    Ok(letters::forget_refused(&base.store().connection().await?, before).await?)
}

#[cfg(test)]
mod tests;
