//! Writing a message, and the rules that hold for one of this home as for one that comes from another.

use hanse_api::requests::MessageRequest;
use hanse_base::error::{Refusal, TalkRefusal, UseError};
use hanse_document::{Did, Digest, DocumentId, NodeName};
use hanse_lifecycle::{Machine, State, is_terminal};
use hanse_store::messages::attachments::{self, AttachmentRow};
use hanse_store::messages::{self, Around, MessageRow, MessageState, Side, ThreadRow};
use hanse_store::{Tx, accounts};

use crate::Messages;

/// Days after the end of a bid, or of its contract, in which the two still write: the time to clear up what is left, and to review.
const AFTER_DAYS: i64 = 30;
const DAY_SECONDS: i64 = 86_400;
const MINUTE_SECONDS: i64 = 60;
/// Messages of one person within a minute: faster than anybody types, slow enough for a flood.
pub(crate) const OF_MINUTE_MAX: i64 = 30;
/// Messages of one person within a day: a busy day of some twenty threads.
pub(crate) const OF_DAY_MAX: i64 = 500;
/// Messages to somebody who has not written in the thread yet: room for a question and a few second thoughts.
pub(crate) const UNANSWERED_MAX: i32 = 10;

/// A thread that is held, and who writes in it.
pub(crate) struct Held {
    pub(crate) thread: ThreadRow,
    pub(crate) side: Side,
    pub(crate) around: Around,
}

impl Held {
    /// To whom the message goes.
    pub(crate) fn reader(&self) -> &Did {
        match self.side {
            Side::Client => &self.thread.freelancer,
            Side::Freelancer => &self.thread.client,
        }
    }

    /// Their home.
    pub(crate) fn reader_home(&self) -> &str {
        match self.side {
            Side::Client => &self.around.freelancer_home,
            Side::Freelancer => &self.around.client_home,
        }
    }

    /// The author's home.
    pub(crate) fn author_home(&self) -> &str {
        match self.side {
            Side::Client => &self.around.client_home,
            Side::Freelancer => &self.around.freelancer_home,
        }
    }

    /// Counts one more message of the author.
    pub(crate) fn count(&mut self, said: i32) {
        match self.side {
            Side::Client => self.thread.client_said = said,
            Side::Freelancer => self.thread.freelancer_said = said,
        }
    }
}

impl Messages {
    /// Writes a message in the thread of a bid, in the transaction of the request; answers its number in the database.
    ///
    /// # Errors
    /// `NotFound` for a thread of others as for one that there is not, and `TalkRefusal`.
    pub async fn send(
        &self,
        tx: &Tx<'_>,
        author: &Did,
        bid: &DocumentId,
        request: &MessageRequest,
    ) -> Result<i64, UseError> {
        let now = self.now();
        let mut held = self.hold(tx, author, bid).await?;
        if accounts::is_blocked(tx, author, held.reader()).await? {
            return Err(TalkRefusal::BlockedByYou.into());
        }
        self.allowed(tx, &held, author, bid).await?;
        let at_home = held.reader_home() == self.name();
        if !at_home
            && !NodeName::parse(held.reader_home()).is_ok_and(|home| self.base.config().knows_home(&home))
        {
            return Err(Refusal::UnknownOrigin.into());
        }
        let mut files = Vec::new();
        for digest in request.attachments.iter() {
            files.push(own(tx, author, digest).await?);
        }
        let (number, seen) = (held.thread.said(held.side) + 1, held.thread.said(held.side.other()));
        let message = MessageRow {
            id: 0,
            thread: *bid,
            side: held.side,
            author: author.clone(),
            number: Some(number),
            seen,
            place: number.saturating_add(seen),
            text: request.text.to_string(),
            at: now,
            here_at: now,
            state: if at_home { MessageState::Delivered } else { MessageState::Waiting },
            refusal: None,
            peer: (!at_home).then(|| held.reader_home().to_owned()),
            tries: 0,
        };
        held.count(number);
        keep(tx, &held, &message, &files, now).await
    }

    /// The thread of a bid for who writes in it.
    pub(crate) async fn hold(&self, tx: &Tx<'_>, author: &Did, bid: &DocumentId) -> Result<Held, UseError> {
        let none = || Refusal::NotFound("thread");
        let around = messages::around(tx, bid).await?.ok_or_else(none)?;
        if *author != around.client && *author != around.freelancer {
            return Err(none().into());
        }
        let thread = messages::hold_thread(tx, bid, &around, self.now()).await?;
        let side = thread.side(author).ok_or_else(none)?;
        Ok(Held { thread, side, around })
    }

    /// Whether the author may write now. Blocks are known to the reader's home only.
    pub(crate) async fn allowed(
        &self,
        tx: &Tx<'_>,
        held: &Held,
        author: &Did,
        bid: &DocumentId,
    ) -> Result<(), UseError> {
        let now = self.now();
        if accounts::is_blocked(tx, held.reader(), author).await? {
            return Err(TalkRefusal::NotTaken.into());
        }
        if let Some(end) = end(tx, &held.around, bid).await?
            && end.saturating_add(AFTER_DAYS * DAY_SECONDS) < now
        {
            return Err(TalkRefusal::Over(AFTER_DAYS).into());
        }
        if held.thread.said(held.side.other()) == 0 && held.thread.said(held.side) >= UNANSWERED_MAX {
            return Err(TalkRefusal::Unanswered(UNANSWERED_MAX).into());
        }
        for (most, seconds) in [(OF_MINUTE_MAX, MINUTE_SECONDS), (OF_DAY_MAX, DAY_SECONDS)] {
            if messages::sent_since(tx, author, now - seconds).await? >= most {
                return Err(TalkRefusal::TooMany { most, seconds }.into());
            }
        }
        Ok(())
    }
}

/// When a thread's bid, or its contract, came to its end.
async fn end(tx: &Tx<'_>, around: &Around, bid: &DocumentId) -> Result<Option<i64>, UseError> {
    if around.state != State::Won {
        return Ok(around.moved_at.filter(|_| is_terminal(Machine::Bid, around.state)));
    }
    let contracts = messages::contracts(tx, &around.job, bid).await?;
    if !contracts.iter().all(|contract| is_terminal(Machine::Contract, contract.state)) {
        return Ok(None);
    }
    Ok(contracts.iter().map(|contract| contract.changed_at).max())
}

/// A file that the author has uploaded, whole.
async fn own(tx: &Tx<'_>, author: &Did, digest: &Digest) -> Result<AttachmentRow, UseError> {
    let file = attachments::hold(tx, author, digest.as_bytes()).await?;
    Ok(file.filter(|file| file.here).ok_or(Refusal::NotFound("attachment"))?)
}

/// Writes a message down, with what it names, and tells its reader if they are at home here.
pub(crate) async fn keep(
    tx: &Tx<'_>,
    held: &Held,
    message: &MessageRow,
    files: &[AttachmentRow],
    now: i64,
) -> Result<i64, UseError> {
    let id = messages::insert(tx, message).await?;
    for (position, file) in (0_i32..).zip(files) {
        attachments::attach(tx, id, position, file).await?;
    }
    messages::put_said(tx, &held.thread, now).await?;
    messages::tell(tx, held.reader(), message, &held.around.job).await?;
    Ok(id)
}
