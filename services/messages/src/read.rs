//! Reading threads and messages.

use std::collections::BTreeMap;

use hanse_api::requests::PageQuery;
use hanse_api::views::{AttachmentView, MessageView, Page, ReadView, ThreadView};
use hanse_base::error::{Refusal, UseError};
use hanse_base::page::{Cut, Key, page};
use hanse_base::present;
use hanse_document::{Did, Digest, DocumentId};
use hanse_store::messages::{self, AttachedRow, MessageRow, Side, ThreadRow};
use hanse_store::{Sql, Tx};

use crate::Messages;

/// Where a message stands in its thread.
#[derive(Clone, Copy)]
struct Place(i32, Side, i64);

impl Key for Place {
    fn text(self) -> String {
        format!("{}.{}.{}", self.0, self.1.name(), self.2)
    }

    fn parse(text: &str) -> Option<Self> {
        let mut parts = text.splitn(3, '.');
        let (place, side, id) = (parts.next()?, parts.next()?, parts.next()?);
        Some(Self(place.parse().ok()?, side.parse().ok()?, id.parse().ok()?))
    }
}

impl Messages {
    /// The threads of a person, the one that moved last first.
    ///
    /// # Errors
    /// `BadField`.
    pub async fn threads(&self, did: &Did, query: &PageQuery) -> Result<Page<ThreadView>, UseError> {
        let cut = Cut::<(i64, [u8; 32])>::read(query.cursor.as_deref(), query.limit)?;
        let connection = self.store().connection().await?;
        let rows = messages::threads(&connection, did, cut.after, cut.fetch()).await?;
        let (rows, next) = cut.cut(rows, |row| (row.last_at, *row.bid.hash()));
        let bids: Vec<DocumentId> = rows.iter().map(|row| row.bid).collect();
        let last = views(&connection, messages::last(&connection, &bids).await?).await?;
        let mut last: BTreeMap<String, MessageView> =
            last.into_iter().map(|message| (message.thread.clone(), message)).collect();
        let threads = rows.iter().filter_map(|row| thread(did, row, last.remove(&row.bid.to_string())?));
        Ok(page(threads.collect(), next))
    }

    /// The messages of a thread of a person's, the last first. A bid in whose thread nobody has written has none.
    ///
    /// # Errors
    /// `NotFound`, `BadField`.
    pub async fn messages(
        &self,
        did: &Did,
        bid: &DocumentId,
        query: &PageQuery,
    ) -> Result<Page<MessageView>, UseError> {
        let cut = Cut::<Place>::read(query.cursor.as_deref(), query.limit)?;
        let connection = self.store().connection().await?;
        let around = messages::around(&connection, bid).await?;
        let mine = around.is_some_and(|around| *did == around.client || *did == around.freelancer);
        if !mine {
            return Err(Refusal::NotFound("thread").into());
        }
        let before = cut.after.map(|Place(place, side, id)| (place, side, id));
        let rows = messages::page(&connection, bid, before, cut.fetch()).await?;
        let (rows, next) = cut.cut(rows, |row| Place(row.place, row.side, row.id));
        Ok(page(views(&connection, rows).await?, next))
    }

    /// A message that was just written, as its author sees it.
    ///
    /// # Errors
    /// `NotFound`.
    pub async fn message(&self, tx: &Tx<'_>, id: i64) -> Result<MessageView, UseError> {
        let row = messages::find(tx, id).await?.ok_or(Refusal::NotFound("message"))?;
        Ok(views(tx, vec![row]).await?.pop().ok_or(Refusal::NotFound("message"))?)
    }

    /// A person has read the other side's messages up to a number. What was read stays so.
    ///
    /// # Errors
    /// `NotFound`, `BadField`.
    pub async fn read_up_to(&self, did: &Did, bid: &DocumentId, up_to: i32) -> Result<ReadView, UseError> {
        if up_to < 0 {
            let reason = "must be the number of a message, or 0";
            return Err(Refusal::BadField { field: "up_to", reason }.into());
        }
        let mut connection = self.store().connection().await?;
        let tx = connection.begin().await?;
        let mut held = self.hold(&tx, did, bid).await?;
        let said = held.thread.said(held.side.other());
        let read = up_to.min(said).max(held.thread.read(held.side));
        match held.side {
            Side::Client => held.thread.client_read = read,
            Side::Freelancer => held.thread.freelancer_read = read,
        }
        messages::put_read(&tx, &held.thread).await?;
        tx.commit().await?;
        Ok(ReadView { unread: said.saturating_sub(read) })
    }
}

/// A thread with its last message; one that was opened by marking it read has none, and is not shown.
fn thread(did: &Did, row: &ThreadRow, last: MessageView) -> Option<ThreadView> {
    let side = row.side(did)?;
    Some(ThreadView {
        id: row.bid.to_string(),
        job: row.job.to_string(),
        client: row.client.to_string(),
        freelancer: row.freelancer.to_string(),
        unread: row.said(side.other()).saturating_sub(row.read(side)),
        last: Some(last),
        last_at: present::time(row.last_at),
    })
}

async fn views(db: &impl Sql, rows: Vec<MessageRow>) -> Result<Vec<MessageView>, UseError> {
    let ids: Vec<i64> = rows.iter().map(|row| row.id).collect();
    let mut files: BTreeMap<i64, Vec<AttachmentView>> = BTreeMap::new();
    for file in messages::attached(db, &ids).await? {
        files.entry(file.message).or_default().push(attachment(file));
    }
    Ok(rows.into_iter().map(|row| view(row, &mut files)).collect())
}

fn view(row: MessageRow, files: &mut BTreeMap<i64, Vec<AttachmentView>>) -> MessageView {
    MessageView {
        id: row.id.to_string(),
        thread: row.thread.to_string(),
        author: row.author.to_string(),
        side: row.side.name().to_owned(),
        number: row.number,
        seen: row.seen,
        text: row.text,
        attachments: files.remove(&row.id).unwrap_or_default(),
        at: present::time(row.at),
        state: row.state.name().to_owned(),
        refusal: row.refusal,
    }
}

fn attachment(row: AttachedRow) -> AttachmentView {
    AttachmentView {
        digest: Digest::from_bytes(row.digest).hex(),
        name: row.name,
        media_type: row.media_type,
        size: row.size,
        here: row.here,
    }
}
