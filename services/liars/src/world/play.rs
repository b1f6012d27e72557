//! Logs what was planned, round by round, and lets the auditors cosign what they hold.

use hanse_ledger::Leaf;

use super::{Branch, Event, Head, Line, NAMES, Plan, Said, Settled, Side, What, World};

/// Seconds between the cosignatures of one operator and the next.
const PACE: i64 = 60;

/// Fills the logs of a world.
pub fn play(world: &mut World, plan: &Plan) {
    for log in 0..NAMES.len() {
        let mut branch = Branch::default();
        if plan.begin_wrongly.contains(&log) {
            branch.history.begin_wrongly();
        } else {
            branch.history.seal();
        }
        let branches = if plan.forks.contains_key(&log) { 2 } else { 1 };
        world.operators[log].branches = vec![branch; branches];
    }
    let mut waiting: Vec<&Event> = Vec::new();
    for round in 0..world.rounds.len() {
        waiting.extend(plan.events.iter().filter(|event| event.round == round));
        // What an honest home does not accept yet, it may when it has seen more.
        loop {
            let before = waiting.len();
            waiting.retain(|event| {
                let lies = world.lying_logs.contains(&event.log);
                let accepted = lies || accepts(world, plan, event);
                if accepted {
                    log(world, plan, event, round);
                }
                !accepted
            });
            if waiting.len() == before {
                break;
            }
        }
        for log in 0..NAMES.len() {
            for branch in 0..world.operators[log].branches.len() {
                seal(&mut world.operators[log].branches[branch]);
                cosign(world, plan, round, (log, branch));
            }
        }
    }
}

/// Whether an honest node files this leaf now.
fn accepts(world: &World, plan: &Plan, event: &Event) -> bool {
    let sees = |log: usize, leaf: &Leaf| {
        let second = plan.forks.get(&log).is_some_and(|second| second.contains(&event.log));
        let history = &world.operators[log].branches[usize::from(second)].history;
        history.place(leaf.bytes()).is_some_and(|place| history.is_right(place + 1))
    };
    let engaged = |contract: usize, side: Side| {
        let of = &world.contracts[contract];
        of.engagement(side).is_some_and(|leaf| sees(world.people[of.party(side)].home, leaf))
    };
    let active = |contract: usize| Side::BOTH.into_iter().all(|side| engaged(contract, side));
    match event.what {
        What::Identity(_) | What::Other | What::Engagement(_, Side::Client) => true,
        What::Engagement(contract, Side::Freelancer) => engaged(contract, Side::Client),
        What::Settle(settled) => {
            let Settled { contract, leaf } = &world.settled[settled];
            let author = world.people[world.contracts[*contract].freelancer].home;
            active(*contract) && (!event.copy || sees(author, leaf))
        }
        What::Commit(said) => {
            let Said { contract, side, commit, .. } = &world.said[said];
            let author = world.people[world.contracts[*contract].party(*side)].home;
            // One review for a slot: the first one stands.
            let rivals = world.said.iter().filter(|other| {
                other.contract == *contract && other.side == *side && other.commit.id() != commit.id()
            });
            let first = rivals.into_iter().all(|rival| !sees(event.log, &rival.commit));
            active(*contract) && first && (!event.copy || sees(author, commit))
        }
        What::Open(said) => {
            let Said { contract, side, commit, open, sealed, binds, .. } = &world.said[said];
            let author = world.people[world.contracts[*contract].party(*side)].home;
            // An honest home files the opening of what it can show and finds fitting.
            let shown = *binds && !world.withheld.contains(sealed.as_bytes());
            sees(event.log, commit) && (!event.copy || (shown && sees(author, open)))
        }
        What::Reply(said) => {
            let Said { contract, side, open, .. } = &world.said[said];
            let author = world.people[world.contracts[*contract].party(*side)].home;
            sees(event.log, open) || sees(author, open)
        }
    }
}

fn log(world: &mut World, plan: &Plan, event: &Event, round: usize) {
    for place in 0..world.operators[event.log].branches.len() {
        if event.only.is_some_and(|only| only != place) {
            continue;
        }
        let branch = &mut world.operators[event.log].branches[place];
        if branch.history.wrong.is_none() && (event.hidden || branch.history.breaks(&event.bytes)) {
            // What was right before is signed and cosigned before.
            seal(branch);
            cosign(world, plan, round, (event.log, place));
        }
        let history = &mut world.operators[event.log].branches[place].history;
        if event.hidden {
            history.append_hidden(&event.bytes);
        } else {
            history.append(&event.bytes);
        }
    }
}

/// A new checkpoint, if there is anything new.
fn seal(branch: &mut Branch) {
    let newest = branch.heads.last().map_or(1, |head| head.size);
    if newest < branch.history.size() {
        branch.history.seal();
    }
    if branch.heads.last().is_none_or(|head| head.size < branch.history.size()) {
        branch.heads.push(Head {
            size: branch.history.size(),
            root: branch.history.root(),
            lines: Vec::new(),
        });
    }
}

/// The auditors cosign the newest checkpoint: the honest ones what they follow, hold and found right.
fn cosign(world: &mut World, plan: &Plan, round: usize, (log, place): (usize, usize)) {
    let history = &world.operators[log].branches[place].history;
    let held = history.opened.iter().all(|(_, review)| !world.withheld.contains(review.as_bytes()));
    let right = held && history.is_right(history.size());
    let lies = |by: &usize| world.lying_auditors.contains(by);
    let follows = |by: &usize| {
        let second = plan.forks.get(&log).is_some_and(|second| second.contains(by));
        second == (place == 1)
    };
    let others = (0..NAMES.len()).filter(|by| *by != log);
    let cosigners: Vec<usize> = others.filter(|by| lies(by) || (right && follows(by))).collect();
    let at = world.rounds[round].unix();
    let lines = cosigners.into_iter().map(|by| {
        let skew = plan.skewed.get(&by).copied().unwrap_or(0);
        let pace = PACE * i64::try_from(by).unwrap();
        // Who keeps silent as an auditor may still say, by the other key, that it saw the checkpoint.
        Line { by, at: at + pace + skew, witness: world.silent_auditors.contains(&by) }
    });
    let lines: Vec<Line> = lines.collect();
    let head = world.operators[log].branches[place].heads.last_mut().unwrap();
    head.lines.extend(lines);
}
