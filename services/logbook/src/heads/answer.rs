//! The answer to a peer that asks for heads.

use hanse_base::clock;
use hanse_network::{ANSWER_BYTES_MAX, Bytes, HEADS_NOTES_MAX, Response};
use hanse_store::log;

use super::with_cosignatures;
use crate::{LogError, Logbook};

/// What the frame of an answer and the heads of its notes may take, in bytes.
const FRAME_BYTES_MAX: usize = 1024;

/// The newest head of every log kept here, each with the lines of who cosigned it: own logs first, then those of the asker, which
/// so learns what it has signed if it does not remember, then all others as far as they fit. Before them, what this node's clock says.
/// Of a log of the asker also a larger head that was heard and has not been followed yet: nobody else may have it.
///
/// # Errors
/// Those of the store.
pub async fn answer(book: &Logbook, asker: &str) -> Result<Response, LogError> {
    let connection = book.store().connection().await?;
    let mut rows = log::all(&connection).await?;
    let of_asker = |origin: &str| origin.rsplit_once('/').is_some_and(|(operator, _)| operator == asker);
    rows.sort_by_key(|row| (!row.own, !of_asker(&row.origin)));
    let mut notes = Vec::new();
    let mut left = ANSWER_BYTES_MAX - FRAME_BYTES_MAX;
    if let Some(said) = clock::say(book.base().keys(), book.config().name.as_str(), book.now()) {
        left = left.saturating_sub(said.len());
        notes.push(Bytes::from(said));
    }
    for row in &rows {
        let heard = book.heard().largest_head(&row.origin);
        let heard = heard.filter(|head| of_asker(&row.origin) && row.size < head.checkpoint.size);
        let stored = match log::checkpoint(&connection, &row.origin, row.size).await? {
            Some(kept) => Some(with_cosignatures(&connection, &row.origin, &kept).await?),
            None => None,
        };
        for note in heard.map(|head| head.note).into_iter().chain(stored) {
            let Some(after) = left.checked_sub(note.len()).filter(|_| notes.len() < HEADS_NOTES_MAX) else {
                return Ok(Response::Heads { notes });
            };
            left = after;
            notes.push(Bytes::from(note.into_bytes()));
        }
    }
    Ok(Response::Heads { notes })
}
