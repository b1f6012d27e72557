//! Worlds before and after an attack.

use super::random::Random;
use super::world::{Data, World};

/// Viewers for whom attacks are measured.
const VIEWERS: usize = 30;
/// Honest people whose order and values are watched.
const TARGETS: usize = 200;
/// Honest people who are slandered.
const VICTIMS: usize = 5;
/// A ring.
const SYBILS: usize = 1_000;
/// Accounts of low standing that collude.
const COLLUDERS: usize = 20;

/// Who plays which part; drawn from a seed.
#[derive(Clone, Debug)]
pub(crate) struct Cast {
    pub(crate) viewers: Vec<u32>,
    pub(crate) targets: Vec<u32>,
    /// Everyone not known to be dishonest who has some standing: whoever can be led to endorse an attacker.
    pub(crate) honest: Vec<u32>,
    low: Vec<u32>,
    thin: Vec<u32>,
    random: Random,
}

/// A scene: the same people before and after.
#[derive(Debug)]
pub(crate) struct Scene {
    pub(crate) id: String,
    pub(crate) before: World,
    pub(crate) after: World,
    /// Those whose value the attack is meant to change.
    pub(crate) subjects: Vec<u32>,
}

impl Cast {
    /// Honest: not labelled as a fraud, and rated well on balance. Viewers have five contacts or more, targets three raters.
    pub(crate) fn drawn(data: &Data, seed: u64) -> Self {
        let mut random = Random::seeded(seed);
        let (net, raters) = data.world.received();
        let mut contacts = vec![0_u32; net.len()];
        for rating in data.world.ratings.iter().filter(|rating| rating.good()) {
            if let Some(contacts) = contacts.get_mut(super::world::place(rating.from)) {
                *contacts += 1;
            }
        }
        let people = || (0..data.world.people).zip(net.iter().zip(&raters).zip(&contacts));
        let good = |person: &u32, net: i32| !data.frauds.contains(person) && 0 < net;
        let pick = |keep: &dyn Fn(u32, i32, u32, u32) -> bool| -> Vec<u32> {
            let kept = people()
                .filter(|(person, ((net, raters), contacts))| keep(*person, **net, **raters, **contacts));
            kept.map(|(person, _)| person).collect()
        };
        let honest = pick(&|person, net, _, _| good(&person, net));
        let viewers = pick(&|person, net, _, contacts| good(&person, net) && 5 <= contacts);
        let targets = pick(&|person, net, raters, _| good(&person, net) && 3 <= raters);
        let low = pick(&|person, net, raters, _| net <= 0 && 1 <= raters && !data.trusted.contains(&person));
        let thin = pick(&|person, net, _, _| net == 1 && !data.trusted.contains(&person));
        let viewers = random.sample(&viewers, VIEWERS);
        let targets = random.sample(&targets, TARGETS);
        let low = random.sample(&low, COLLUDERS);
        let thin = random.sample(&thin, COLLUDERS);
        Self { viewers, targets, honest, low, thin, random }
    }

    /// Some honest people.
    pub(crate) fn some(&mut self, count: usize) -> Vec<u32> {
        self.random.sample(&self.honest, count)
    }

    /// A1: a newcomer with `good` and `bad` honest ratings, and then a ring of Sybils that praises itself and the newcomer.
    pub(crate) fn ring(&mut self, world: &World, good: usize, bad: usize) -> Scene {
        let mut before = world.clone();
        let boss = before.add_person();
        for (place, rater) in self.some(good + bad).into_iter().enumerate() {
            before.rate(rater, boss, place < good);
        }
        let mut after = before.clone();
        let ring = after.add_people(SYBILS);
        praise_in_a_ring(&mut after, &ring, boss);
        before.people = after.people;
        Scene {
            id: format!("A1 ring of 1,000, {good} good {bad} bad honest"),
            before,
            after,
            subjects: vec![boss],
        }
    }

    /// A3: Sybils, whom `edges` honest people have rated well, slander five honest people.
    pub(crate) fn slander(&mut self, world: &World, edges: usize) -> Scene {
        let mut before = world.clone();
        let sybils = before.add_people(SYBILS);
        for (honest, sybil) in self.some(edges).into_iter().zip(&sybils) {
            before.rate(honest, *sybil, true);
        }
        let mut after = before.clone();
        let victims = self.random.sample(&self.targets, VICTIMS);
        for sybil in &sybils {
            for victim in &victims {
                after.rate(*sybil, *victim, false);
            }
        }
        Scene { id: format!("A3 slander, {edges} honest edges"), before, after, subjects: victims }
    }

    /// A4: real accounts rate each other: twenty of bad standing (rated badly on balance), or twenty of thin standing (one
    /// good rating more than bad ones).
    pub(crate) fn collusion(&self, world: &World, bad: bool) -> Scene {
        let (accounts, name) = if bad { (&self.low, "bad") } else { (&self.thin, "thin") };
        let mut after = world.clone();
        for one in accounts {
            for other in accounts {
                after.rate(*one, *other, true);
            }
        }
        let id = format!("A4 twenty of {name} standing");
        Scene { id, before: world.clone(), after, subjects: accounts.clone() }
    }

    /// A7: Sybils with one honest endorsement each promote one newcomer.
    pub(crate) fn bought(&mut self, world: &World, edges: usize) -> Scene {
        let mut before = world.clone();
        let boss = before.add_person();
        let sybils = before.add_people(edges);
        for (honest, sybil) in self.some(edges).into_iter().zip(&sybils) {
            before.rate(honest, *sybil, true);
        }
        let mut after = before.clone();
        for sybil in &sybils {
            after.rate(*sybil, boss, true);
        }
        Scene { id: format!("A7 {edges} bought edges"), before, after, subjects: vec![boss] }
    }

    /// A10: a contact of one viewer turns, vouches for a newcomer, and leads to Sybils through `front` of them, who lead to the
    /// others. Before: the contact's own word alone.
    pub(crate) fn betrayal(&mut self, world: &World, contact: u32, front: usize, sybils: usize) -> Scene {
        let (mut before, boss, crowd) = turned(world, contact, front, sybils);
        before.rate(contact, boss, true);
        let mut after = before.clone();
        for sybil in crowd {
            after.rate(sybil, boss, true);
        }
        let id = format!("A10 betrayed contact, front {front}, {sybils} Sybils");
        Scene { id, before, after, subjects: vec![boss] }
    }

    /// A10s: the same Sybils slander honest people.
    pub(crate) fn betrayal_slander(&mut self, world: &World, contact: u32, victims: &[u32]) -> Scene {
        let (before, _, crowd) = turned(world, contact, 10, SYBILS);
        let mut after = before.clone();
        for sybil in crowd {
            for victim in victims {
                after.rate(sybil, *victim, false);
            }
        }
        Scene { id: "A10s betrayed contact slanders".to_owned(), before, after, subjects: victims.to_vec() }
    }

    /// A contact of `viewer`, not one of the targets.
    pub(crate) fn contact_of(&mut self, world: &World, viewer: u32) -> Option<u32> {
        let good = world.ratings.iter().filter(|rating| rating.from == viewer && rating.good());
        let contacts: Vec<u32> =
            good.map(|rating| rating.to).filter(|to| !self.targets.contains(to)).collect();
        self.random.sample(&contacts, 1).first().copied()
    }
}

fn praise_in_a_ring(world: &mut World, ring: &[u32], boss: u32) {
    for (one, next) in ring.iter().zip(ring.iter().cycle().skip(1)) {
        world.rate(*one, boss, true);
        world.rate(*one, *next, true);
        world.rate(boss, *one, true);
    }
}

fn turned(world: &World, contact: u32, front: usize, sybils: usize) -> (World, u32, Vec<u32>) {
    let mut world = world.clone();
    let boss = world.add_person();
    let crowd = world.add_people(sybils);
    for one in crowd.iter().take(front) {
        world.rate(contact, *one, true);
        for other in crowd.iter().skip(front) {
            world.rate(*one, *other, true);
        }
    }
    (world, boss, crowd)
}
