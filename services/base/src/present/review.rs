//! Reviews as people see them.

use std::collections::BTreeMap;

use hanse_api::views::ReviewView;
use hanse_document::kind::reply::ReplyWords;
use hanse_document::{Body, Commitment, Did};
use hanse_store::Sql;
use hanse_store::documents::{self, Committed, DocumentRow, Visible};
use hanse_store::reviews::ReviewRow;

use super::{custody, time};
use crate::error::UseError;
use crate::stored::kept;

/// Reviews with their words, found by what commits to them.
#[derive(Debug)]
pub struct Words {
    said: Committed,
    texts: Committed,
}

impl Words {
    /// Loads these documents, and the text of each of them that is a review. However many there are, callers have bounded them.
    pub async fn load(db: &impl Sql, commitments: &[Commitment]) -> Result<Self, UseError> {
        let said = documents::by_commitments(db, commitments, Visible::All, usize::MAX).await?;
        let mut texts = Vec::new();
        for document in commitments.iter().filter_map(|commitment| said.get(commitment)) {
            if let Body::Review(review) = kept(document)?.body() {
                texts.extend(review.text);
            }
        }
        let texts = documents::by_commitments(db, &texts, Visible::All, usize::MAX).await?;
        Ok(Self { said, texts })
    }

    /// The document of this commitment.
    pub fn get(&self, commitment: &Commitment) -> Option<&DocumentRow> {
        self.said.get(commitment)
    }

    /// When the document of this commitment was made, by its author's clock.
    pub fn said_at(&self, commitment: &Commitment) -> Result<Option<String>, UseError> {
        let document = self.said.get(commitment).map(kept).transpose()?;
        Ok(document.map(|document| document.from().to_string()))
    }

    /// Fills in what the review of this commitment says, if it is here.
    pub fn open(&self, view: &mut ReviewView, commitment: &Commitment) -> Result<(), UseError> {
        let Some(document) = self.said.get(commitment).map(kept).transpose()? else { return Ok(()) };
        let Body::Review(review) = document.body() else { return Ok(()) };
        view.author = Some(document.issuer().to_string());
        view.subject = Some(review.id.to_string());
        view.role = Some(review.role);
        view.custody = custody(&document);
        view.rating = Some(review.rating);
        view.axes.clone_from(&review.axes);
        view.on_time = review.on_time;
        view.document = Some(document.id().to_string());
        // Erased words are simply not there.
        let text = review.text.as_ref().and_then(|commitment| self.texts.get(commitment));
        if let Some(text) = text
            && let Body::Text(text) = kept(text)?.body()
        {
            view.text = Some(text.text.clone());
        }
        Ok(())
    }
}

/// What a reply says.
pub fn replied(document: &DocumentRow) -> Result<Option<ReplyWords>, UseError> {
    if let Body::Reply(reply) = kept(document)?.body() { Ok(Some(reply.text.clone())) } else { Ok(None) }
}

/// Reviews. What is sealed shows only that it exists, except to its author.
pub async fn reviews(
    db: &impl Sql,
    rows: &[ReviewRow],
    viewer: Option<&Did>,
) -> Result<Vec<ReviewView>, UseError> {
    let own = |row: &ReviewRow| viewer.is_some() && row.author.as_ref() == viewer;
    let seen: Vec<&ReviewRow> = rows.iter().filter(|row| row.published_at.is_some() || own(row)).collect();
    let commitments: Vec<Commitment> = seen.iter().map(|row| row.commitment).collect();
    let words = Words::load(db, &commitments).await?;
    let replies = seen.iter().filter_map(|row| Some(*row.reply?.hash()));
    let replies: BTreeMap<[u8; 32], DocumentRow> = documents::find_all(db, replies).await?;
    let mut views = Vec::with_capacity(rows.len());
    for row in rows {
        let mut view = sealed(row);
        if row.published_at.is_some() || own(row) {
            words.open(&mut view, &row.commitment)?;
            let reply = row.reply.and_then(|reply| replies.get(reply.hash()));
            view.reply = reply.map(replied).transpose()?.flatten();
        }
        views.push(view);
    }
    Ok(views)
}

fn sealed(row: &ReviewRow) -> ReviewView {
    ReviewView {
        commit: row.commit_leaf.hex(),
        contract: row.contract.map(|id| id.to_string()),
        state: row.state.to_string(),
        committed_at: time(row.committed_at),
        published_at: row.published_at.map(time),
        ..ReviewView::default()
    }
}
