//! Carrying to another home what waits for it, and fetching the files that its messages name.

use hanse_api::requests::MESSAGE_FILES_MAX;
use hanse_base::error::{Failure, UseError};
use hanse_base::rounds::{Round, Rounds, SELDOM};
use hanse_document::{Digest, DocumentId, Kind, List, NodeName};
use hanse_network::{Bytes, Request, Response};
use hanse_store::messages::attachments::{self, AttachmentRow};
use hanse_store::messages::{self, MessageRow};
use sha2::{Digest as _, Sha256};
use tokio_util::sync::CancellationToken;

use crate::Messages;
use crate::answer::NOT_OURS;
use crate::files::{self, FILE_BYTES_MAX};
use crate::frame::{Answer, File, PIECE_BYTES, Piece, Question, Said};

/// Messages looked up at a time.
const BATCH: i64 = 32;
/// Files fetched in one round: messages go before them.
const FILES: i64 = 2;
/// After so many tries, a day of them, a file is given up.
const TRIES_MAX: i32 = 300;
/// Longest pause between two tries, in seconds.
const PAUSE_SECONDS_MAX: i64 = 300;
/// A reason of a later version is a word of this length, or it is none.
const SLUG_CHARS_MAX: usize = 64;

/// What became of something that was asked.
enum Asked {
    /// The other home's answer.
    Answered(Answer),
    /// It does not answer, or not now.
    NotNow,
}

/// Carries to one peer until it is cancelled.
///
/// # Errors
/// Only our own failures that do not pass.
pub async fn run(messages: Messages, peer: NodeName, cancel: CancellationToken) -> Result<(), Failure> {
    let name = peer.as_str();
    let signals = messages.signals();
    let Some(signal) = signals.talk(name) else { return Ok(()) };
    let pace = messages.base.config().pace.deliver;
    let mut rounds = Rounds::new("messages", signals, cancel, pace).about(name).woken(SELDOM);
    while rounds.round(messages.round(name)).await {
        rounds.wait(signal.notified()).await;
    }
    Ok(())
}

impl Messages {
    /// Carries what is due, and fetches what is wanted.
    pub(crate) async fn round(&self, peer: &str) -> Result<Round, UseError> {
        let mut round = Round::Idle;
        loop {
            let connection = self.store().connection().await?;
            let due = messages::due(&connection, peer, self.now(), BATCH).await?;
            drop(connection);
            let Some(next) = due.first() else { break };
            round = Round::Worked;
            if !self.carry(peer, next).await? {
                return Ok(round);
            }
        }
        let connection = self.store().connection().await?;
        let wanted = attachments::wanted(&connection, peer, self.now(), TRIES_MAX, FILES).await?;
        drop(connection);
        for (file, thread) in wanted {
            round = Round::Worked;
            let thread = DocumentId::new(Kind::Bid, thread);
            if !self.fetch(peer, &file, &thread).await? {
                let pause = pause_seconds(file.tries);
                let next_at = self.now().saturating_add(pause);
                attachments::put_off(&self.store().connection().await?, &file, next_at).await?;
            }
        }
        Ok(round)
    }

    /// Carries one message; whether others are worth trying.
    async fn carry(&self, peer: &str, message: &MessageRow) -> Result<bool, UseError> {
        let question = Question::Message(self.said(message).await?);
        match self.ask(peer, &question).await? {
            Asked::Answered(Answer::Taken) => {
                messages::delivered(&self.store().connection().await?, message.id).await?;
                Ok(true)
            }
            Asked::Answered(Answer::Refused(slug)) => {
                self.refused(message, &slug).await?;
                Ok(true)
            }
            Asked::Answered(Answer::Later | Answer::Piece(_)) => {
                self.defer(message).await?;
                Ok(true)
            }
            Asked::NotNow => {
                self.defer(message).await?;
                Ok(false)
            }
        }
    }

    /// A message as it is said to the other home.
    pub(crate) async fn said(&self, message: &MessageRow) -> Result<Said, UseError> {
        let broken = |what: &str| Failure::unreadable(message.id, what);
        let connection = self.store().connection().await?;
        let mut named = Vec::new();
        for file in messages::attached(&connection, &[message.id]).await? {
            named.push(File {
                digest: Digest::from_bytes(file.digest),
                name: file.name.try_into().map_err(|_| broken("the name of a file"))?,
                media_type: file.media_type.try_into().map_err(|_| broken("the type of a file"))?,
                size: file.size,
            });
        }
        Ok(Said {
            thread: message.thread,
            author: message.author.clone(),
            number: message.number.ok_or_else(|| broken("it waits without a number"))?,
            seen: message.seen,
            at: message.at,
            text: message.text.as_str().try_into().map_err(|_| broken("its text"))?,
            files: List::<_, MESSAGE_FILES_MAX>::new(named).map_err(|_| broken("its files"))?,
        })
    }

    /// Asks a peer, sealed, and opens its answer.
    async fn ask(&self, peer: &str, question: &Question) -> Result<Asked, UseError> {
        let (Some(network), Some(key)) = (self.base.network(), self.key_of(peer).await) else {
            return Ok(Asked::NotNow);
        };
        let question = serde_json::to_vec(question).map_err(|error| Failure::unreadable(peer, error))?;
        let (sealed, reply) = match self.boxes.seal(peer, &key, &question) {
            Ok(sealed) => sealed,
            Err(error) => {
                tracing::warn!(peer, %error, "nothing can be sealed to a peer's key");
                self.boxes.forget(peer);
                return Ok(Asked::NotNow);
            }
        };
        match network.request(peer, Request::Talk { sealed: Bytes::from(sealed) }).await {
            Ok(Response::Talk { answer }) => {
                let answer = reply.open(&answer).ok().and_then(|answer| Answer::read(&answer));
                if answer.is_none() {
                    tracing::warn!(peer, "an answer is not sealed by the peer's home, or none of ours");
                }
                Ok(answer.map_or(Asked::NotNow, Asked::Answered))
            }
            Ok(Response::Refused { slug, .. }) if slug == NOT_OURS => {
                self.boxes.forget(peer);
                Ok(Asked::NotNow)
            }
            // Nothing outside the seal decides about a message.
            Ok(_) | Err(_) => Ok(Asked::NotNow),
        }
    }

    /// The other home does not take a message. Those behind it were written in the belief that it would.
    async fn refused(&self, message: &MessageRow, slug: &str) -> Result<(), UseError> {
        let mut connection = self.store().connection().await?;
        let tx = connection.begin().await?;
        let mut held = self.hold(&tx, &message.author, &message.thread).await?;
        if messages::refused(&tx, message, slug_of(slug)).await? > 0
            && let Some(number) = message.number
        {
            held.count(number.saturating_sub(1));
            messages::put_said(&tx, &held.thread, message.here_at).await?;
        }
        Ok(tx.commit().await?)
    }

    async fn defer(&self, message: &MessageRow) -> Result<(), UseError> {
        let next_at = self.now().saturating_add(pause_seconds(message.tries));
        Ok(messages::defer(&self.store().connection().await?, message, next_at).await?)
    }

    /// Fetches a file piece by piece; whether it is here, and is what it was said to be.
    async fn fetch(&self, peer: &str, file: &AttachmentRow, thread: &DocumentId) -> Result<bool, UseError> {
        let Some(objects) = &self.objects else { return Ok(false) };
        let size = usize::try_from(file.size).unwrap_or(usize::MAX).min(FILE_BYTES_MAX);
        let mut bytes = Vec::with_capacity(size);
        while bytes.len() < size {
            let piece = Piece {
                thread: *thread,
                owner: file.owner.clone(),
                digest: Digest::from_bytes(file.digest),
                offset: bytes.len() as u64,
            };
            let Asked::Answered(Answer::Piece(piece)) = self.ask(peer, &Question::Piece(piece)).await? else {
                return Ok(false);
            };
            if piece.len() != PIECE_BYTES.min(size.saturating_sub(bytes.len())) {
                return Ok(false);
            }
            bytes.extend(piece);
        }
        let right = Sha256::digest(&bytes).as_slice() == file.digest;
        if !right || files::checked(&file.media_type, &bytes).is_err() {
            tracing::warn!(peer, "an attachment is not what its message says");
            return Ok(false);
        }
        self.put(objects.as_ref(), file, bytes.into()).await?;
        Ok(true)
    }
}

/// A reason as a word: whatever else a peer sent goes into no row and no answer.
pub(crate) fn slug_of(slug: &str) -> &str {
    let word = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    let is_slug = (1..=SLUG_CHARS_MAX).contains(&slug.len()) && slug.bytes().all(word);
    if is_slug { slug } else { "unreadable-reason" }
}

/// Twice as long after each try, from one second on.
fn pause_seconds(tries: i32) -> i64 {
    let doubled = u32::try_from(tries).ok().and_then(|tries| 1_i64.checked_shl(tries.min(9)));
    doubled.unwrap_or(PAUSE_SECONDS_MAX).min(PAUSE_SECONDS_MAX)
}
