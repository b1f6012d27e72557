//! A log of a million leaves: what another one costs, what it takes on disk, and one person's evidence out of it.

use std::time::{Duration, Instant};

use ed25519_dalek::{Signer as _, SigningKey as RawKey};
use hanse_base::names::LogKind;
use hanse_document::Timestamp;
use hanse_document::kind::Custody;
use hanse_ledger::Leaf;
use hanse_store::accounts::{self, IdentityRow};
use hanse_store::log::{self, CosignatureRow};
use hanse_store::{Store, documents};
use hanse_tlog::Checkpoint;
use hanse_trust::Trust;
use hanse_verifier::{Options, Verdict, verify};

use super::database::{Database, Disk};
use super::home::{BATCH, Home, auditor};
use super::sequencer::figure;
use crate::Result;
use crate::inputs::{Seeded, leaves, subject, unsigned};
use crate::measure::{Figure, FileSize, Target, Value, in_turn, summary};
use crate::report::Group;
use crate::world::{Resident, policy};

const HOME: &str = "a.example";
/// Whoever audits its logs: of four, three are a quorum.
const AUDITORS: [&str; 4] = ["b.example", "c.example", "d.example", "e.example"];
/// Batches that are timed at each size.
const BATCHES: usize = 40;
/// Leaves of the log before and after it has grown.
const SMALL: u64 = 10_000;
const GROWN: u64 = 1_000_000;
/// People in it.
const PEOPLE: u64 = 2_000;
const GROWN_PEOPLE: u64 = 200_000;
/// Contracts of two people: of one the log has some fifty leaves, of the other fifty reviews.
const CONTRACTS: [usize; 2] = [15, 50];
/// Bytes of a review's text: a paragraph.
const TEXT: usize = 300;
/// How often each file is made and checked: two of them may be slower than p99.
const SAMPLES: usize = 200;

pub(crate) fn run() -> Result<Group> {
    tokio::runtime::Runtime::new()?.block_on(async {
        let database = Database::start().await?;
        let store = database.store().await?;
        let figures = figures(&store).await;
        store.close();
        database.stop().await?;
        let (figures, values) = figures?;
        Ok(Group { title: "A log that grows (its limit is the same at each size)", figures, values })
    })
}

async fn figures(store: &Store) -> Result<(Vec<Figure>, Vec<Value>)> {
    let home = Home::open(store, HOME, &AUDITORS).await?;
    let own = home.own(LogKind::Reputation);
    let mut seeded = Seeded::new(8);
    let residents: Vec<Resident> = CONTRACTS
        .into_iter()
        .map(|contracts| Resident::new(&mut seeded, HOME, contracts, TEXT))
        .collect::<Result<_>>()?;
    fill(&home, &mut seeded, (SMALL, PEOPLE), &[]).await?;
    let small = figure(store, own, &leaves(&mut seeded, BATCH * BATCHES, PEOPLE)?, BATCH).await?;
    let before = (Disk::of(store).await?, home.size(&own.origin).await?);
    let added: Vec<Leaf> = residents.iter().flat_map(|resident| resident.leaves.clone()).collect();
    fill(&home, &mut seeded, (GROWN, GROWN_PEOPLE), &added).await?;
    let filled = usize::try_from(home.size(&own.origin).await? - before.1)?;
    let (bytes, tables) = Disk::of(store).await?.each_since(&before.0, filled);
    let on_disk = format!("on disk for each of {filled} leaves about {GROWN_PEOPLE} people ({tables})");
    let large = figure(store, own, &leaves(&mut seeded, BATCH * BATCHES, GROWN_PEOPLE)?, BATCH).await?;
    let mut figures =
        vec![named(small, "10,000 leaves, 2,000 people"), named(large, "1,000,000 leaves, 200,000 people")];
    cosigned(&home).await?;
    for resident in &residents {
        kept(&home, resident).await?;
        figures.extend(evidence(&home, resident).await?);
    }
    Ok((figures, vec![Value::new(on_disk, bytes, "bytes")]))
}

fn named(figure: Figure, log: &str) -> Figure {
    Figure { what: format!("{} of {log}", figure.what), ..figure }
}

/// Lets the log have at least so many leaves, about so many people, each at least once; with `added` in order among them, evenly.
async fn fill(home: &Home, seeded: &mut Seeded, (size, people): (u64, u64), added: &[Leaf]) -> Result<()> {
    let mut filled = home.size(&home.own(LogKind::Reputation).origin).await?;
    let mut added = added.iter().peekable();
    let every = size.saturating_sub(filled) / u64::try_from(added.len() + 1)?;
    let mut due = filled + every;
    while filled < size || added.peek().is_some() {
        let mut batch = Vec::with_capacity(BATCH);
        while batch.len() < BATCH {
            let number = filled + u64::try_from(batch.len())?;
            if due <= number
                && let Some(leaf) = added.next()
            {
                batch.push(leaf.clone());
                due += every;
            } else {
                batch
                    .push(unsigned(seeded, subject(if number < people { number } else { number % people }))?);
            }
        }
        filled = home.sequence_all(LogKind::Reputation, &batch).await?;
    }
    Ok(())
}

/// Lets every auditor cosign the newest head.
async fn cosigned(home: &Home) -> Result<()> {
    let mut connection = home.book.base().store().connection().await?;
    let own = home.own(LogKind::Reputation);
    let row = hanse_logbook::head(&connection, &own.origin).await?;
    let head = Checkpoint { origin: own.signer.vkey().name().clone(), size: row.size, root: row.root };
    let time = u64::try_from(home.book.base().now().unix())?;
    let tx = connection.begin().await?;
    for name in AUDITORS {
        let auditor = auditor(name)?;
        let cosigner = auditor.vkey().name().as_str().to_owned();
        let line = format!("{}\n", auditor.cosign(&head, time));
        log::cosign(&tx, &own.origin, &CosignatureRow { size: row.size, cosigner, time, line }).await?;
    }
    Ok(tx.commit().await?)
}

/// Keeps what a node knows of a person besides leaves.
async fn kept(home: &Home, resident: &Resident) -> Result<()> {
    let now = home.book.base().now().unix();
    let mut connection = home.book.base().store().connection().await?;
    let tx = connection.begin().await?;
    for (document, is_public) in &resident.documents {
        documents::insert(&tx, document, *is_public, now).await?;
    }
    let identity = IdentityRow {
        did: resident.person.did.clone(),
        genesis: resident.identity.id(),
        home: resident.person.home.clone(),
        custody: Custody::Own,
        logged_index: None,
    };
    accounts::insert_identity(&tx, &identity).await?;
    Ok(tx.commit().await?)
}

/// Making the file, against reading the same leaves and documents by their ids; and a stranger's check of it, against its signatures.
async fn evidence(home: &Home, resident: &Resident) -> Result<[Figure; 2]> {
    let (trust, did) = (Trust::new(home.book.clone()), &resident.person.did);
    let mut file = Vec::new();
    let (mut ours, mut limits) = (Vec::new(), Vec::new());
    for _ in 0..SAMPLES {
        limits.push(read(home, resident).await?);
        let start = Instant::now();
        file = trust.evidence(did).await?;
        ours.push(start.elapsed());
    }
    let wall = |times: &[Duration]| times.iter().sum();
    let (ours, limit) = (summary(&ours, 1, wall(&ours)), summary(&limits, 1, wall(&limits)));
    let Resident { contracts, about, .. } = resident;
    let what = format!("{about} leaves, {contracts} reviews of 1,000,000 leaves, {} bytes", file.len());
    let p99 = ours.p99_us / 1_000.0;
    let making = Figure::new(
        format!("make evidence: {what}"),
        "the same leaves and documents by their ids, one SELECT each",
        ours,
        limit,
    )
    .aimed_at(Target::at_most("p99 at most 20 ms", p99, 20.0));
    Ok([making, checking(home, resident, &file, &what)?])
}

/// The least that a file is made of.
async fn read(home: &Home, resident: &Resident) -> Result<Duration> {
    let about = resident.person.subject();
    let leaves = resident.leaves.iter().filter(|leaf| leaf.subjects().contains(&about));
    let ids = leaves.map(Leaf::id).collect();
    let hashes: Vec<[u8; 32]> =
        resident.documents.iter().map(|(document, _)| *document.id().hash()).collect();
    let connection = home.book.base().store().connection().await?;
    let start = Instant::now();
    let leaves = log::leaves_by_id(&connection, &home.own(LogKind::Reputation).origin, &ids).await?;
    let documents = documents::find_all(&connection, hashes.iter().copied()).await?;
    let taken = start.elapsed();
    let all = leaves.len() == resident.about && documents.len() == hashes.len();
    if all { Ok(taken) } else { Err("leaves or documents are missing".into()) }
}

fn checking(home: &Home, resident: &Resident, file: &[u8], what: &str) -> Result<Figure> {
    let auditors: Vec<_> = AUDITORS.into_iter().map(auditor).collect::<Result<_>>()?;
    let keys = auditors.iter().map(hanse_tlog::Cosigner::vkey);
    let policy = policy([home.own(LogKind::Reputation).signer.vkey()], keys);
    let now: Timestamp = home.book.base().now();
    let (options, raw) = (Options::default(), RawKey::from_bytes(&[1; 32]));
    let message = [0x5a; 64];
    let (signature, public) = (raw.sign(&message), raw.verifying_key());
    let signatures = resident.signatures + AUDITORS.len() + 1;
    let (ours, limit) = in_turn(
        SAMPLES,
        1,
        |_| {
            let report = verify(file, &policy, now, &options)?;
            let held = report.verdict == Verdict::Valid && report.reviews().count() == resident.contracts;
            if held {
                Ok(())
            } else {
                Err(format!("an honest file does not hold: {:?}", report.verdict).into())
            }
        },
        |_| {
            for _ in 0..signatures {
                public.verify_strict(&message, &signature)?;
            }
            Ok(())
        },
    )?;
    let p99 = ours.p99_us / 1_000.0;
    let size = FileSize { bytes: file.len(), each: file.len() / resident.contracts };
    let limit_is = format!("{signatures} times verify_strict of 64 bytes");
    let figure = Figure::new(format!("check evidence: {what}"), limit_is, ours, limit);
    let figure = figure.aimed_at(Target::at_most("p99 at most 10 ms", p99, 10.0));
    Ok(Figure { file: Some(size), ..figure })
}
