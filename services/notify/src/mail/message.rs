//! A letter as it goes over the wire: the same bytes each time it is tried.

use std::time::{Duration, UNIX_EPOCH};

use hanse_base::Base;
use lettre::Address;
use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::message::{Mailbox, Message};

use super::link;
use crate::tables::letters::Letter;

/// Why a letter cannot be written.
#[derive(Debug, thiserror::Error)]
pub(super) enum Unwritable {
    /// The address of its reader, or of its sender, is none.
    #[error("an address cannot be used")]
    Address(#[from] lettre::address::AddressError),
    /// The library refuses it.
    #[error("the letter cannot be put together")]
    Message(#[from] lettre::error::Error),
}

/// Whether letters can be from this: an address, or a name and one in angle brackets.
#[must_use]
pub fn is_sender(text: &str) -> bool {
    text.parse::<Mailbox>().is_ok()
}

/// A letter with its envelope.
pub(super) struct Sealed {
    pub(super) from: Address,
    pub(super) to: Address,
    pub(super) bytes: Vec<u8>,
}

/// Puts a letter together.
pub(super) fn seal(base: &Base, sender: &str, letter: &Letter) -> Result<Sealed, Unwritable> {
    let from: Mailbox = sender.parse()?;
    let to: Address = letter.recipient.parse()?;
    let node = base.config().name.as_str();
    let written = UNIX_EPOCH + Duration::from_secs(u64::try_from(letter.at).unwrap_or_default());
    let mut message = Message::builder()
        .from(from.clone())
        .to(Mailbox::new(None, to.clone()))
        .subject(letter.subject.clone())
        .message_id(Some(format!("<{}.{}@{node}>", letter.id, letter.at)))
        .date(written)
        .header(ContentType::TEXT_PLAIN)
        .raw_header(raw("Auto-Submitted", "auto-generated"));
    if let Some(did) = &letter.did {
        message = message
            .raw_header(raw("List-Unsubscribe", &format!("<{}>", link::link(base, did))))
            .raw_header(raw("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"))
            .raw_header(raw("List-Id", &format!("<news.{node}>")));
    }
    let bytes = message.body(letter.body.clone())?.formatted();
    Ok(Sealed { from: from.email, to, bytes })
}

/// A header of one ASCII line, which is written as it is: what signs a letter on its way must find it so.
fn raw(name: &'static str, value: &str) -> HeaderValue {
    let name = HeaderName::new_from_ascii_str(name);
    HeaderValue::dangerous_new_pre_encoded(name, value.to_owned(), value.to_owned())
}
