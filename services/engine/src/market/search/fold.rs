//! Folding again what a release before has folded: postings, profiles and saved searches, a few rows in a transaction, by the process that leads.

use std::time::Duration;

use hanse_api::requests::JobQuery;
use hanse_base::error::{Failure, UseError};
use hanse_base::rounds::{Round, Rounds};
use hanse_base::stored::StoredDocument;
use hanse_document::DocumentId;
use hanse_document::kind::{Job, Profile};
use hanse_search::FOLDING;
use hanse_store::accounts::{self, StaleProfile};
use hanse_store::jobs::Stale;
use hanse_store::{alerts, jobs};
use tokio_util::sync::CancellationToken;

use crate::Engine;
use hanse_effects::apply::job::lexemes;
use hanse_effects::apply::profile;

/// Rows in one transaction: it locks them, and is over in a fraction of a second.
const BATCH: i64 = 100;
/// Between two transactions: a hundred thousand postings take some minutes, and leave the database to whoever waits for an answer.
const REST: Duration = Duration::from_millis(100);

/// Between two looks that find nothing: what a process of the release before still writes is found by its plain words meanwhile.
const LOOK_EVERY: Duration = Duration::from_secs(60);

/// Folds until it is cancelled.
pub(crate) async fn run(engine: Engine, cancel: CancellationToken) -> Result<(), Failure> {
    let mut rounds = Rounds::new("fold", engine.signals(), cancel, LOOK_EVERY);
    while rounds.round(round(&engine)).await {
        rounds.pace().await;
    }
    Ok(())
}

/// One transaction of each.
pub(crate) async fn round(engine: &Engine) -> Result<Round, UseError> {
    let postings = postings(engine).await?.saturating_add(profiles(engine).await?);
    let folded = postings.saturating_add(searches(engine).await?);
    Ok(if folded == 0 { Round::Idle } else { Round::Rest(REST) })
}

async fn postings(engine: &Engine) -> Result<usize, UseError> {
    let mut connection = engine.store().connection().await?;
    let tx = connection.begin().await?;
    let stale = jobs::stale(&tx, FOLDING, BATCH).await?;
    if !stale.is_empty() {
        let folded: Vec<(DocumentId, Option<String>)> = stale.iter().map(posting).collect();
        jobs::fold_again(&tx, FOLDING, &folded).await?;
        tx.commit().await?;
    }
    Ok(stale.len())
}

/// One whose document is gone, or cannot be read, stays as it is: it is shown to nobody.
fn posting(stale: &Stale) -> (DocumentId, Option<String>) {
    let read = |bytes: &Vec<u8>| match StoredDocument::<Job>::read(bytes, &stale.id) {
        Ok(document) => Some(lexemes(&document.body)),
        Err(error) => {
            tracing::error!(error = &error as &dyn std::error::Error, "a posting is not folded again");
            None
        }
    };
    (stale.id, stale.document.as_ref().and_then(read))
}

/// Profiles of the release before, and of a process of it that still runs.
async fn profiles(engine: &Engine) -> Result<usize, UseError> {
    let mut connection = engine.store().connection().await?;
    let tx = connection.begin().await?;
    let stale = accounts::stale_profiles(&tx, FOLDING, BATCH).await?;
    for StaleProfile { did, document, bytes } in &stale {
        let read = bytes.as_ref().map(|bytes| StoredDocument::<Profile>::read(bytes, document));
        let said = match read.transpose() {
            Ok(said) => said,
            Err(error) => {
                tracing::error!(error = &error as &dyn std::error::Error, "a profile is not folded again");
                None
            }
        };
        profile::fold(&tx, did, document, said.as_ref().map(|said| &said.body)).await?;
    }
    tx.commit().await?;
    Ok(stale.len())
}

async fn searches(engine: &Engine) -> Result<usize, UseError> {
    let mut connection = engine.store().connection().await?;
    let tx = connection.begin().await?;
    let stale = alerts::stale(&tx, FOLDING, BATCH).await?;
    if !stale.is_empty() {
        let folded: Vec<(String, Option<String>)> =
            stale.iter().map(|(id, query)| (id.clone(), words(query))).collect();
        alerts::fold_again(&tx, FOLDING, &folded).await?;
        tx.commit().await?;
    }
    Ok(stale.len())
}

/// What was asked before and is not taken now stays as it is: its plain words are found as they were.
fn words(query: &str) -> Option<String> {
    let query: JobQuery = serde_json::from_str(query).ok()?;
    Some(super::words(&query).ok()??.query)
}
