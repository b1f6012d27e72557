//! What a peer can make the followers of its logs keep: deep ways in the index, many leaves, long documents.

use std::sync::Arc;
use std::time::Duration;

use hanse_base::clock::{Clock as _, SystemClock};
use hanse_ledger::SubjectKey;
use hanse_network::RANGE_BYTES_MAX;
use tokio::task::JoinSet;

use super::front::{Front, Script};
use super::log::{FakeLog, filler};
use super::logs::BATCH;
use super::people::Person;
use crate::Result;
use crate::inputs::Seeded;

/// Pairs of subjects in one leaf, as many as four kilobytes take: far more than a leaf may have.
const PAIRS: usize = 27;
/// Pages of deep ways. Each page is some 32,000 nodes of the index in every follower.
const DEEP_PAGES: usize = 24;
/// Leaves of a log that is to fill disks.
const LEAVES: u64 = 41_000;
/// Long postings, four megabytes of them a page.
const DOCUMENTS: usize = 1_500;
/// Characters of four bytes in each: with its frame such a posting is 63 KiB, as long as a document may be.
const CHARS: usize = 15_500;
/// People that are invented in one trial, at most: memory of this program.
const IDENTITIES: usize = 40_000;
/// How far the log may be ahead of what was asked for, in leaves, before it waits.
const AHEAD: u64 = 2_048;
/// Between two looks at how far it is.
const LOOK: Duration = Duration::from_millis(20);

/// Two subjects that differ in the last bit.
fn pair(seeded: &mut Seeded) -> [SubjectKey; 2] {
    let mut bytes = seeded.bytes();
    let mut twin = bytes;
    if let (Some(last), Some(other)) = (bytes.last_mut(), twin.last_mut()) {
        *last &= !1;
        *other |= 1;
    }
    [SubjectKey::from_bytes(bytes), SubjectKey::from_bytes(twin)]
}

/// Its reputation log, or its jobs log.
fn log<'a>(front: &Front, script: &'a mut Script, kind: &str) -> Result<&'a mut FakeLog> {
    Ok(script.logs.get_mut(&format!("{}/{kind}", front.seat.name)).ok_or("no log")?)
}

/// Makes the log grow while it is asked for, by batches, until there is no more to add or the attack is over.
async fn grow(
    front: &Arc<Front>,
    kind: &'static str,
    mut batch: impl FnMut(&mut FakeLog) -> Result<bool> + Send + 'static,
) -> Result<String> {
    let (mut lanes, growing) = (JoinSet::new(), Arc::clone(front));
    lanes.spawn(async move {
        loop {
            let more = {
                let mut script = growing.script();
                let asked = script.asked_to(&format!("{}/{kind}", growing.seat.name));
                let log = log(&growing, &mut script, kind)?;
                if log.size() > asked.saturating_add(AHEAD) {
                    true
                } else {
                    let more = batch(log)?;
                    log.seal()?;
                    more
                }
            };
            if !more {
                return std::future::pending().await;
            }
            tokio::time::sleep(LOOK).await;
        }
    });
    front.until_over(lanes).await?;
    let mut script = front.script();
    let asked = script.asked_to(&format!("{}/{kind}", front.seat.name));
    let size = log(front, &mut script, kind)?.size();
    Ok(format!("{size} leaves in its log of {kind}, asked for up to {asked}"))
}

/// A page of leaves, each with many pairs of subjects that differ in the last bit.
pub(super) async fn pairs(front: Arc<Front>) -> Result<String> {
    let mut seeded = Seeded::new(31);
    grow(&front, "reputation", move |log| {
        for number in (0_u64..).take(BATCH) {
            let subjects: Vec<SubjectKey> = (0..PAIRS).flat_map(|_| pair(&mut seeded)).collect();
            log.force(&filler(number, &subjects));
        }
        Ok(false)
    })
    .await
}

/// Leaves with one subject each, every second of which differs from the one before in the last bit: ways as deep as they can be.
pub(super) async fn deep(front: Arc<Front>) -> Result<String> {
    let (mut seeded, mut pages) = (Seeded::new(32), 0);
    grow(&front, "reputation", move |log| {
        for number in (0_u64..).take(BATCH / 2) {
            // About another subject it is another leaf, whatever its number.
            for subject in pair(&mut seeded) {
                log.append(&filler(number, &[subject]), &[])?;
            }
        }
        pages += 1;
        Ok(pages < DEEP_PAGES)
    })
    .await
}

/// Small leaves, each about somebody else.
pub(super) async fn leaves(front: Arc<Front>) -> Result<String> {
    let (mut seeded, mut made) = (Seeded::new(33), 0_u64);
    grow(&front, "reputation", move |log| {
        for _ in 0..BATCH {
            log.append(&filler(made, &[SubjectKey::from_bytes(seeded.bytes())]), &[])?;
            made += 1;
        }
        Ok(made < LEAVES)
    })
    .await
}

/// Postings as long as documents may be, of one person.
pub(super) async fn documents(front: Arc<Front>) -> Result<String> {
    let mut seeded = Seeded::new(34);
    let person = Person::invent(&mut seeded, &front.seat.name, SystemClock.now());
    let genesis = person.genesis(&mut seeded)?;
    {
        let mut script = front.script();
        let people = log(&front, &mut script, "reputation")?;
        people.append(person.identity(&genesis)?.bytes(), &[genesis.bytes()])?;
        people.seal()?;
    }
    let (text, mut made) = ("\u{1f6aa}".repeat(CHARS), 0);
    // A page that its documents make too long carries no checkpoint, and is worth nothing.
    let of_page = RANGE_BYTES_MAX / hanse_document::BYTES_MAX - 1;
    grow(&front, "jobs", move |log| {
        for _ in 0..of_page {
            let posting = person.posting(&mut seeded, "Long", &text)?;
            log.append(person.posted(&posting)?.bytes(), &[posting.bytes()])?;
            made += 1;
        }
        Ok(made < DOCUMENTS)
    })
    .await
}

/// New people in its own log, as fast as they are followed.
pub(super) async fn identities(front: Arc<Front>) -> Result<String> {
    let (mut seeded, mut made, home) = (Seeded::new(35), 0, front.seat.name.clone());
    grow(&front, "reputation", move |log| {
        for _ in 0..BATCH {
            let person = Person::invent(&mut seeded, &home, SystemClock.now());
            let genesis = person.genesis(&mut seeded)?;
            log.append(person.identity(&genesis)?.bytes(), &[genesis.bytes()])?;
            made += 1;
        }
        Ok(made < IDENTITIES)
    })
    .await
}
