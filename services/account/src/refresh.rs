//! The secrets of refresh tokens: half random or derived from the one before, half the proof that this node made them.

use hanse_base::keys::{self, KeyError, Keys};
use hanse_document::Did;
use hanse_store::accounts::SessionRow;

const HALF: usize = 16;

/// The first secret of a session.
pub(super) fn first(keys: &Keys, did: &Did) -> Result<[u8; 32], KeyError> {
    Ok(whole(keys, did, keys::random()?))
}

/// The successor of a secret: always the same, so that it can be told again, and known to nobody but this node before it is told.
pub(super) fn next(keys: &Keys, session: &SessionRow, secret: &[u8; 32]) -> [u8; 32] {
    whole(keys, &session.did, keys.refresh(format!("next\n{}", session.id).as_bytes(), secret))
}

/// Whether this node has made it for this person. Secrets of releases before this one do not say so.
pub(super) fn is_ours(keys: &Keys, did: &Did, secret: &[u8; 32]) -> bool {
    secret.first_chunk().is_some_and(|half| whole(keys, did, *half) == *secret)
}

fn whole(keys: &Keys, did: &Did, half: [u8; HALF]) -> [u8; 32] {
    let proof = keys.refresh(format!("ours\n{did}").as_bytes(), &half);
    let mut secret = [0; 32];
    let (first, second) = secret.split_at_mut(HALF);
    first.copy_from_slice(&half);
    second.copy_from_slice(&proof);
    secret
}
