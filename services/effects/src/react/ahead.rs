//! Engagements before their turn: people wait for them, and a log may have thousands of other leaves first. They have the same
//! effect again when the reactor comes by, which is none.

use hanse_base::error::UseError;
use hanse_base::names::LogKind;
use hanse_store::{contracts, log};

use super::contracts::engaged_before;
use crate::apply::Apply;
use hanse_logbook::Logbook;

/// Contracts in one look; what is left is found by the next, or by the reactor.
const CONTRACTS_MAX: i64 = 64;

/// Looks for engagements of contracts here that stand in a log and have not been reacted to.
pub async fn engagements(logbook: &Logbook) -> Result<(), UseError> {
    let mut connection = logbook.base().store().connection().await?;
    for contract in contracts::engaged_ahead(&connection, CONTRACTS_MAX).await? {
        let tx = connection.begin().await?;
        log::hold(&tx, &LogKind::Reputation.origin(&contract.client_home)).await?;
        engaged_before(&Apply::home(logbook, &tx), &contract.id).await?;
        tx.commit().await?;
        logbook.base().signals().committed();
    }
    Ok(())
}
