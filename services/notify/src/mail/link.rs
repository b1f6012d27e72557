//! The link that ends news by e-mail: who clicks it need not be signed in (RFC 8058), so that it names its person and is signed.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hanse_base::Base;
use hanse_document::Did;

/// What else the same key makes is none of these.
const CONTEXT: &[u8] = b"hanse/unsubscribe/v1";

/// The token of a person's link. It is good for as long as the node has its secret: a letter may be read late.
pub(super) fn token(base: &Base, did: &str) -> String {
    let signature = URL_SAFE_NO_PAD.encode(base.keys().code(CONTEXT, did.as_bytes()));
    format!("{did}.{signature}")
}

/// The link itself.
pub(super) fn link(base: &Base, did: &str) -> String {
    format!("{}/v1/unsubscribe?token={}", base.config().url, token(base, did))
}

/// Whose token this is, if this node has made it.
pub(super) fn person(base: &Base, given: &str) -> Option<Did> {
    let (did, signature) = given.rsplit_once('.')?;
    let signature = URL_SAFE_NO_PAD.decode(signature).ok()?;
    let expected: [u8; 32] = base.keys().code(CONTEXT, did.as_bytes());
    // Not to be found byte by byte.
    let differ = expected.iter().zip(&signature).fold(0, |differ, (one, other)| differ | (one ^ other));
    let same = signature.len() == expected.len() && differ == 0;
    Did::parse(did).ok().filter(|_| same)
}
