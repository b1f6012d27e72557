//! Logs what was planned, round by round, and lets the auditors cosign what they hold.

use super::{Branch, Event, Head, Line, NAMES, Plan, World};

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
    for round in 0..world.rounds.len() {
        for event in plan.events.iter().filter(|event| event.round == round) {
            log(world, event);
        }
        for log in 0..NAMES.len() {
            for branch in 0..world.operators[log].branches.len() {
                seal(&mut world.operators[log].branches[branch]);
                cosign(world, plan, round, (log, branch));
            }
        }
    }
}

fn log(world: &mut World, event: &Event) {
    let branches = world.operators[event.log].branches.iter_mut().enumerate();
    for (_, branch) in branches.filter(|(place, _)| event.only.is_none_or(|only| only == *place)) {
        if event.hidden {
            branch.history.append_hidden(&event.bytes);
        } else {
            branch.history.append(&event.bytes);
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
        branch.heads.push(Head { size: branch.history.size(), lines: Vec::new() });
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
    let others = (0..NAMES.len()).filter(|by| *by != log && !world.silent_auditors.contains(by));
    let cosigners: Vec<usize> = others.filter(|by| lies(by) || (right && follows(by))).collect();
    let at = world.rounds[round].unix();
    let lines = cosigners.into_iter().map(|by| {
        let skew = plan.skewed.get(&by).copied().unwrap_or(0);
        let pace = PACE * i64::try_from(by).unwrap();
        Line { by, at: at + pace + skew, witness: false }
    });
    let lines: Vec<Line> = lines.collect();
    let head = world.operators[log].branches[place].heads.last_mut().unwrap();
    head.lines.extend(lines);
}
