//! What the processes of one node tell each other: that there is something to look for, and never what. A session of its own hears
//! it and says it, so that nothing waits for it in a transaction: a commit with a NOTIFY in it would keep every other such commit
//! waiting until it is on disk.

use std::collections::VecDeque;
use std::future::{Future, poll_fn};
use std::pin::pin;
use std::time::Duration;

use tokio_postgres::tls::NoTlsStream;
use tokio_postgres::{AsyncMessage, Client, Connection, NoTls, Socket, Statement};

use crate::tls::Encrypted;
use crate::{Store, StoreError};

const LISTEN: &str = "LISTEN hanse";
const NOTIFY: &str = "SELECT pg_notify('hanse', $1)::text";
const OWN: &str = "SELECT pg_backend_pid() AS own";

/// Every statement of this module.
pub const STATEMENTS: &[&str] = &[LISTEN, NOTIFY, OWN];

/// How long the server may take for an answer: longer, and the session is given up.
const ANSWER: Duration = Duration::from_secs(4);

/// A session that hears the other processes on this database. Dropping it ends it.
pub struct Notices {
    client: Client,
    driver: Driver,
    notify: Statement,
    /// Its own number: what it says comes back to it, too.
    own: i32,
    /// Came while something else was waited for.
    waiting: VecDeque<String>,
}

impl std::fmt::Debug for Notices {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Notices").field("own", &self.own).finish_non_exhaustive()
    }
}

/// The other half of the session: it reads and writes while it is polled, and nobody else polls it.
enum Driver {
    Plain(Box<Connection<Socket, NoTlsStream>>),
    Encrypted(Box<Connection<Socket, Encrypted>>),
}

impl Driver {
    /// The next notification; what else the server says by itself is for nobody. `Lost` at the end of the session.
    async fn next(&mut self) -> Result<(i32, String), StoreError> {
        loop {
            let message = poll_fn(|cx| match self {
                Self::Plain(connection) => connection.poll_message(cx),
                Self::Encrypted(connection) => connection.poll_message(cx),
            });
            match message.await {
                Some(Ok(AsyncMessage::Notification(notice))) => {
                    return Ok((notice.process_id(), notice.payload().to_owned()));
                }
                Some(Ok(_)) => {}
                Some(Err(source)) => return Err(StoreError::Statement { statement: LISTEN, source }),
                None => return Err(StoreError::Unanswered { statement: LISTEN }),
            }
        }
    }

    /// Waits for an answer while the session goes on; what is heard meanwhile is kept.
    async fn answered<T>(
        &mut self,
        statement: &'static str,
        heard: &mut Vec<(i32, String)>,
        asked: impl Future<Output = Result<T, tokio_postgres::Error>>,
    ) -> Result<T, StoreError> {
        let mut asked = pin!(asked);
        let both = async {
            loop {
                tokio::select! {
                    biased;
                    answer = &mut asked => {
                        return answer.map_err(|source| StoreError::Statement { statement, source });
                    }
                    notice = self.next() => heard.push(notice?),
                }
            }
        };
        tokio::time::timeout(ANSWER, both).await.unwrap_or(Err(StoreError::Unanswered { statement }))
    }
}

impl Store {
    /// Opens a session, beside the connections of the pool, that hears the other processes on this database from now on.
    ///
    /// # Errors
    /// `Statement` or `Unanswered` if the server is away or gives no answer.
    pub async fn listen(&self) -> Result<Notices, StoreError> {
        let (client, mut driver) = self.listening_session().await?;
        let mut early = Vec::new();
        driver.answered(LISTEN, &mut early, client.batch_execute(LISTEN)).await?;
        let notify = driver.answered(NOTIFY, &mut early, client.prepare(NOTIFY)).await?;
        let row = driver.answered(OWN, &mut early, client.query_one(OWN, &[])).await?;
        let own = crate::column(&row, "pg_backend_pid", "own")?;
        let waiting = early.into_iter().map(|(_, word)| word).collect();
        Ok(Notices { client, driver, notify, own, waiting })
    }

    async fn listening_session(&self) -> Result<(Client, Driver), StoreError> {
        let failed = |source| StoreError::Statement { statement: LISTEN, source };
        let (config, tls) = self.beside();
        let connecting = async {
            match tls {
                Some(tls) => {
                    let (client, connection) = config.connect(tls.clone()).await.map_err(failed)?;
                    Ok((client, Driver::Encrypted(Box::new(connection))))
                }
                None => {
                    let (client, connection) = config.connect(NoTls).await.map_err(failed)?;
                    Ok((client, Driver::Plain(Box::new(connection))))
                }
            }
        };
        let answered = tokio::time::timeout(ANSWER, connecting).await;
        answered.unwrap_or(Err(StoreError::Unanswered { statement: LISTEN }))
    }
}

impl Notices {
    /// What another process has said. Nothing is lost if this is dropped before it is done.
    ///
    /// # Errors
    /// The session has ended: what is said from now on is not heard.
    pub async fn heard(&mut self) -> Result<String, StoreError> {
        if let Some(payload) = self.waiting.pop_front() {
            return Ok(payload);
        }
        loop {
            let (from, payload) = self.driver.next().await?;
            if from != self.own {
                return Ok(payload);
            }
        }
    }

    /// Sends a payload to all others.
    ///
    /// # Errors
    /// The session has ended, or gives no answer: it may be that nobody has heard it.
    pub async fn tell(&mut self, word: &str) -> Result<(), StoreError> {
        let mut heard = Vec::new();
        let Self { client, driver, notify, own, waiting } = self;
        let told = driver.answered(NOTIFY, &mut heard, client.execute(&*notify, &[&word])).await;
        waiting.extend(heard.into_iter().filter(|(from, _)| from != own).map(|(_, word)| word));
        told.map(drop)
    }
}
