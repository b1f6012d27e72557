//! Files that messages carry: taken, kept, given, and forgotten if no message names them.

use bytes::Bytes;
use hanse_api::views::AttachmentView;
use hanse_base::error::{Failure, Refusal, TalkRefusal, UseError};
use hanse_document::{Did, Digest};
use hanse_store::messages::attachments::{self, AttachmentRow};
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt as _, PutPayload};
use sha2::{Digest as _, Sha256};

use crate::Messages;
use crate::frame::FileName;

/// Longest file, in bytes: a drawing or a contract with pictures; what is larger belongs elsewhere, with a link here.
pub const FILE_BYTES_MAX: usize = 10 * 1024 * 1024;
/// All files of one person at one node, in bytes: fifty of the longest.
const OF_PERSON_BYTES_MAX: i64 = 500 * 1024 * 1024;
/// All files of one node, in bytes: what an operator of a small node has to spare.
const OF_NODE_BYTES_MAX: i64 = 50 * 1024 * 1024 * 1024;
/// What no message names is forgotten after a day.
const ORPHAN_SECONDS: i64 = 86_400;
/// Orphans in one transaction.
const ORPHANS: i64 = 100;

/// What is taken. None of it is run or shown by a node; a page that could be, as HTML and SVG can, is not on the list.
const TYPES: &[&str] = &[
    "application/pdf",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "application/zip",
    "image/gif",
    "image/jpeg",
    "image/png",
    "image/webp",
    TEXT,
];
const TEXT: &str = "text/plain";
const ZIP: &str = "application/zip";
/// Office documents are archives, and their first bytes need not say more.
const OFFICE: &str = "application/vnd.openxmlformats-officedocument.";

/// A file to be given out.
#[derive(Debug)]
pub struct Opened {
    /// What it is called.
    pub name: String,
    /// Its media type, of the list.
    pub media_type: String,
    /// Its bytes.
    pub bytes: Bytes,
}

/// Whether these bytes may be what is declared.
pub(crate) fn checked(declared: &str, bytes: &[u8]) -> Result<&'static str, TalkRefusal> {
    let wrong = |found: String| TalkRefusal::WrongType {
        declared: declared.chars().take(100).collect(),
        found,
        taken: TYPES.join(", "),
    };
    let taken = TYPES.iter().find(|taken| **taken == declared);
    let taken = *taken.ok_or_else(|| wrong("is not on the list".to_owned()))?;
    let found = infer::get(bytes).map(|found| found.mime_type());
    let agrees = match found {
        Some(found) => found == taken || found == ZIP && taken.starts_with(OFFICE),
        // Nothing in a text says that it is one; a byte that no text has says that it is none.
        None => taken == TEXT && std::str::from_utf8(bytes).is_ok_and(|text| !text.contains('\0')),
    };
    if agrees {
        return Ok(taken);
    }
    Err(wrong(format!("the first bytes say {}", found.unwrap_or("something else"))))
}

/// Where the bytes of a file are: two people never share them, so that one cannot learn what the other has.
fn path(owner: &Did, digest: &[u8; 32]) -> Path {
    let owner = Digest::from_bytes(Sha256::digest(owner.as_str()).into()).hex();
    Path::from(format!("{owner}/{}", Digest::from_bytes(*digest).hex()))
}

fn failed(error: object_store::Error) -> Failure {
    Failure::Objects(Box::new(error))
}

impl Messages {
    /// Keeps a file of a person's, until a message names it or a day has passed. The same file again is the same.
    ///
    /// # Errors
    /// `TalkRefusal`, `BadField` for a name, `TooLarge`.
    pub async fn upload(
        &self,
        owner: &Did,
        name: &str,
        declared: &str,
        bytes: Bytes,
    ) -> Result<AttachmentView, UseError> {
        const NAME: &str = "must be a file name of 1 to 120 characters on one line, without `/` and `\\`";
        let objects = self.objects.as_ref().ok_or(TalkRefusal::NoAttachments)?;
        let name = FileName::try_from(name).ok().filter(|name| !name.as_ref().contains(['/', '\\']));
        let name = name.ok_or(Refusal::BadField { field: "name", reason: NAME })?;
        if bytes.is_empty() {
            return Err(Refusal::BadField { field: "body", reason: "is empty" }.into());
        }
        let media_type = checked(declared, &bytes)?;
        let file = AttachmentRow {
            owner: owner.clone(),
            digest: Sha256::digest(&bytes).into(),
            name: name.to_string(),
            media_type: media_type.to_owned(),
            size: i64::try_from(bytes.len()).unwrap_or(i64::MAX),
            here: true,
            peer: None,
            tries: 0,
        };
        let mut connection = self.store().connection().await?;
        let tx = connection.begin().await?;
        if attachments::reserve(&tx, &file, self.now()).await? {
            room(attachments::bytes_of(&tx, owner).await?, OF_PERSON_BYTES_MAX, "one person")?;
            room(attachments::grow(&tx, file.size).await?, OF_NODE_BYTES_MAX, "this node")?;
        } else {
            // It counts from now on: what sweeps orphans leaves it another day.
            attachments::renew(&tx, &file, self.now()).await?;
        }
        tx.commit().await?;
        drop(connection);
        // The row first: bytes without one would never be found again.
        self.put(objects.as_ref(), &file, bytes).await?;
        Ok(shown(&file))
    }

    /// Puts the bytes of a file that has a row.
    pub(crate) async fn put(
        &self,
        objects: &dyn ObjectStore,
        file: &AttachmentRow,
        bytes: Bytes,
    ) -> Result<(), UseError> {
        let put = objects.put(&path(&file.owner, &file.digest), PutPayload::from(bytes)).await;
        put.map_err(failed)?;
        attachments::arrived(&self.store().connection().await?, file).await?;
        Ok(())
    }

    /// A file for who has uploaded it, or is a side of a thread in which a message names it.
    ///
    /// # Errors
    /// `NotFound` for others' as for none, `NotHereYet`.
    pub async fn open(&self, reader: &Did, digest: &[u8; 32]) -> Result<Opened, UseError> {
        let file = attachments::of_reader(&self.store().connection().await?, reader, digest).await?;
        let file = file.ok_or(Refusal::NotFound("attachment"))?;
        if !file.here {
            return Err(TalkRefusal::NotHereYet.into());
        }
        let objects = self.objects.as_ref().ok_or(TalkRefusal::NoAttachments)?;
        let object = objects.get(&path(&file.owner, &file.digest)).await.map_err(failed)?;
        let bytes = object.bytes().await.map_err(failed)?;
        Ok(Opened { name: file.name, media_type: file.media_type, bytes })
    }

    /// A part of a file.
    pub(crate) async fn part(
        &self,
        file: &AttachmentRow,
        range: std::ops::Range<u64>,
    ) -> Result<Bytes, UseError> {
        let objects = self.objects.as_ref().ok_or(TalkRefusal::NoAttachments)?;
        let path = path(&file.owner, &file.digest);
        Ok(objects.get_range(&path, range).await.map_err(failed)?)
    }

    /// Forgets files that no message names after a day.
    ///
    /// # Errors
    /// Only our own failures.
    pub async fn sweep(&self) -> Result<(), UseError> {
        let Some(objects) = &self.objects else { return Ok(()) };
        loop {
            let mut connection = self.store().connection().await?;
            let tx = connection.begin().await?;
            let orphans = attachments::take_orphans(&tx, self.now() - ORPHAN_SECONDS, ORPHANS).await?;
            if orphans.is_empty() {
                return Ok(());
            }
            // Before the rows are gone: who uploads the same again waits for them, and puts its bytes afterwards.
            for (owner, digest, _) in &orphans {
                match objects.delete(&path(owner, digest)).await {
                    Ok(()) | Err(object_store::Error::NotFound { .. }) => {}
                    Err(error) => return Err(failed(error).into()),
                }
            }
            let freed = orphans.iter().fold(0_i64, |sum, (_, _, size)| sum.saturating_add(*size));
            attachments::grow(&tx, freed.saturating_neg()).await?;
            tx.commit().await?;
        }
    }

    /// The files that a person has uploaded.
    ///
    /// # Errors
    /// Only our own failures.
    pub async fn uploads(&self, owner: &Did, limit: i64) -> Result<Vec<AttachmentView>, UseError> {
        let rows = attachments::of_owner(&self.store().connection().await?, owner, limit).await?;
        Ok(rows.iter().map(shown).collect())
    }
}

/// Whether so many bytes are not too many.
pub(crate) fn room(bytes: i64, most: i64, whose: &'static str) -> Result<(), TalkRefusal> {
    if bytes > most { Err(TalkRefusal::NoRoom { whose, most }) } else { Ok(()) }
}

/// Whether a file of another home finds room here.
pub(crate) const fn fits(of_node: i64) -> bool {
    of_node <= OF_NODE_BYTES_MAX
}

fn shown(file: &AttachmentRow) -> AttachmentView {
    AttachmentView {
        digest: Digest::from_bytes(file.digest).hex(),
        name: file.name.clone(),
        media_type: file.media_type.clone(),
        size: file.size,
        here: file.here,
    }
}

/// Whether a media type is on the list.
pub(crate) fn is_taken(media_type: &str) -> bool {
    TYPES.contains(&media_type)
}
