//! A hostile pinned peer against two honest nodes that are processes of their own.
//!
//! The peer has the keys that both have pinned, speaks the wire as every node does, and breaks what rules it can. Each attack has a
//! federation of its own, so that none begins with what another has left. While it lasts, what two honest people do between the two honest
//! nodes must go on; what it costs the first node, the victim, is told beside.

mod attacks;
mod fills;
mod floods;
mod front;
mod honest;
mod invents;
mod judge;
mod log;
mod logs;
mod people;
mod seat;
mod site;
mod stalls;
mod watch;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use tokio::runtime::Runtime;

use self::attacks::{ATTACKS, Attack};
use self::front::Front;
use self::honest::{Honest, vouched, waited};
use self::judge::Scene;
use self::seat::Seat;
use self::site::{Site, addresses};
use self::watch::{Seen, Watch};
use crate::{Error, Result, report};

/// The honest node that is attacked, the other one, and the peer.
const VICTIM: &str = "a.example";
const OTHER: &str = "b.example";
const PEER: &str = "e.example";
/// The title of postings that nobody has posted.
const INVENTED: &str = "Invented";
/// How long the victim is watched before an attack.
const CALM: Duration = Duration::from_secs(3);

/// What a run is to do.
pub(crate) struct Plan {
    attacks: Vec<&'static Attack>,
    node: PathBuf,
}

impl Plan {
    /// From the words behind `peer`: names of attacks or of groups of them, and `--node PATH`.
    pub(crate) fn read(words: &[String]) -> Result<Self> {
        let mut node = std::env::current_exe()?.with_file_name("hanse-node");
        let (mut chosen, mut words) = (Vec::new(), words.iter());
        while let Some(word) = words.next() {
            if word == "--node" {
                node = words.next().ok_or("--node PATH")?.into();
                continue;
            }
            let named = |attack: &&Attack| attack.name == word || attack.group() == word;
            let of_word: Vec<&Attack> = ATTACKS.iter().filter(named).collect();
            if of_word.is_empty() {
                let names: Vec<&str> = ATTACKS.iter().map(|attack| attack.name).collect();
                return Err(format!("no attack {word:?}; there are {}", names.join(", ")).into());
            }
            chosen.extend(of_word);
        }
        let attacks = if chosen.is_empty() { ATTACKS.iter().collect() } else { chosen };
        Ok(Self { attacks, node })
    }
}

/// Runs the attacks one after the other and tells of each; an error if something broke.
pub(crate) fn run(plan: &Plan) -> Result<()> {
    report::machine_alone();
    let mut broke = Vec::new();
    for attack in &plan.attacks {
        report::heading(&format!("{}: {}", attack.name, attack.what));
        if !trial(plan, attack)? {
            broke.push(attack.name);
        }
    }
    if broke.is_empty() { Ok(()) } else { Err(format!("broke: {}", broke.join(", ")).into()) }
}

/// A place that only the victim pins, where nobody sits.
fn bystander() -> Result<Seat> {
    Seat::new("n.example", 0x1e, SocketAddr::from(([127, 0, 0, 1], 1)))
}

/// One attack on a new federation. `true` if everything held.
fn trial(plan: &Plan, attack: &Attack) -> Result<bool> {
    let [p2p] = addresses()?;
    let (seat, bystander) = (Seat::new(PEER, 0xe5, p2p)?, bystander()?);
    let mut site = Site::start(&plan.node, &seat, attack.apart.then_some(&bystander))?;
    let honest = Honest::settle(&site)?;
    let nodes = if attack.apart { vec![&site.b] } else { vec![&site.a, &site.b] };
    let front = Arc::new(Front::new(seat, site.a.p2p, &nodes, honest.job.clone())?);
    let runtime = Runtime::new()?;
    runtime.block_on(async {
        front.connect(p2p, false).await?;
        front.until_heard().await
    })?;
    for kind in ["jobs", "reputation"] {
        vouched(&site.a, kind, 0)?;
        for node in &nodes {
            let origin = format!("{PEER}/{kind}");
            waited("the peer's logs are followed", || {
                Ok(Some(node.mirror(&origin)?.0).filter(|size| *size > 0))
            })?;
        }
    }
    let watch = Watch::start(&site.a, &honest.ada.token)?;
    thread::sleep(CALM);
    let (calm, standing) = (watch.stop(&site.a)?, site.a.score_of(OTHER)?);

    let watch = Watch::start(&site.a, &honest.ada.token)?;
    let attacking = runtime.spawn((attack.run)(Arc::clone(&front)));
    thread::sleep(Duration::from_secs(attack.seconds));
    let mut broke = Vec::new();
    match honest.work(&site) {
        Ok(worked) => report::lines(&[worked]),
        Err(error) => broke.push(error.to_string()),
    }
    if let Err(error) = site.both_live() {
        broke.push(error.to_string());
    } else {
        let seen = watch.stop(&site.a)?;
        tell(&calm, &seen);
        let scene = Scene { site: &site, honest: &honest, standing };
        report::lines(&[scene.standings()?]);
        broke.extend(scene.judge(&seen)?);
        broke.extend((attack.judge)(&scene)?);
    }
    front.end();
    let did = runtime.block_on(attacking).map_err(Error::from)??;
    report::lines(&[format!("the peer: {did}"), verdict(&broke)]);
    runtime.shutdown_background();
    if broke.is_empty() {
        return Ok(true);
    }
    report::lines(&[format!("what was left stays in {}", site.keep().display())]);
    Ok(false)
}

fn verdict(broke: &[String]) -> String {
    if broke.is_empty() { "held".to_owned() } else { format!("broke: {}", broke.join("; ")) }
}

/// Says what the attack cost the victim, beside what it cost to be left alone.
fn tell(calm: &Seen, seen: &Seen) {
    let mebibytes = |bytes: u64| bytes.div_ceil(1024 * 1024);
    let milliseconds = |seen: &Seen| (seen.waits.p50_us / 1e3, seen.waits.p99_us / 1e3);
    let ((p50_before, p99_before), (p50, p99)) = (milliseconds(calm), milliseconds(seen));
    let ((before, _), (_, most)) = (calm.resident, seen.resident);
    report::lines(&[
        format!(
            "{VICTIM}: memory {} \u{2192} {} MiB at most; processor {:.2} \u{2192} {:.2} s a second; disk {:+.1} MiB",
            mebibytes(before),
            mebibytes(most),
            calm.processor,
            seen.processor,
            seen.disk,
        ),
        format!(
            "GET /v1/me: p50 {p50_before:.1} \u{2192} {p50:.1} ms, p99 {p99_before:.1} \u{2192} {p99:.1} ms; {} answered, {} not",
            seen.waits.samples, seen.failed
        ),
    ]);
}
