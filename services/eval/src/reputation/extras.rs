//! Attacks that need staging of their own, each with what must hold exactly.

use std::collections::BTreeSet;

use hanse_reputation::{Epoch, Estimate, Label, Parameters, PrivateAnswer, Standpoint, lot, rank};
use serde::Serialize;

use super::attacks::Cast;
use super::methods::{Judge, Method, bound, float, ranked};
use super::random::Random;
use super::statistics::{largest, mean};
use super::world::{Data, World, person};

/// A named number and what it must be.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Figure {
    pub(crate) name: String,
    pub(crate) value: f64,
    /// At most this, where a bound was set beforehand.
    pub(crate) at_most: Option<f64>,
    /// At least this.
    pub(crate) at_least: Option<f64>,
    /// The value for each draw of people, where several were made.
    pub(crate) draws: Vec<f64>,
}

fn figure(name: &str, value: f64, at_most: Option<f64>) -> Figure {
    Figure { name: name.to_owned(), value, at_most, at_least: None, draws: Vec::new() }
}

/// A5: whom a new identity would help.
pub(crate) fn whitewash(data: &Data, cast: &Cast, parameters: Parameters) -> Result<Vec<Figure>, String> {
    let judge = Judge::of(&data.world, parameters)?;
    let newcomer = bound(parameters.of_a_newcomer());
    let rated_badly: BTreeSet<u32> =
        data.world.ratings.iter().filter(|rating| !rating.good()).map(|rating| rating.to).collect();
    let faultless: BTreeSet<u32> =
        cast.targets.iter().copied().filter(|target| !rated_badly.contains(target)).collect();
    let targets: BTreeSet<u32> = cast.targets.iter().copied().collect();
    let groups = [
        ("people labelled as trustworthy", &data.trusted, Some(0.0), Some(0.05)),
        ("targets whom nobody ever rated badly", &faultless, Some(0.0), Some(0.05)),
        ("all honest targets", &targets, None, None),
        ("labelled frauds", &data.frauds, None, None),
    ];
    let mut figures = Vec::new();
    for (name, group, better_most, place_most) in groups {
        let all: Vec<u32> = group.iter().copied().collect();
        let global = judge.scores(Method::Global, 0, &all)?;
        let below = global.iter().filter(|value| **value < newcomer).count() as f64;
        let (mut known, mut better_off, mut places) = (0.0, 0.0, Vec::new());
        let mut behind = 0.0;
        for viewer in &cast.viewers {
            let mut values = Vec::new();
            for person in group.iter().filter(|person| *person != viewer) {
                let finding = judge.finding(*viewer, *person)?;
                let below = finding.estimate.is_some_and(|estimate| bound(estimate) < newcomer);
                behind += f64::from(u8::from(below && ranked(&finding)));
                values.extend(finding.estimate.map(bound));
            }
            known += values.len() as f64;
            better_off += values.iter().filter(|value| **value < newcomer).count() as f64;
            if !values.is_empty() {
                places.push(super::statistics::percentile(newcomer, &values));
            }
        }
        let share = better_off / f64::max(known, 1.0);
        figures.push(figure(
            &format!("A5 {name}: better off with a new identity, where known"),
            share,
            better_most,
        ));
        figures.push(figure(
            &format!("A5 {name}: the same, and in the list that has an order"),
            behind / f64::max(known, 1.0),
            None,
        ));
        figures.push(figure(
            &format!("A5 {name}: better off by the objective summary"),
            below / f64::max(all.len() as f64, 1.0),
            None,
        ));
        figures.push(figure(
            &format!("A5 {name}: percentile of a newcomer among them"),
            mean(&places),
            place_most,
        ));
    }
    Ok(figures)
}

/// A10s in closed form: k good voices, one of them turned bad, with and without confirmation.
pub(crate) fn one_bad_voice(parameters: Parameters) -> Result<Vec<Figure>, String> {
    let mut figures = Vec::new();
    for confirm_bad in [false, true] {
        for good in [1, 3, 5, 10, 20] {
            let mut world = World { now: Epoch(600), ..World::default() };
            let (viewer, subject) = (world.add_person(), world.add_person());
            let contacts = world.add_people(good + 1);
            for (place, contact) in contacts.iter().enumerate() {
                world.rate(viewer, *contact, true);
                world.rate(*contact, subject, place != good);
            }
            let judge = Judge::of(&world, Parameters { confirm_bad, ..parameters })?;
            let after = judge.shown(&judge.finding(viewer, subject)?);
            let rule = if confirm_bad { "bad counts single until confirmed" } else { "bad counts double" };
            figures.push(figure(
                &format!("A10s {good} good voices and a bad one, {rule}: lower bound"),
                after,
                None,
            ));
        }
    }
    Ok(figures)
}

/// A newcomer whose first client lies.
pub(crate) fn lying_client(
    data: &Data,
    cast: &mut Cast,
    parameters: Parameters,
) -> Result<Vec<Figure>, String> {
    let mut figures = Vec::new();
    for confirm_bad in [false, true] {
        let (mut falls, mut in_list) = (Vec::new(), Vec::new());
        for viewer in cast.viewers.clone() {
            let Some(client) = cast.contact_of(&data.world, viewer) else { continue };
            let mut world = data.world.clone();
            let newcomer = world.add_person();
            world.rate(client, newcomer, false);
            let judge = Judge::of(&world, Parameters { confirm_bad, ..parameters })?;
            let finding = judge.finding(viewer, newcomer)?;
            falls.push(bound(parameters.of_a_newcomer()) - judge.shown(&finding));
            in_list.push(f64::from(u8::from(ranked(&finding))));
        }
        let rule = if confirm_bad { "single until confirmed" } else { "double" };
        figures.push(figure(
            &format!("first client lies, bad {rule}: fall of the lower bound"),
            mean(&falls),
            None,
        ));
        figures.push(figure(
            &format!("first client lies, bad {rule}: viewers who rank the victim"),
            mean(&in_list),
            Some(0.0),
        ));
    }
    Ok(figures)
}

/// One client gives small jobs to everybody, is rated well for it, and then vouches for an accomplice.
pub(crate) fn small_jobs(data: &Data, cast: &Cast, parameters: Parameters) -> Result<Vec<Figure>, String> {
    let mut figures = Vec::new();
    for small in [true, false] {
        let mut world = data.world.clone();
        let (client, accomplice) = (world.add_person(), world.add_person());
        for other in &cast.honest {
            world.rate(client, *other, true);
            world.rate(*other, client, true);
        }
        for rating in world.ratings.iter_mut().skip(data.world.ratings.len()) {
            rating.small = small;
        }
        world.rate(client, accomplice, true);
        let judge = Judge::of(&world, parameters)?;
        let (mut voices, mut in_list) = (Vec::new(), Vec::new());
        for viewer in &cast.viewers {
            let finding = judge.finding(*viewer, accomplice)?;
            voices.push(float(finding.voices));
            in_list.push(f64::from(u8::from(ranked(&finding))));
        }
        let size = if small { "small" } else { "ordinary" };
        let name = |what: &str| format!("{size} jobs for everybody: {what}");
        figures.push(figure(&name("voices for the accomplice, mean"), mean(&voices), None));
        figures.push(figure(&name("voices for the accomplice, most"), largest(&voices), Some(1.0)));
        figures.push(figure(&name("viewers who rank the accomplice"), mean(&in_list), Some(0.0)));
    }
    Ok(figures)
}

/// Ten clones of one rater behind one contact; dates in the future.
pub(crate) fn clones_and_dates(
    data: &Data,
    cast: &mut Cast,
    parameters: Parameters,
) -> Result<Vec<Figure>, String> {
    let (mut most, mut moved) = (Vec::new(), 0.0);
    for viewer in cast.viewers.clone() {
        let Some(contact) = cast.contact_of(&data.world, viewer) else { continue };
        let mut world = data.world.clone();
        let boss = world.add_person();
        for clone in world.add_people(10) {
            world.rate(contact, clone, true);
            world.rate(clone, boss, true);
        }
        let now = Judge::of(&world, parameters)?.finding(viewer, boss)?;
        for rating in world.ratings.iter_mut().skip(data.world.ratings.len()) {
            rating.epoch = Epoch(u32::MAX);
        }
        let future = Judge::of(&world, parameters)?.finding(viewer, boss)?;
        most.push(float(now.voices));
        moved += f64::from(u8::from(now != future));
    }
    Ok(vec![
        figure("ten clones of one identity: voices, most", largest(&most), Some(1.0)),
        figure("dates in the future: findings that differ from those of today", moved, Some(0.0)),
    ])
}

/// 200 honest contacts and 200 Sybils, all equal; 128 are followed. Sybils are the best of 64 ground ids each.
pub(crate) fn ground_ids(parameters: Parameters) -> Result<Vec<Figure>, String> {
    const EACH: usize = 200;
    let now = Epoch(600);
    let viewer = person(0);
    let mut figures = Vec::new();
    for (name, other, epoch, at_most) in [
        ("by the bytes of the id", None, now, Some(0.55)),
        ("for another viewer", Some(person(7)), now, Some(0.55)),
        ("for this viewer and an earlier month", Some(viewer), Epoch(599), Some(0.55)),
        ("for this viewer and this month", Some(viewer), now, None),
    ] {
        let mut world = World { now, ..World::default() };
        let you = world.add_person();
        let honest = world.add_people(EACH);
        let subject = world.add_person();
        let mut ground = Vec::new();
        for _ in 0..EACH {
            let candidates = world.add_people(64);
            let rank = |candidate: &u32| {
                let id = person(*candidate);
                (other.map_or(0, |other| lot(&id, &other, epoch)), id)
            };
            ground.extend(candidates.into_iter().min_by_key(rank));
        }
        for contact in honest.iter().chain(&ground) {
            world.rate(you, *contact, true);
            world.rate(*contact, subject, true);
        }
        let graph = world.graph(parameters)?;
        let seen =
            graph.explain(Standpoint::own(viewer), &person(subject)).map_err(|error| error.to_string())?;
        let bad = ground.iter().map(|sybil| person(*sybil));
        let bad: BTreeSet<_> = bad.collect();
        let heard = seen.voices.iter().filter(|voice| bad.contains(&voice.rater)).count() as f64;
        let share = heard / seen.voices.len().max(1) as f64;
        figures.push(figure(
            &format!("ids ground {name}: their share of equal contacts that are followed"),
            share,
            at_most,
        ));
    }
    Ok(figures)
}

/// What a served score tells of private answers; and whether order and repetition of the log matter.
pub(crate) fn leaks(data: &Data, cast: &Cast, parameters: Parameters) -> Result<Vec<Figure>, String> {
    let judge = Judge::of(&data.world, parameters)?;
    let ratings = data.world.ratings.iter().zip(0..);
    let entries: Vec<_> = ratings.map(|(rating, number)| super::world::entry(rating, number)).collect();
    let shuffled = Random::seeded(77).sample(&entries, entries.len());
    let other = hanse_reputation::Graph::build(parameters, data.world.now, shuffled)
        .map_err(|error| error.to_string())?;
    let (mut private_moves, mut served_moves, mut order_moves) = (0.0, 0.0, 0.0);
    for viewer in &cast.viewers {
        let viewer = person(*viewer);
        let mut scores = Vec::new();
        for target in cast.targets.iter().map(|target| person(*target)).filter(|target| *target != viewer) {
            let before =
                judge.graph.score(Standpoint::own(viewer), &target).map_err(|error| error.to_string())?;
            let answers = [PrivateAnswer { about: target, epoch: judge.graph.epoch(), again: false }];
            let private =
                judge.graph.private_score(&viewer, &answers, &target).map_err(|error| error.to_string())?;
            let after =
                judge.graph.score(Standpoint::own(viewer), &target).map_err(|error| error.to_string())?;
            private_moves += f64::from(u8::from(private.for_its_author() != &before.finding));
            served_moves += f64::from(u8::from(before != after));
            let reordered =
                other.score(Standpoint::own(viewer), &target).map_err(|error| error.to_string())?;
            order_moves += f64::from(u8::from(before != reordered));
            scores.push(before);
        }
        let mut backwards = scores.clone();
        backwards.reverse();
        order_moves += f64::from(u8::from(rank(scores) != rank(backwards)));
    }
    Ok(vec![
        figure("private answers: served scores that changed", served_moves, Some(0.0)),
        figure("private answers: findings that changed for their author", private_moves, None),
        figure("shuffled log: scores and rankings that differ", order_moves, Some(0.0)),
    ])
}

/// Twenty small good contracts, then one that is broken.
pub(crate) fn on_off(parameters: Parameters) -> Result<Vec<Figure>, String> {
    let mut figures = Vec::new();
    let mut world = World { now: Epoch(600), ..World::default() };
    let (viewer, subject) = (world.add_person(), world.add_person());
    let clients = world.add_people(21);
    for client in &clients {
        world.rate(viewer, *client, true);
    }
    for client in clients.iter().take(20) {
        world.rate(*client, subject, true);
        if let Some(rating) = world.ratings.last_mut() {
            (rating.small, rating.label) = (true, Label::AmongTheBest);
        }
    }
    let before: Option<Estimate> = Judge::of(&world, parameters)?.finding(viewer, subject)?.estimate;
    if let Some(last) = clients.last() {
        world.rate(*last, subject, false);
    }
    let after = Judge::of(&world, parameters)?.finding(viewer, subject)?.estimate;
    for (name, estimate) in [("before", before), ("after", after)] {
        let value = estimate.map_or(0.0, bound);
        figures.push(figure(
            &format!("twenty small contracts, then one broken: lower bound {name}"),
            value,
            None,
        ));
    }
    Ok(figures)
}
