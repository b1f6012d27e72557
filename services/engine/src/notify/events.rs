//! Streams of events: what a person is told while they listen. A stream reads the database, where everything is kept that it will
//! tell; what wakes it says only that there is something. So one that breaks off is taken up where it ended.

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use hanse_api::views::{AlertView, NotificationView};
use hanse_api::words::SentenceLanguage;
use hanse_base::error::{Failure, Refusal, UseError};
use hanse_base::rounds::{Round, Rounds, SELDOM};
use hanse_document::{Did, Timestamp};
use hanse_store::{accounts, alerts, notifications};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use crate::Engine;
use crate::notify::alerts::{after, alert};
use crate::notify::notifications::notification;

/// Streams of one person in one process: a telephone, a computer, and a program.
pub const OF_PERSON_MAX: usize = 3;
/// Streams of one process: a quarter of the connections that its HTTP server takes, so that requests always find one.
pub const STREAMS_MAX: usize = 1_000;
/// Of these what people hold whose account is new: accounts are free, and whoever makes many takes none from the others.
pub const NEW_STREAMS_MAX: usize = 250;
/// How long an account is new, in seconds: a week, which somebody who prepares an attack must wait in sight of the operator.
const NEW_SECONDS: i64 = 7 * 86_400;
/// Alerts and notifications that a stream holds in memory: what a slow reader has not taken waits in the database.
const PAGE: i64 = 50;
/// Alerts in one look for whom to wake.
const LOOK: i64 = 1_000;
/// A stream that was told to end for a newer one does so within this time, if its reader reads; who waits has not noticed it.
const MAKING_ROOM: Duration = Duration::from_secs(1);

/// The open streams of one process.
#[derive(Debug, Default)]
pub(crate) struct Events {
    open: Mutex<Open>,
    /// A stream has gone.
    freed: Notify,
    stopping: CancellationToken,
}

#[derive(Debug, Default)]
struct Open {
    count: usize,
    /// Of these those of new accounts.
    new: usize,
    of: BTreeMap<Did, Vec<Arc<Seat>>>,
}

/// One stream, as others see it.
#[derive(Debug)]
struct Seat {
    session: String,
    /// Whether it is a new account's.
    new: bool,
    wake: Notify,
    end: CancellationToken,
}

/// Why a stream has ended; it may be opened again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// The login is over.
    SessionEnded,
    /// The access token's time is over.
    TokenExpired,
    /// The person has opened another one, beyond the bound.
    Replaced,
    /// The process stops.
    Stopping,
}

impl End {
    /// Its name on the stream, which never changes.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::SessionEnded => "session-ended",
            Self::TokenExpired => "token-expired",
            Self::Replaced => "replaced",
            Self::Stopping => "stopping",
        }
    }
}

/// What a stream tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// A posting fits a saved search.
    Alert(AlertView),
    /// Somebody has done something, or time has.
    Notification(NotificationView),
    /// Nothing has happened for a while, and the stream lives.
    Alive,
    /// Nothing more will be told.
    End(End),
}

/// Who listens.
#[derive(Clone, Debug)]
pub struct Listener {
    /// The person.
    pub did: Did,
    /// The login.
    pub session: String,
    /// When the token's time is over: a stream opens doors no longer than the token that it was opened with.
    pub until: Timestamp,
    /// The language of the sentences.
    pub language: SentenceLanguage,
}

/// One open stream.
#[derive(Debug)]
pub struct Stream {
    engine: Engine,
    listener: Listener,
    after: i64,
    ready: VecDeque<(i64, Event)>,
    /// Whether the database may have more.
    look: bool,
    seat: Arc<Seat>,
}

impl Engine {
    /// Opens a stream of what happens after a position; of what happens from now on, if none is said.
    ///
    /// # Errors
    /// `BadField`, `TooManyStreams` if three others of the person do not make room, `Busy` if the process has no room.
    pub async fn listen_to_events(
        &self,
        listener: Listener,
        position: Option<i64>,
    ) -> Result<Stream, UseError> {
        let position = match position {
            Some(position) => after(Some(position))?,
            None => notifications::newest(&self.store().connection().await?).await?,
        };
        let account = accounts::account(&self.store().connection().await?, &listener.did).await?;
        let since = self.now().unix().saturating_sub(NEW_SECONDS);
        let new = account.is_some_and(|account| account.created_at > since);
        let seat = self.events().seat(&listener, new).await?;
        let engine = self.clone();
        Ok(Stream { engine, listener, after: position, ready: VecDeque::new(), look: true, seat })
    }

    /// Ends every stream, and opens no more: the first step of stopping, because a server waits for what it answers.
    pub fn end_streams(&self) {
        self.events().stopping.cancel();
    }

    /// How many streams are open in this process.
    #[must_use]
    pub fn streams(&self) -> usize {
        self.events().lock().count
    }
}

impl Events {
    fn lock(&self) -> std::sync::MutexGuard<'_, Open> {
        // Nothing under the lock can panic half-way.
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A login has ended.
    pub(crate) fn session_ended(&self, session: &str) {
        for seat in self.lock().of.values().flatten().filter(|seat| seat.session == session) {
            seat.wake.notify_one();
        }
    }

    /// A place for one more stream. If the person has no more, their oldest stream is told to end, and its place is waited for.
    async fn seat(&self, listener: &Listener, new: bool) -> Result<Arc<Seat>, Refusal> {
        let deadline = tokio::time::Instant::now() + MAKING_ROOM;
        loop {
            // Registered before the look: a place that becomes free in between is not missed.
            let mut freed = std::pin::pin!(self.freed.notified());
            freed.as_mut().enable();
            if let Some(seat) = self.try_seat(listener, new)? {
                return Ok(seat);
            }
            if tokio::time::timeout_at(deadline, freed).await.is_err() {
                return Err(Refusal::TooManyStreams(OF_PERSON_MAX));
            }
        }
    }

    fn try_seat(&self, listener: &Listener, new: bool) -> Result<Option<Arc<Seat>>, Refusal> {
        let mut open = self.lock();
        if self.stopping.is_cancelled() || open.count >= STREAMS_MAX {
            return Err(Refusal::Busy);
        }
        let crowded = new && open.new >= NEW_STREAMS_MAX;
        let mine = open.of.entry(listener.did.clone()).or_default();
        if mine.len() >= OF_PERSON_MAX {
            if let Some(oldest) = mine.first() {
                oldest.end.cancel();
            }
            return Ok(None);
        }
        if crowded {
            if mine.is_empty() {
                open.of.remove(&listener.did);
            }
            return Err(Refusal::Busy);
        }
        let seat = Arc::new(Seat {
            session: listener.session.clone(),
            new,
            wake: Notify::new(),
            end: CancellationToken::new(),
        });
        mine.push(Arc::clone(&seat));
        open.count = open.count.saturating_add(1);
        open.new = open.new.saturating_add(usize::from(new));
        Ok(Some(seat))
    }

    fn leave(&self, did: &Did, seat: &Arc<Seat>) {
        let mut open = self.lock();
        if let Some(mine) = open.of.get_mut(did) {
            mine.retain(|other| !Arc::ptr_eq(other, seat));
            if mine.is_empty() {
                open.of.remove(did);
            }
            open.count = open.count.saturating_sub(1);
            open.new = open.new.saturating_sub(usize::from(seat.new));
        }
        drop(open);
        self.freed.notify_waiters();
    }

    fn wake(&self, did: &Did) {
        for seat in self.lock().of.get(did).into_iter().flatten() {
            seat.wake.notify_one();
        }
    }

    fn wake_all(&self) {
        for seat in self.lock().of.values().flatten() {
            seat.wake.notify_one();
        }
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        self.engine.events().leave(&self.listener.did, &self.seat);
    }
}

impl Stream {
    /// The position of the last alert or notification that was told, or where the stream began.
    #[must_use]
    pub const fn position(&self) -> i64 {
        self.after
    }

    /// The next event. After an end there is no other. While the database is away nothing is told, and nothing is lost.
    pub async fn next(&mut self) -> Event {
        let stopping = self.engine.events().stopping.clone();
        loop {
            if stopping.is_cancelled() {
                return Event::End(End::Stopping);
            }
            if self.seat.end.is_cancelled() {
                return Event::End(End::Replaced);
            }
            if let Some((position, event)) = self.ready.pop_front() {
                self.after = position;
                return event;
            }
            match self.refill().await {
                Ok(Some(end)) => return Event::End(end),
                Ok(None) if !self.ready.is_empty() => continue,
                Ok(None) => {}
                Err(error) => {
                    tracing::warn!(
                        error = &error as &dyn std::error::Error,
                        "reading the events of a stream failed; will retry"
                    );
                }
            }
            tokio::select! {
                () = stopping.cancelled() => {}
                () = self.seat.end.cancelled() => {}
                () = self.seat.wake.notified() => self.look = true,
                () = tokio::time::sleep(self.engine.config().pace.heartbeat) => {
                    self.look = true;
                    return Event::Alive;
                }
            }
        }
    }

    /// Whether it must end, and if not, what there is to tell.
    async fn refill(&mut self) -> Result<Option<End>, UseError> {
        if !self.look {
            return Ok(None);
        }
        if self.engine.now() >= self.listener.until {
            return Ok(Some(End::TokenExpired));
        }
        if !self.engine.accounts().session_live(&self.listener.session).await? {
            return Ok(Some(End::SessionEnded));
        }
        let connection = self.engine.store().connection().await?;
        let (did, language) = (&self.listener.did, self.listener.language);
        let alerts = alerts::of(&connection, did, self.after, PAGE).await?;
        let notifications = notifications::after(&connection, did, self.after, PAGE).await?;
        // A full page may have a next one.
        let full = |found: usize| i64::try_from(found).is_ok_and(|found| found >= PAGE);
        self.look = full(alerts.len()) || full(notifications.len());
        let alerts = alerts.into_iter().map(|row| (row.position, Event::Alert(alert(row))));
        let notifications = notifications.into_iter();
        let notifications =
            notifications.map(|row| (row.position, Event::Notification(notification(row, language))));
        let mut told: Vec<(i64, Event)> = alerts.chain(notifications).collect();
        told.sort_unstable_by_key(|(position, _)| *position);
        // Of either kind one page is here: beyond this many, the other kind may have more in between.
        told.truncate(usize::try_from(PAGE).unwrap_or(1));
        self.ready.extend(told);
        Ok(None)
    }
}

/// Wakes the streams of whoever has new alerts or notifications, whichever process they are from, until it is cancelled.
pub(crate) async fn run(engine: Engine, cancel: CancellationToken) -> Result<(), Failure> {
    let (mut newest, signals) = (None, engine.signals());
    let mut rounds = Rounds::new("events", signals, cancel, engine.config().pace.deliver).woken(SELDOM);
    while rounds.round(look(&engine, &mut newest)).await {
        rounds.wait(signals.alerts.notified()).await;
    }
    Ok(())
}

async fn look(engine: &Engine, newest: &mut Option<i64>) -> Result<Round, UseError> {
    if engine.streams() == 0 {
        *newest = None;
        return Ok(Round::Idle);
    }
    let connection = engine.store().connection().await?;
    let Some(mut position) = *newest else {
        *newest = Some(notifications::newest(&connection).await?);
        // What was raised since a stream looked, and before this look, is told to nobody otherwise.
        engine.events().wake_all();
        return Ok(Round::Worked);
    };
    let mut round = Round::Idle;
    loop {
        let found = notifications::since(&connection, position, LOOK).await?;
        let Some((last, _)) = found.last() else { return Ok(round) };
        round = Round::Worked;
        position = *last;
        *newest = Some(position);
        found.iter().for_each(|(_, did)| engine.events().wake(did));
    }
}
