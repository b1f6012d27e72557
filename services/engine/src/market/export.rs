//! Everything that this node keeps of a person, as one archive that is written while it is read: neither memory nor disk holds more of it
//! than a piece. A connection of the pool is held for one page at a time.

mod archive;

use hanse_api::requests::{AlertQuery, JobQuery, PageQuery};
use hanse_api::views::Page;
use hanse_base::error::{Refusal, UseError};
use hanse_document::Did;
use hanse_store::documents;
use serde::Serialize;
use tokio::sync::Semaphore;
use tokio::sync::mpsc::Sender;

use crate::Engine;
use crate::market::idempotency::read;
use archive::{Archive, Stop};

/// Things on a page; the most that a list gives.
const PAGE: u32 = 100;
/// Files in the list of those that one has uploaded: more than fit the room of one person at a kilobyte each are not told.
const UPLOADS_MAX: i64 = 10_000;
/// What the archive's own description says, in French and English.
const README: &str = include_str!("export/README.txt");

/// Archives that are written at a time in one process; each holds a connection of the pool now and then.
const EXPORTS_MAX: usize = 4;

/// The places of the archives that are written.
#[derive(Debug)]
pub(crate) struct Exports(Semaphore);

impl Default for Exports {
    fn default() -> Self {
        Self(Semaphore::new(EXPORTS_MAX))
    }
}

impl Engine {
    /// Writes the archive of a person whose home is here, in pieces; ends without a word when nobody takes them any more.
    ///
    /// # Errors
    /// `Busy`, `NotFound`, before anything is written; later only our own failures, after which the archive has no end.
    pub async fn export(&self, did: &Did, session: &str, to: Sender<Vec<u8>>) -> Result<(), UseError> {
        let _place = self.exports().0.try_acquire().map_err(|_| Refusal::Busy)?;
        // Whose home is elsewhere has nothing here.
        let person = self.accounts().person(did).await?;
        let mut archive = Archive::new(to);
        let written = async {
            archive.file("README.txt", README.as_bytes()).await?;
            archive.json("account.json", &person).await?;
            match self.accounts().email(did).await {
                Ok(email) => archive.json("email.json", &email).await?,
                Err(UseError::Refused(_)) => {}
                Err(error) => return Err(error.into()),
            }
            archive.json("logins.json", &self.accounts().logins(did, session).await?.items).await?;
            archive.json("blocks.json", &self.accounts().blocks(did).await?.items).await?;
            if let Some(profile) = self.profile(did).await? {
                archive.json("profile.json", &profile).await?;
            }
            archive.json("saved-searches.json", &self.saved_searches(did).await?.items).await?;
            self.export_lists(&mut archive, did).await?;
            self.export_documents(&mut archive, did).await?;
            archive.end().await
        };
        match written.await {
            Ok(()) | Err(Stop::Gone) => Ok(()),
            Err(Stop::Failed(error)) => Err(error),
        }
    }

    async fn export_lists(&self, archive: &mut Archive, did: &Did) -> Result<(), Stop> {
        let page = |cursor| PageQuery { cursor, limit: Some(PAGE) };
        let alerts = async |next: Option<String>| {
            let after = next.as_deref().map(read).transpose()?;
            self.alerts(did, &AlertQuery { after, limit: Some(PAGE) }).await
        };
        list(archive, "alerts.jsonl", alerts).await?;
        let jobs = async |cursor| {
            let query =
                JobQuery { client: Some(did.clone()), cursor, limit: Some(PAGE), ..JobQuery::default() };
            self.jobs(query).await
        };
        list(archive, "jobs.jsonl", jobs).await?;
        let bids = async |cursor| self.my_bids(did, page(cursor)).await;
        list(archive, "bids.jsonl", bids).await?;
        let contracts = async |cursor| self.contracts(did, page(cursor)).await;
        list(archive, "contracts.jsonl", contracts).await?;
        // Of each contract again, one after the other: no list of all of them is held.
        let reviews = async |cursor| {
            let contracts = self.contracts(did, page(cursor)).await?;
            let mut items = Vec::new();
            for contract in &contracts.items {
                items.extend(self.reviews(&read(&contract.id)?, Some(did)).await?);
            }
            Ok(Page { items, next: contracts.next })
        };
        list(archive, "reviews.jsonl", reviews).await?;
        let messages = async |cursor| {
            let threads = self.messages().threads(did, &page(cursor)).await?;
            let mut items = Vec::new();
            for thread in &threads.items {
                let mut next = None;
                loop {
                    let more = self.messages().messages(did, &read(&thread.id)?, &page(next)).await?;
                    items.extend(more.items);
                    next = more.next;
                    if next.is_none() {
                        break;
                    }
                }
            }
            Ok(Page { items, next: threads.next })
        };
        list(archive, "messages.jsonl", messages).await?;
        let files = async |_| {
            let items = self.messages().uploads(did, UPLOADS_MAX).await?;
            Ok(Page { items, next: None })
        };
        list(archive, "attachments.jsonl", files).await
    }

    /// Every document that the person has signed, byte for byte: a canonical document is one line.
    async fn export_documents(&self, archive: &mut Archive, did: &Did) -> Result<(), Stop> {
        archive.begin("documents.jsonl")?;
        let mut after = (i64::MIN, Vec::new());
        loop {
            let connection = self.store().connection().await.map_err(UseError::from)?;
            let place = (after.0, after.1.as_slice());
            let rows = documents::of_issuer(&connection, did, place, i64::from(PAGE)).await;
            drop(connection);
            let rows = rows.map_err(UseError::from)?;
            let Some(last) = rows.last() else { return Ok(()) };
            after = (last.received_at, last.id.hash().to_vec());
            for row in &rows {
                archive.line(&row.bytes).await?;
            }
        }
    }
}

/// A list as a file of lines, page by page.
async fn list<T: Serialize>(
    archive: &mut Archive,
    name: &str,
    page: impl AsyncFn(Option<String>) -> Result<Page<T>, UseError>,
) -> Result<(), Stop> {
    archive.begin(name)?;
    let mut next = None;
    loop {
        let Page { items, next: then } = page(next).await?;
        for item in &items {
            archive.line(&serde_json::to_vec(item).map_err(archive::unwritable)?).await?;
        }
        if then.is_none() {
            return Ok(());
        }
        next = then;
    }
}
