//! Writing to the other side of a bid, once for each key.

use hanse_api::requests::MessageRequest;
use hanse_api::views::MessageView;
use hanse_base::error::UseError;
use hanse_document::DocumentId;

use crate::Engine;
use crate::market::idempotency::{self, Asked, Begun, Intent, Unit};

impl Engine {
    /// Writes a message in the thread of a bid; the second answer says whether an earlier request with the same key did.
    ///
    /// # Errors
    /// `NotFound`, `UnknownOrigin`, `Talk`, `NotOnce`.
    pub async fn send_message(
        &self,
        asked: impl Into<Asked>,
        bid: &DocumentId,
        request: &MessageRequest,
    ) -> Result<(MessageView, bool), UseError> {
        let asked = asked.into();
        let mut connection = self.store().connection().await?;
        let unit = match Unit::begin(self, &mut connection, &asked, Intent::Do).await? {
            Begun::Now(unit) => unit,
            Begun::Before(tx, made) => {
                return Ok((self.messages().message(&tx, idempotency::read(&made)?).await?, true));
            }
        };
        let id = self.messages().send(&unit.tx, &asked.did, bid, request).await?;
        let view = self.messages().message(&unit.tx, id).await?;
        unit.commit(&id.to_string()).await?;
        self.signals().committed();
        Ok((view, false))
    }
}
