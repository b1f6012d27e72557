//! What a peer can do by its own logs: withhold, show two histories, put lines of others under its heads.

use std::sync::Arc;

use hanse_base::clock::{Clock as _, SystemClock};
use hanse_network::Topic;
use hanse_tlog::{Hash, Note};
use tokio::task::JoinSet;

use super::front::{Front, Manner, Tally};
use super::people::Person;
use super::{OTHER, VICTIM};
use crate::Result;
use crate::inputs::Seeded;

/// Leaves that a head announces and nobody ever gets.
const ANNOUNCED: u64 = 100_000;
/// People, jobs and reviews whose documents are kept back: some pages of each log.
const UNDOCUMENTED: usize = 1_000;
/// Leaves before an index leaf: with it they fill one page.
pub(super) const BATCH: usize = 255;
/// Heads with a forged line.
const FORGED: u64 = 12;

/// Does nothing more until the attack is over.
async fn stay(front: &Front) -> Result<()> {
    let mut lanes = JoinSet::new();
    lanes.spawn(std::future::pending());
    front.until_over(lanes).await
}

/// Heads whose leaves are never handed out: whoever asks is told to come back at once.
pub(super) async fn leaves_busy(front: Arc<Front>) -> Result<String> {
    withhold_leaves(front, Manner::Busy).await
}

/// Heads whose leaves come one at a time, and never with a checkpoint.
pub(super) async fn leaves_slowly(front: Arc<Front>) -> Result<String> {
    withhold_leaves(front, Manner::OneByOne).await
}

async fn withhold_leaves(front: Arc<Front>, manner: Manner) -> Result<String> {
    {
        let mut script = front.script();
        script.manner = manner;
        let mut seeded = Seeded::new(21);
        let root = Hash::from_bytes(seeded.bytes());
        let heads = script.logs.values().map(|log| log.note_of(ANNOUNCED, root)).collect();
        for log in script.logs.values_mut() {
            for number in 0..u64::try_from(UNDOCUMENTED)? {
                log.append(&super::log::filler(number, &[]), &[])?;
            }
        }
        script.announced = heads;
    }
    stay(&front).await?;
    let asked = front.script().pages;
    Ok(format!("asked for {asked} pages"))
}

/// Leaves about people, jobs and reviews, and none of the documents that they commit to.
pub(super) async fn documents(front: Arc<Front>) -> Result<String> {
    let (mut seeded, now) = (Seeded::new(22), SystemClock.now());
    let mut made = 0;
    while made < UNDOCUMENTED {
        let (mut people, mut postings) = (Vec::new(), Vec::new());
        for _ in 0..BATCH / 3 {
            let person = Person::invent(&mut seeded, &front.seat.name, now);
            let genesis = person.genesis(&mut seeded)?;
            let rated = Person::invent(&mut seeded, &front.seat.name, now);
            people.push(person.identity(&genesis)?);
            people.extend(person.sealed_review(&mut seeded, &rated)?);
            postings.push(person.posted(&person.posting(
                &mut seeded,
                "Kept back",
                "Nobody reads this.",
            )?)?);
            made += 1;
        }
        let mut script = front.script();
        for (log, leaves) in [("reputation", people), ("jobs", postings)] {
            let log = script.logs.get_mut(&format!("{}/{log}", front.seat.name)).ok_or("no log")?;
            leaves.iter().try_for_each(|leaf| log.append(leaf.bytes(), &[]))?;
            log.seal()?;
        }
    }
    stay(&front).await?;
    let asked = front.script().pages;
    Ok(format!("{made} people, as many jobs and twice as many leaves of reviews; asked for {asked} pages"))
}

/// Two histories of one log, of the same size: one for each node.
pub(super) async fn equivocates(front: Arc<Front>) -> Result<String> {
    {
        let mut script = front.script();
        let origin = format!("{}/reputation", front.seat.name);
        let log = script.logs.get(&origin).ok_or("no log")?.clone();
        for (number, asker) in (1..).zip([VICTIM, OTHER]) {
            let mut fork = log.clone();
            fork.append(&super::log::filler(number, &[]), &[])?;
            fork.seal()?;
            script.shown.insert((asker.to_owned(), origin.clone()), fork);
        }
    }
    stay(&front).await?;
    Ok("two heads of one size".to_owned())
}

/// Tells the other node alone heads with a line in the name of an auditor whom only the victim knows, and which is forged: will the other
/// node pass them on, and be blamed for them?
pub(super) async fn forges(front: Arc<Front>) -> Result<String> {
    let (tally, mut seeded) = (Tally::default(), Seeded::new(23));
    let (auditor, time) = (super::bystander()?.auditor()?, u64::try_from(SystemClock.now().unix())?);
    for size in 2..2 + FORGED {
        let notes: Vec<Note> = {
            let script = front.script();
            let forged = |log: &super::log::FakeLog, seeded: &mut Seeded| {
                let root = Hash::from_bytes(seeded.bytes());
                // Its line is of another head.
                let line = auditor.cosign(&log.checkpoint_of(size + FORGED, root), time);
                Ok(Note::parse(log.note_of(size, root).as_bytes())?.with_signature(line)?)
            };
            script.logs.values().map(|log| forged(log, &mut seeded)).collect::<Result<_>>()?
        };
        for note in notes {
            tally.count(front.gossip(Topic::Heads, note.to_string().into_bytes()).await?);
        }
    }
    stay(&front).await?;
    Ok(tally.to_string())
}
