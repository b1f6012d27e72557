//! What can be known of a client before one bids.

use hanse_api::views::{ClientFacts, Response};
use hanse_document::{Did, NodeName};
use hanse_store::Sql;
use hanse_store::jobs::{self, Answers};

use super::person::Records;
use crate::error::UseError;

/// Postings that are looked at, the newest: more than a year of one a week, and as many as the longest page.
const POSTINGS_MAX: i64 = 100;
/// Postings whose bids are looked at, and bids on each: 900 in all, which takes some milliseconds.
const ANSWERED_MAX: (i64, i64) = (30, 30);
/// A whole, in hundredths.
const PERCENT: u64 = 100;

/// What is known of a client here, where `own` is the name of this node.
pub async fn client_facts(
    db: &impl Sql,
    client: &Did,
    home: &NodeName,
    own: &NodeName,
    records: &dyn Records,
) -> Result<ClientFacts, UseError> {
    let found = jobs::postings_of(db, client, POSTINGS_MAX).await?;
    let response = if home == own {
        Some(response(jobs::answers_of(db, client, own, ANSWERED_MAX).await?))
    } else {
        None
    };
    let ended = found.filled.saturating_add(found.unfilled);
    Ok(ClientFacts {
        postings: count(found.postings),
        filled: count(found.filled),
        unfilled: count(found.unfilled),
        running: count(found.postings.saturating_sub(ended)),
        hire_rate_percent: share(found.filled, ended),
        amended: count(found.amended),
        amendments: count(found.amendments),
        response,
        record: records.client(client),
    })
}

fn response(Answers { answered, passed_over, waiting }: Answers) -> Response {
    Response {
        answered: count(answered),
        passed_over: count(passed_over),
        waiting: count(waiting),
        answered_percent: share(answered, answered.saturating_add(passed_over)),
    }
}

fn count(number: i64) -> u32 {
    u32::try_from(number).unwrap_or_default()
}

/// So many of so many, in hundredths, rounded down; `None` of nothing.
fn share(part: i64, whole: i64) -> Option<u32> {
    let (part, whole) = (u64::from(count(part)), u64::from(count(whole)));
    u32::try_from((part * PERCENT).checked_div(whole)?).ok()
}
