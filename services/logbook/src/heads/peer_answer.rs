//! What a peer says when it is asked for heads: its clock, and the newest head of each log that it keeps, ours among them.

use std::collections::BTreeMap;

use hanse_base::clock;
use hanse_base::names::LogKind;
use hanse_network::Bytes;

use super::known::Shown;
use super::{Learned, Unheard, learn, read, read_bare};
use crate::{LogError, Logbook};

/// Learns from each note of the answer, and then counts the answer. What it shows of an own log counts only if it could be compared
/// with that log while nothing was against it, and no note of it was unreadable; whatever is wrong with the mirror of another log keeps nobody's word from counting.
///
/// # Errors
/// Those of the store that may pass: nothing is counted then.
pub(crate) async fn hear(book: &Logbook, peer: &str, notes: &[Bytes]) -> Result<(), LogError> {
    let mut shown: BTreeMap<LogKind, Shown> = LogKind::ALL.map(|kind| (kind, None)).into();
    for note in notes {
        if let Some(theirs) = clock::read(peer, note) {
            book.base().clocks().heard(peer, theirs, book.now().unix());
            continue;
        }
        let head = match read(book.log_keys(), note) {
            Ok(head) => head,
            Err(Unheard::UnknownLog) => continue,
            Err(unheard) => {
                tracing::warn!(peer, reason = %unheard, "a peer sent an invalid checkpoint");
                // What the log itself has signed stays true beside a forged line.
                let Ok(bare) = read_bare(book.log_keys(), note) else {
                    if let Some(kind) = claimed(book, note) {
                        shown.remove(&kind);
                    }
                    continue;
                };
                bare
            }
        };
        let (origin, size) = (head.checkpoint.origin.as_str(), head.checkpoint.size);
        let fits = match learn(book, &head).await {
            Ok(learned) => learned == Learned::Fits,
            Err(error) if error.is_transient() => return Err(error),
            Err(error) => {
                let error = &error as &dyn std::error::Error;
                tracing::error!(
                    peer,
                    origin,
                    error,
                    "a peer's checkpoint cannot be compared with the stored log"
                );
                false
            }
        };
        let Some(kind) = book.log_keys().kind_of(origin) else { continue };
        if !fits {
            shown.remove(&kind);
        } else if let Some(largest) = shown.get_mut(&kind)
            && largest.is_none_or(|(before, _)| before < size)
        {
            *largest = Some((size, head.checkpoint.root));
        }
    }
    book.heard().answered(peer, shown);
    Ok(())
}

/// The own log that a note is about by its first line, whoever wrote it.
fn claimed(book: &Logbook, note: &[u8]) -> Option<LogKind> {
    let origin = note.split(|byte| *byte == b'\n').next()?;
    book.log_keys().kind_of(std::str::from_utf8(origin).ok()?)
}
