//! What must be so after an attack, besides that honest people could work.

use serde_json::Value;

use super::honest::{Honest, waited};
use super::site::{Node, Site};
use super::watch::Seen;
use super::{INVENTED, OTHER, PEER, VICTIM};
use crate::Result;

/// Memory that no single peer may make a node take: half of what `k8s/base` gives one, the rest of which is for people.
const MEMORY_BYTES_MAX: u64 = 512 * 1024 * 1024;
/// Of a hundred requests of somebody who is signed in, so many may be turned away.
const FAILED_PERCENT_MAX: usize = 1;
/// What an honest peer's score may lose meanwhile: less than one rejected message costs, and more than fades in a minute.
const SCORE_LOSS_MAX: f64 = 5.0;
/// Postings that a node takes of one home before their log shows them.
const UNLOGGED_MAX: usize = 32;
/// Bids that a job takes of people of one other home.
const BIDS_OF_HOME_MAX: usize = 200;

/// What there is to be judged.
pub(super) struct Scene<'a> {
    pub(super) site: &'a Site,
    pub(super) honest: &'a Honest,
    /// The other honest node's score at the victim before the attack.
    pub(super) standing: f64,
}

impl Scene<'_> {
    /// How the victim sees the peer and the other node, in words.
    pub(super) fn standings(&self) -> Result<String> {
        let a = &self.site.a;
        let mut said = vec![
            format!("scores at {VICTIM}: {PEER} {:.1}", a.score_of(PEER)?),
            format!("{OTHER} {:.1} \u{2192} {:.1}", self.standing, a.score_of(OTHER)?),
        ];
        for kind in ["reputation", "jobs"] {
            let origin = format!("{PEER}/{kind}");
            let (size, halted) = a.mirror(&origin)?;
            let halted = halted.map(|why| format!(", halted: {why}")).unwrap_or_default();
            said.push(format!("{origin} {size} leaves{halted}"));
        }
        Ok(said.join("; "))
    }

    /// What no attack may break.
    pub(super) fn judge(&self, seen: &Seen) -> Result<Vec<String>> {
        let mut broke = Vec::new();
        let (_, most) = seen.resident;
        if most > MEMORY_BYTES_MAX {
            broke.push(format!("{VICTIM} has taken {} MiB", most / (1024 * 1024)));
        }
        if seen.failed * 100 > (seen.waits.samples + seen.failed) * FAILED_PERCENT_MAX {
            broke.push(format!("{} of the requests of somebody who is signed in failed", seen.failed));
        }
        let score = self.site.a.score_of(OTHER)?;
        if score < self.standing - SCORE_LOSS_MAX {
            broke.push(format!(
                "the score of {OTHER} at {VICTIM} fell from {:.1} to {score:.1}",
                self.standing
            ));
        }
        for (node, peer) in [(&self.site.a, OTHER), (&self.site.b, VICTIM)] {
            for kind in ["reputation", "jobs"] {
                broke.extend(halted(node, &format!("{peer}/{kind}"))?);
            }
        }
        Ok(broke)
    }
}

/// That a log is halted which must not be.
fn halted(node: &Node, origin: &str) -> Result<Option<String>> {
    Ok(node.mirror(origin)?.1.map(|why| format!("{} has halted {origin}: {why}", node.name)))
}

/// Nothing besides what no attack may break.
pub(super) fn nothing_else(_: &Scene<'_>) -> Result<Vec<String>> {
    Ok(Vec::new())
}

/// Of a home's invented postings few are shown.
pub(super) fn few_invented(scene: &Scene<'_>) -> Result<Vec<String>> {
    let shown = scene.site.a.read(&format!("/v1/jobs?text={INVENTED}&limit=100"))?;
    let shown = shown.get("items").and_then(Value::as_array).map_or(0, Vec::len);
    Ok(if shown > UNLOGGED_MAX { vec![format!("{shown} invented postings are shown")] } else { Vec::new() })
}

/// Of one home's bids few are taken, and that of somebody from elsewhere is.
pub(super) fn few_bids(scene: &Scene<'_>) -> Result<Vec<String>> {
    let job = &scene.honest.job.0;
    let (mut bids, mut cursor) = (0, String::new());
    loop {
        let page =
            scene.honest.ada.sees(&format!("/v1/jobs/{job}/bids?limit=50{cursor}"))?.unwrap_or_default();
        bids += page.get("items").and_then(Value::as_array).map_or(0, Vec::len);
        let Some(next) = page.get("next").and_then(Value::as_str) else { break };
        cursor = format!("&cursor={next}");
    }
    let mut broke = Vec::new();
    if bids > BIDS_OF_HOME_MAX {
        broke.push(format!("{bids} bids of one home on one job"));
    }
    if let Err(error) = scene.honest.bid(job) {
        broke.push(format!("no honest bid on that job: {error}"));
    }
    Ok(broke)
}

/// Both nodes have halted the log with two histories, and the peer's other log goes on.
pub(super) fn one_log_halted(scene: &Scene<'_>) -> Result<Vec<String>> {
    let mut broke = Vec::new();
    for node in [&scene.site.a, &scene.site.b] {
        let forked = format!("{PEER}/reputation");
        let seen = waited(&format!("{} halts {forked}", node.name), || Ok(node.mirror(&forked)?.1));
        if let Err(error) = seen {
            broke.push(error.to_string());
        }
        broke.extend(halted(node, &format!("{PEER}/jobs"))?);
    }
    Ok(broke)
}
