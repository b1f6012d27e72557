//! People who rule in disputes: what they say of themselves, and whom a node knows.

use hanse_api::requests::{ArbiterRequest, PageQuery};
use hanse_api::views::{ArbiterView, Page, Published};
use hanse_base::error::{Refusal, UseError};
use hanse_base::page::{Cut, page};
use hanse_base::present;
use hanse_document::kind::Arbiter;
use hanse_document::{Body, Did, DocumentId};
use hanse_store::disputes;
use hanse_store::{Sql, Tx};

use crate::Engine;
use crate::market::author::{Author, Slot};
use crate::market::idempotency::{Asked, Intent};
use crate::market::publish::{Publication, publish};

impl Engine {
    /// Says of a hosted person that they rule in disputes, in the place of what they said before.
    ///
    /// # Errors
    /// `KeyElsewhere`, `NotOnce`, and the rejections of the document.
    pub async fn put_arbiter(
        &self,
        asked: impl Into<Asked>,
        request: ArbiterRequest,
        dry_run: bool,
    ) -> Result<Published<ArbiterView>, UseError> {
        let asked = asked.into();
        let did = &asked.did;
        let draft = async |tx: &Tx<'_>| {
            let author = Author::open(self, tx, did).await?;
            let before = disputes::arbiter(tx, did).await?;
            if let Some(before) = &before {
                asked.saw(&before.document, async || shown(tx, did).await).await?;
            }
            // The key stays: contracts name it.
            let slot: Option<Slot> = if before.is_some() { None } else { Some(author.new_slot()?) };
            let key = before.as_ref().map(|row| row.key).or(slot.as_ref().map(|slot| slot.public));
            let key = key.ok_or(Refusal::NotFound("arbiter"))?;
            let ArbiterRequest { fee, fields, languages, terms } = request.clone();
            let (home, prev) = (self.config().name.clone(), before.map(|row| row.document));
            let said = Arbiter { fee, fields, home, key, languages, prev, takes: true, terms };
            let document = author.sign(Body::Arbiter(said), None)?;
            let id = document.id();
            Ok(Publication { slot, ..Publication::new(document, id, &self.config().name) })
        };
        let show = async |tx: &Tx<'_>, _: &DocumentId| shown(tx, did).await;
        publish(self, &asked, Intent::of(dry_run), draft, show).await
    }

    /// Says of a hosted person that they take no new cases. Contracts that name them still do.
    ///
    /// # Errors
    /// `NotFound` if they never said that they do; `KeyElsewhere`.
    pub async fn withdraw_arbiter(&self, did: &Did) -> Result<(), UseError> {
        let asked = Asked::from(did);
        let draft = async |tx: &Tx<'_>| {
            let author = Author::open(self, tx, did).await?;
            let before = disputes::arbiter(tx, did).await?.filter(|row| row.takes);
            let before = before.ok_or(Refusal::NotFound("arbiter"))?;
            let said = present::load(tx, &before.document).await?;
            let Body::Arbiter(said) = said.body() else { return Err(Refusal::NotFound("arbiter").into()) };
            let said = Arbiter { takes: false, prev: Some(before.document), ..said.clone() };
            let document = author.sign(Body::Arbiter(said), None)?;
            let id = document.id();
            Ok(Publication::new(document, id, &self.config().name))
        };
        let show = async |tx: &Tx<'_>, _: &DocumentId| shown(tx, did).await;
        publish(self, &asked, Intent::of(false), draft, show).await?;
        Ok(())
    }

    /// Whoever takes cases, at home here and at the peers, newest first.
    ///
    /// # Errors
    /// `BadField`.
    pub async fn arbiters(&self, query: PageQuery) -> Result<Page<ArbiterView>, UseError> {
        let cut = Cut::read(query.cursor.as_deref(), query.limit)?;
        let connection = self.store().connection().await?;
        let rows = disputes::arbiters(&connection, cut.after, cut.fetch()).await?;
        let (rows, next) = cut.cut(rows, |row| (row.changed_at, *row.document.hash()));
        Ok(page(present::arbiters(&connection, &rows).await?, next))
    }

    /// What somebody says of themselves as an arbiter, also once they take no cases any more.
    ///
    /// # Errors
    /// Only our own failures.
    pub async fn arbiter(&self, did: &Did) -> Result<Option<ArbiterView>, UseError> {
        let connection = self.store().connection().await?;
        match shown(&connection, did).await {
            Ok(view) => Ok(Some(view)),
            Err(UseError::Refused(Refusal::NotFound(_))) => Ok(None),
            Err(error) => Err(error),
        }
    }
}

async fn shown(db: &impl Sql, did: &Did) -> Result<ArbiterView, UseError> {
    let row = disputes::arbiter(db, did).await?.ok_or(Refusal::NotFound("arbiter"))?;
    let shown = present::arbiters(db, std::slice::from_ref(&row)).await?.pop();
    Ok(shown.ok_or(Refusal::NotFound("arbiter"))?)
}
