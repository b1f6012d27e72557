//! What a person wants by e-mail.

use std::collections::BTreeSet;

use hanse_api::requests::MailWishRequest;
use hanse_api::views::{MailRefusedView, MailWishView};
use hanse_api::words::SentenceLanguage;
use hanse_base::error::{AccountRefusal, Refusal, UseError};
use hanse_base::{Base, present};
use hanse_document::Did;
use hanse_lifecycle::News;
use hanse_store::Sql;

use super::{digest, link};
use crate::tables::letters;
use crate::tables::wishes::{self, Wish};

/// News by e-mail, as people ask for it.
#[derive(Clone, Debug)]
pub struct Mail {
    base: Base,
}

impl Mail {
    /// Of the node that stands on this.
    #[must_use]
    pub fn new(base: Base) -> Self {
        Self { base }
    }

    /// What a person wants by e-mail, and whether it reaches them.
    ///
    /// # Errors
    /// Only our own failures.
    pub async fn wish(&self, did: &Did) -> Result<MailWishView, UseError> {
        self.view(&self.base.store().connection().await?, did).await
    }

    /// Says what a person wants by e-mail, from now on. Letters that wait and are not wanted any more are not sent.
    ///
    /// # Errors
    /// `BadField` for a name that no event has; `NoMail`, `NoAddress`, unless it is nothing.
    pub async fn put_wish(&self, did: &Did, request: &MailWishRequest) -> Result<MailWishView, UseError> {
        const REASON: &str = "must be names of events, such as `offer.received`; GET \
             /v1/me/notification-preferences lists them all";
        let at_once = request.at_once.iter().map(|name| name.parse()).collect::<Result<BTreeSet<News>, _>>();
        let at_once = at_once.map_err(|_| Refusal::BadField { field: "at_once", reason: REASON })?;
        let nothing = !request.daily && at_once.is_empty();
        if !nothing && self.base.config().mail.is_none() {
            return Err(AccountRefusal::NoMail.into());
        }
        let (mut connection, now) = (self.base.store().connection().await?, self.base.now().unix());
        let tx = connection.begin().await?;
        if !nothing && wishes::reached(&tx, did).await?.is_none() {
            return Err(AccountRefusal::NoAddress.into());
        }
        let wish = Wish {
            daily: request.daily,
            at_once: at_once.iter().map(|news| news.name().to_owned()).collect(),
            language: match request.language {
                SentenceLanguage::En => "en".to_owned(),
                SentenceLanguage::Fr => "fr".to_owned(),
            },
        };
        wishes::put(&tx, did, &wish, digest::morning(now)).await?;
        if nothing {
            letters::forget_news(&tx, did.as_str()).await?;
        }
        let view = self.view(&tx, did).await?;
        tx.commit().await?;
        Ok(view)
    }

    /// Ends news by e-mail for whoever the token of a letter is of. To do so again changes nothing.
    ///
    /// # Errors
    /// `NotFound` for a token that this node has not made.
    pub async fn unsubscribe(&self, token: &str) -> Result<(), UseError> {
        let did = link::person(&self.base, token).ok_or(Refusal::NotFound("subscription"))?;
        let mut connection = self.base.store().connection().await?;
        let tx = connection.begin().await?;
        wishes::end(&tx, did.as_str()).await?;
        letters::forget_news(&tx, did.as_str()).await?;
        Ok(tx.commit().await?)
    }

    async fn view(&self, db: &impl Sql, did: &Did) -> Result<MailWishView, UseError> {
        let wish = wishes::find(db, did).await?;
        let reached = wishes::reached(db, did).await?;
        let waiting = letters::waiting_of(db, did).await?;
        let refused = reached.as_ref().and_then(|reached| reached.refused.clone());
        Ok(MailWishView {
            daily: wish.as_ref().is_some_and(|wish| wish.daily),
            at_once: wish.as_ref().map(|wish| wish.at_once.clone()).unwrap_or_default(),
            language: digest::language(wish.as_ref().map_or("en", |wish| &wish.language)),
            sends: self.base.config().mail.is_some(),
            address: reached.map(|reached| reached.address),
            refused: refused.map(|(at, reply)| MailRefusedView { at: present::time(at), reply }),
            waiting: u64::try_from(waiting).unwrap_or_default(),
        })
    }
}
