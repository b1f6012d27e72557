//! Asks and gossips as fast as it is answered.

use std::sync::Arc;

use hanse_base::clock::{Clock as _, SystemClock};
use hanse_document::NodeName;
use hanse_network::{Bytes, GOSSIP_BYTES_MAX, RANGE_ENTRIES_MAX, Request, Search, Topic};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

use super::VICTIM;
use super::front::{Front, PAUSE, Tally};
use super::people::{Person, gossiped};
use crate::Result;
use crate::inputs::Seeded;

/// Requests of one kind that are kept in flight. The transport sends two of them at a time, as it does for every node, and the others
/// are ready when one is answered.
const IN_FLIGHT: u64 = 4;
/// Documents in a delivery of 256 KiB, each a little smaller than a document may be.
const PARCEL: usize = 4;
/// Characters of four bytes in each of them: with its frame such a posting is 63 KiB.
const PARCEL_CHARS: usize = 15_500;
/// Connections that send noise instead of a handshake.
const NOISY: u64 = 4;
/// Bytes of noise for each.
const NOISE: usize = 4_096;

/// Keeps requests in flight until it is over.
async fn flood(front: &Arc<Front>, make: impl Fn(u64) -> Request + Send + Sync + 'static) -> Result<String> {
    let (tally, mut lanes) = (Tally::default(), JoinSet::new());
    lane(&mut lanes, front, &tally, make);
    front.until_over(lanes).await?;
    Ok(tally.to_string())
}

fn lane(
    lanes: &mut JoinSet<Result<()>>,
    front: &Arc<Front>,
    tally: &Tally,
    make: impl Fn(u64) -> Request + Send + Sync + 'static,
) {
    let make = Arc::new(make);
    for first in 0..IN_FLIGHT {
        let (front, tally, make) = (Arc::clone(front), tally.clone(), Arc::clone(&make));
        lanes.spawn(async move {
            let mut number = first;
            loop {
                tally.count(front.ask(VICTIM, make(number)).await);
                number += IN_FLIGHT;
            }
        });
    }
}

fn pages(number: u64) -> Request {
    let kind = if number.is_multiple_of(2) { "jobs" } else { "reputation" };
    Request::Range { origin: format!("{VICTIM}/{kind}"), start: 0, end: RANGE_ENTRIES_MAX }
}

/// Ranges that end where they start, and ranges behind the end of every log.
fn nothing(number: u64) -> Request {
    let start = if number.is_multiple_of(2) { 5 } else { u64::MAX - 1 };
    Request::Range { origin: format!("{VICTIM}/jobs"), start, end: start + number % 2 }
}

fn search(job: &[u8]) -> Request {
    let search = Search {
        job: Bytes::from(job.to_vec()),
        client: [16, 14, 14, 14, 14, 14, 14],
        freelancer: [16, 14, 14, 14, 14, 14, 14],
        limit: 50,
    };
    Request::Match { search }
}

/// The largest delivery that there is: every document is right, and none is for anybody.
fn parcel(front: &Front) -> Result<Request> {
    let mut seeded = Seeded::new(11);
    let person = Person::invent(&mut seeded, &front.seat.name, SystemClock.now());
    let text = "\u{1f6aa}".repeat(PARCEL_CHARS);
    let documents =
        (0..PARCEL).map(|_| Ok(Bytes::from(person.posting(&mut seeded, "Parcel", &text)?.bytes().to_vec())));
    Ok(Request::Deliver { documents: documents.collect::<Result<_>>()? })
}

pub(super) async fn heads(front: Arc<Front>) -> Result<String> {
    flood(&front, |_| Request::Heads).await
}

pub(super) async fn ranges(front: Arc<Front>) -> Result<String> {
    flood(&front, pages).await
}

pub(super) async fn empty_ranges(front: Arc<Front>) -> Result<String> {
    flood(&front, nothing).await
}

pub(super) async fn deliveries(front: Arc<Front>) -> Result<String> {
    let parcel = parcel(&front)?;
    flood(&front, move |_| parcel.clone()).await
}

pub(super) async fn matches(front: Arc<Front>) -> Result<String> {
    let search = search(&front.job.1);
    flood(&front, move |_| search.clone()).await
}

/// All kinds of requests at once, and gossip beside them.
pub(super) async fn everything(front: Arc<Front>) -> Result<String> {
    let (tally, mut lanes) = (Tally::default(), JoinSet::new());
    let (parcel, search) = (parcel(&front)?, search(&front.job.1));
    lane(&mut lanes, &front, &tally, |_| Request::Heads);
    lane(&mut lanes, &front, &tally, pages);
    lane(&mut lanes, &front, &tally, move |_| parcel.clone());
    lane(&mut lanes, &front, &tally, move |_| search.clone());
    lanes.spawn(talk(Arc::clone(&front), tally.clone()));
    front.until_over(lanes).await?;
    Ok(tally.to_string())
}

/// Bytes that are no document where documents are expected, and connections that speak no protocol at all.
pub(super) async fn malformed(front: Arc<Front>) -> Result<String> {
    let (tally, mut lanes) = (Tally::default(), JoinSet::new());
    lane(&mut lanes, &front, &tally, |number| {
        let noise = Bytes::from(Seeded::new(number).text(NOISE).into_bytes());
        if number.is_multiple_of(2) { Request::Deliver { documents: vec![noise] } } else { search(&noise) }
    });
    for number in 0..NOISY {
        let (victim, tally) = (front.victim, tally.clone());
        lanes.spawn(async move {
            let mut seeded = Seeded::new(number);
            loop {
                let ended = noise(victim, &mut seeded).await;
                tally.count(if ended.is_ok() { "connections of noise" } else { "connections refused" });
                tokio::time::sleep(PAUSE).await;
            }
        });
    }
    front.until_over(lanes).await?;
    Ok(tally.to_string())
}

async fn noise(victim: std::net::SocketAddr, seeded: &mut Seeded) -> Result<()> {
    let mut stream = TcpStream::connect(victim).await?;
    let bytes: Vec<u8> = (0..NOISE / 32).flat_map(|_| seeded.bytes()).collect();
    stream.write_all(&bytes).await?;
    // Whatever it says, it ends.
    stream.read_to_end(&mut Vec::new()).await?;
    Ok(())
}

/// Gossip of the right form on both topics: postings of a home that nobody pins, and heads of its own that are ever larger.
pub(super) async fn gossip(front: Arc<Front>) -> Result<String> {
    let (tally, mut lanes) = (Tally::default(), JoinSet::new());
    lanes.spawn(talk(Arc::clone(&front), tally.clone()));
    front.until_over(lanes).await?;
    Ok(tally.to_string())
}

async fn talk(front: Arc<Front>, tally: Tally) -> Result<()> {
    let (mut seeded, nowhere) = (Seeded::new(12), NodeName::parse("z.example")?);
    let (person, mut size) = (Person::invent(&mut seeded, &nowhere, SystemClock.now()), 1_u64);
    let genesis = person.genesis(&mut seeded)?;
    loop {
        let posting = person.posting(&mut seeded, "Nowhere", "Nobody.")?;
        tally.count(front.gossip(Topic::Jobs, gossiped(&genesis, &posting)).await?);
        size += 1;
        let root = hanse_tlog::Hash::from_bytes(seeded.bytes());
        let notes: Vec<String> = front.script().logs.values().map(|log| log.note_of(size, root)).collect();
        for note in notes {
            tally.count(front.gossip(Topic::Heads, note.into_bytes()).await?);
        }
    }
}

/// Gossip that is nothing, as long as gossip may be.
pub(super) async fn noisy_gossip(front: Arc<Front>) -> Result<String> {
    let (tally, mut lanes) = (Tally::default(), JoinSet::new());
    for topic in Topic::ALL {
        let (front, tally) = (Arc::clone(&front), tally.clone());
        lanes.spawn(async move {
            let mut seeded = Seeded::new(13);
            loop {
                let bytes: Vec<u8> = (0..GOSSIP_BYTES_MAX / 32).flat_map(|_| seeded.bytes()).collect();
                tally.count(front.gossip(topic, bytes).await?);
            }
        });
    }
    front.until_over(lanes).await?;
    Ok(tally.to_string())
}
