//! What another home asks: to take a message, or for a piece of a file.

use hanse_base::error::{Refusal, TalkRefusal, UseError};
use hanse_document::DocumentId;
use hanse_network::{Bytes, Request, Response};
use hanse_store::Tx;
use hanse_store::messages::attachments::{self, AttachmentRow};
use hanse_store::messages::{self, MessageRow, MessageState};

use crate::Messages;
use crate::carry::slug_of;
use crate::files::{self, FILE_BYTES_MAX};
use crate::frame::{Answer, File, PIECE_BYTES, Piece, Question, Said};
use crate::sealed::{TalkKey, Unsealed};
use crate::send::{Held, keep};

/// A reason of the form; those of the rules are `Refusal`'s own.
const OUT_OF_FORM: &str = "out-of-form";
/// The number is taken by another message.
const OTHER_MESSAGE: &str = "other-message";
/// What cannot be opened is told outside the seal: the asker looks for our key again.
pub(crate) const NOT_OURS: &str = "not-sealed-to-us";

impl Messages {
    /// Answers a peer. `None` tells it to come back.
    pub async fn answer(&self, from: &str, sealed: &[u8]) -> Option<Response> {
        if sealed.is_empty() {
            let note = self.boxes.note();
            let note = note.inspect_err(|error| tracing::error!(%error, "the talk key could not be signed"));
            return Some(Response::Talk { answer: Bytes::from(note.ok()?) });
        }
        let key = self.key_of(from).await?;
        let (question, reply) = match self.boxes.open(from, &key, sealed) {
            Ok(opened) => opened,
            Err(Unsealed::NotOurs | Unsealed::Key) => {
                // The peer may have been set up anew.
                self.boxes.forget(from);
                let detail = "The bytes are not sealed to this node's key by the home that sent them.";
                return Some(Response::Refused { slug: NOT_OURS.into(), detail: detail.into() });
            }
        };
        let answer = match self.answered(from, &question).await {
            Ok(answer) => answer,
            Err(UseError::Refused(refusal)) => refused(&refusal),
            Err(UseError::Failed(failure)) => {
                let error: &dyn std::error::Error = &failure;
                tracing::error!(from, error, "a message or a file could not be answered");
                return None;
            }
        };
        Some(Response::Talk { answer: Bytes::from(reply.seal(&answer.write()).ok()?) })
    }

    /// The key of a peer, which is asked for it if need be.
    pub(crate) async fn key_of(&self, peer: &str) -> Option<TalkKey> {
        if let Some(key) = self.boxes.known(peer) {
            return Some(key);
        }
        let network = self.base.network()?;
        let asked = network.request(peer, Request::Talk { sealed: Bytes::new() }).await;
        let Ok(Response::Talk { answer }) = asked else { return None };
        let learnt = self.boxes.learn(peer, &answer);
        learnt.inspect_err(|error| tracing::warn!(peer, %error, "a peer's talk key is not taken")).ok()
    }

    async fn answered(&self, from: &str, question: &[u8]) -> Result<Answer, UseError> {
        match serde_json::from_slice(question) {
            Ok(Question::Message(said)) => self.take(from, &said).await,
            Ok(Question::Piece(piece)) => self.give(from, &piece).await,
            Err(_) => Ok(Answer::Refused(OUT_OF_FORM.to_owned())),
        }
    }

    /// Takes a message of a person whose home is `from`, the next one of its side, or one that is here already.
    async fn take(&self, from: &str, said: &Said) -> Result<Answer, UseError> {
        let mut connection = self.store().connection().await?;
        let tx = connection.begin().await?;
        let mut held = match self.hold(&tx, &said.author, &said.thread).await {
            // The bid, or who made it, may be on its way.
            Err(UseError::Refused(Refusal::NotFound(_))) => return self.unknown(&tx, &said.thread).await,
            held => held?,
        };
        if held.author_home() != from {
            return Err(Refusal::WrongCarrier.into());
        }
        if held.reader_home() != self.name() {
            return Err(Refusal::WrongAddressee.into());
        }
        if let Some(before) = messages::numbered(&tx, &said.thread, held.side, said.number).await? {
            let same = before.text == said.text.as_ref() && before.at == said.at && before.seen == said.seen;
            return Ok(if same { Answer::Taken } else { Answer::Refused(OTHER_MESSAGE.to_owned()) });
        }
        if said.number != held.thread.said(held.side) + 1 {
            // One before it has not come. Nothing is left out unseen.
            return Ok(Answer::Later);
        }
        let shown = held.thread.said(held.side.other());
        if !(0..=shown).contains(&said.seen) || said.files.iter().any(|file| !in_form(file)) {
            return Ok(Answer::Refused(OUT_OF_FORM.to_owned()));
        }
        match self.allowed(&tx, &held, &said.author, &said.thread).await {
            Err(UseError::Refused(Refusal::Talk(TalkRefusal::TooMany { .. }))) => return Ok(Answer::Later),
            allowed => allowed?,
        }
        self.write_down(&tx, &mut held, from, said).await?;
        tx.commit().await?;
        self.signals().committed();
        Ok(Answer::Taken)
    }

    async fn unknown(&self, tx: &Tx<'_>, thread: &DocumentId) -> Result<Answer, UseError> {
        let known = messages::around(tx, thread).await?.is_some();
        Ok(if known { Answer::Refused("not-yours".to_owned()) } else { Answer::Later })
    }

    async fn write_down(
        &self,
        tx: &Tx<'_>,
        held: &mut Held,
        from: &str,
        said: &Said,
    ) -> Result<(), UseError> {
        let now = self.now();
        let mut named = Vec::new();
        for file in said.files.iter() {
            let row = AttachmentRow {
                owner: said.author.clone(),
                digest: *file.digest.as_bytes(),
                name: file.name.to_string(),
                media_type: file.media_type.to_string(),
                size: file.size,
                here: false,
                peer: Some(from.to_owned()),
                tries: 0,
            };
            if attachments::want(tx, &row, &said.thread, now).await?
                && !files::fits(attachments::grow(tx, row.size).await?)
            {
                return Err(TalkRefusal::NoRoom { whose: "this node", most: 0 }.into());
            }
            named.push(row);
        }
        let message = MessageRow {
            id: 0,
            thread: said.thread,
            side: held.side,
            author: said.author.clone(),
            number: Some(said.number),
            seen: said.seen,
            place: said.number.saturating_add(said.seen),
            text: said.text.to_string(),
            at: said.at,
            here_at: now,
            state: MessageState::Received,
            refusal: None,
            peer: None,
            tries: 0,
        };
        held.count(said.number);
        keep(tx, held, &message, &named, now).await?;
        Ok(())
    }

    /// Gives a piece of a file, if a message to somebody whose home is `from` names it.
    async fn give(&self, from: &str, piece: &Piece) -> Result<Answer, UseError> {
        let none = || Refusal::NotFound("attachment");
        let connection = self.store().connection().await?;
        let around = messages::around(&connection, &piece.thread).await?.ok_or_else(none)?;
        let home = if piece.owner == around.client { &around.freelancer_home } else { &around.client_home };
        if home != from {
            return Err(Refusal::WrongCarrier.into());
        }
        let digest = piece.digest.as_bytes();
        let file = attachments::given(&connection, &piece.owner, digest, &piece.thread).await?;
        let file = file.filter(|file| file.here && file.peer.is_none()).ok_or_else(none)?;
        drop(connection);
        let size = u64::try_from(file.size).unwrap_or_default();
        let end = piece.offset.saturating_add(PIECE_BYTES as u64).min(size);
        if piece.offset >= end {
            return Ok(Answer::Refused(OUT_OF_FORM.to_owned()));
        }
        Ok(Answer::Piece(self.part(&file, piece.offset..end).await?.to_vec()))
    }
}

/// What of a file can be told before its bytes are here.
fn in_form(file: &File) -> bool {
    let size = usize::try_from(file.size).unwrap_or(usize::MAX);
    (1..=FILE_BYTES_MAX).contains(&size)
        && files::is_taken(file.media_type.as_ref())
        && !file.name.as_ref().contains(['/', '\\'])
}

fn refused(refusal: &Refusal) -> Answer {
    Answer::Refused(slug_of(refusal.slug()).to_owned())
}
