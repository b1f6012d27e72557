//! What counts, and what does not.

use hanse_document::kind::{Axis, Review, Role};
use hanse_document::{DocumentId, Kind, LeafRef, Number, SigningKey};
use hanse_ledger::Statement;
use hanse_reputation::record::{AsClient, Elsewhere, Rated, UNDATED};
use hanse_reputation::{Ending, Epoch, Label, ReviewState};

use crate::world::{A, B, Contract, TODAY, World, Written, entry_id, log_of};

#[test]
fn an_opened_review_is_an_entry() {
    let mut world = World::new();
    let (contract, written) = world.rated("ana", "vera", 4);
    let mut reading = world.read();
    reading.dated(&log_of(B), 4, TODAY);
    assert!(reading.changes().anew, "it has a day now");
    let [counted] = reading.entries()[..] else { panic!("one entry") };
    assert_eq!(counted.entry.id, entry_id(&written.open));
    assert_eq!((counted.entry.author, counted.entry.subject), (world.person("ana"), world.person("vera")));
    assert_eq!(counted.entry.verdict, Label::Better.verdict());
    assert_eq!(counted.entry.epoch, Epoch::of_day(TODAY));
    assert_eq!((counted.origin.as_str(), counted.index), ("b.example/reputation", 3));
    assert_eq!(counted.own, contract.client_engagement.id());
    assert_eq!(reading.entry(&counted.entry.id), Some(counted));
    assert_eq!(reading.did(&counted.entry.subject), Some(world.somebody("vera").did.clone()));
}

#[test]
fn both_sides_count_alike() {
    let mut world = World::new();
    let (contract, _) = world.rated("ana", "vera", 5);
    let back = world.write(&contract, Role::Freelancer, 2);
    world.publish(&contract, Role::Freelancer, &back);
    let reading = world.read();
    let entries = reading.entries();
    assert_eq!(entries.len(), 2);
    assert!(entries.iter().all(|counted| counted.entry.epoch == UNDATED));
    let of_ana = reading.contracts(&world.person("ana"));
    assert_eq!(of_ana.len(), 1);
    assert_eq!((of_ana[0].review, of_ana[0].ending), (ReviewState::Opened, Ending::Completed));
    assert_eq!(of_ana[0].counterparty, world.person("vera"));
    assert_eq!(world.logs[&log_of(A)].len(), 6);
}

/// How many entries count when everything is read.
fn counted(world: &World) -> usize {
    world.read().entries().len()
}

fn pair() -> (World, Contract) {
    let mut world = World::new();
    let contract = world.contract("ana", "vera");
    (world, contract)
}

/// What the review is changed to, and whom it is then about.
fn rebound(change: impl FnOnce(&mut World, &mut Review)) -> usize {
    let (mut world, contract) = pair();
    let mut body = world.body(&contract, Role::Client, 5);
    change(&mut world, &mut body);
    let written = world.seal(&contract, Role::Client, "ana", body);
    world.publish(&contract, Role::Client, &written);
    counted(&world)
}

#[test]
fn a_review_that_does_not_fit_its_contract_counts_nowhere() {
    assert_eq!(rebound(|_, _| {}), 1);
    assert_eq!(rebound(|world, body| body.id = world.somebody("zoe").did.clone()), 0, "another person");
    assert_eq!(rebound(|_, body| body.role = Role::Freelancer), 0, "the other side");
    assert_eq!(
        rebound(|_, body| body.contract = DocumentId::new(Kind::Offer, [8; 32])),
        0,
        "another contract"
    );
    assert_eq!(rebound(|_, body| body.engagement = LeafRef::from_bytes([8; 32])), 0, "no engagement");
    let other = |world: &mut World, body: &mut Review| {
        let other = world.contract("ana", "zoe");
        body.engagement = other.client_engagement.id().into();
    };
    assert_eq!(rebound(other), 0, "an engagement of another contract of hers");
}

/// Where Vera's word says that her record is, her engagement is missing; or Ana's names another log as Vera's.
#[test]
fn an_engagement_counts_only_where_the_contract_says() {
    let count = |hers: &str, names: &str| {
        let mut world = World::new();
        let contract = world.agree("ana", "vera");
        let own = world.engage("ana", &contract.offer, names, &contract.freelancer_slot);
        world.push(A, &own);
        world.push(hers, &contract.freelancer_engagement);
        let mut body = world.body(&contract, Role::Client, 5);
        body.engagement = own.id().into();
        let written = world.seal(&contract, Role::Client, "ana", body);
        world.publish(&contract, Role::Client, &written);
        counted(&world)
    };
    assert_eq!(count(B, B), 1);
    assert_eq!(count(A, B), 0, "her engagement is not in her own log");
    assert_eq!(count(B, "c.example"), 0, "Ana's engagement names another log as hers");
}

/// Dora contracts with Vera and hands her slot to Ana, who never worked with Vera.
#[test]
fn a_slot_that_was_sold_gives_no_voice() {
    let mut world = World::new();
    let contract = world.contract("dora", "vera");
    let offer = world.offer("ana", "vera", &contract.client_slot);
    let own = world.engage("ana", &offer, B, &contract.freelancer_slot);
    world.push(A, &own);
    // Of Dora's contract, so that Vera's acceptance fits but for the client that it names.
    let mut body = world.body(&contract, Role::Client, 1);
    body.engagement = own.id().into();
    let written = world.seal(&contract, Role::Client, "ana", body);
    world.publish(&contract, Role::Client, &written);
    world.documents.push(offer);
    assert_eq!(counted(&world), 0);
    assert!(world.read().lacking().is_empty(), "it is here, and does not count");
}

#[test]
fn nobody_speaks_without_a_slot() {
    let (mut world, contract) = pair();
    let written = world.write(&contract, Role::Client, 1);
    let stranger = SigningKey::from_seed([77; 32]);
    let commit = Statement::Commit {
        commitment: written.document.commitment(),
        engagement: contract.freelancer_engagement.id(),
    };
    let commit = world.leaf("vera", &commit, &stranger);
    let open = world.leaf("vera", &Statement::Open { cites: commit.id() }, &stranger);
    let forged = Written { document: written.document, commit, open };
    world.publish(&contract, Role::Client, &forged);
    assert_eq!(counted(&world), 0, "a key that no engagement names");
}

/// Strangers seal words of their own before the slot's key does, and open its words for it.
#[test]
fn strangers_neither_come_first_nor_open() {
    let (mut world, contract) = pair();
    let (lie, truth) = (world.write(&contract, Role::Client, 1), world.write(&contract, Role::Client, 5));
    let engagement = contract.freelancer_engagement.id();
    let strangers: Vec<SigningKey> = (70..90).map(|seed| SigningKey::from_seed([seed; 32])).collect();
    for stranger in &strangers {
        let commitment = lie.document.commitment();
        let commit = world.leaf("vera", &Statement::Commit { commitment, engagement }, stranger);
        world.push(A, &commit);
    }
    world.push(A, &truth.commit);
    for stranger in &strangers {
        let open = world.leaf("vera", &Statement::Open { cites: truth.commit.id() }, stranger);
        world.push(A, &open);
    }
    world.documents.extend([lie.document, truth.document, contract.acceptance]);
    assert_eq!(counted(&world), 0, "nobody who may has opened it");
    assert!(world.read().lacking().is_empty());
    world.push(A, &truth.open);
    let reading = world.read();
    let [counted] = reading.entries()[..] else { panic!("one entry") };
    assert_eq!(counted.entry.id, entry_id(&truth.open));
}

/// The slot's key signed it about somebody else: it is no word about the party of the engagement.
#[test]
fn a_leaf_about_another_says_nothing_of_the_party() {
    let (mut world, contract) = pair();
    let written = world.write(&contract, Role::Client, 1);
    let commit = Statement::Commit {
        commitment: written.document.commitment(),
        engagement: contract.freelancer_engagement.id(),
    };
    let commit = world.leaf("zoe", &commit, &contract.client_slot);
    let open = world.leaf("zoe", &Statement::Open { cites: commit.id() }, &contract.client_slot);
    world.publish(&contract, Role::Client, &Written { document: written.document, commit, open });
    assert_eq!(counted(&world), 0);
}

#[test]
fn a_slot_speaks_once_and_the_authors_log_decides() {
    let (mut world, contract) = pair();
    let (good, bad) = (world.write(&contract, Role::Client, 5), world.write(&contract, Role::Client, 1));
    // The rated person's home puts the good one first, the author's the bad one.
    for (node, order) in [(A, [&bad, &good]), (B, [&good, &bad])] {
        for written in order {
            world.push(node, &written.commit);
            world.push(node, &written.open);
        }
    }
    world.documents.extend([good.document, bad.document, contract.acceptance]);
    let reading = world.read();
    let [counted] = reading.entries()[..] else { panic!("one entry") };
    assert_eq!(counted.entry.verdict, Label::Broken.verdict());
    assert_eq!(counted.entry.id, entry_id(&bad.open));
}

/// Vera names seven keys of her own beside Ana's, or Ana seven of hers beside Vera's: that is no engagement, and no voice.
#[test]
fn an_engagement_with_more_slots_opens_none() {
    for slots in [1_u8, 2, 8] {
        for whose in [Role::Client, Role::Freelancer] {
            let mut world = World::new();
            let mut contract = world.agree("ana", "vera");
            let mut engage = |whose: Role| {
                let (who, document, there, slot) = match whose {
                    Role::Client => ("ana", &contract.offer, B, &contract.freelancer_slot),
                    Role::Freelancer => ("vera", &contract.acceptance, A, &contract.client_slot),
                };
                let mut keys = vec![slot.public()];
                keys.extend((1..slots).map(|more| SigningKey::from_seed([more; 32]).public()));
                let commitment = document.commitment();
                let statement =
                    Statement::Engagement { commitment, due: TODAY + 10, log: log_of(there), slots: keys };
                let key = SigningKey::from_seed(*world.somebody(who).key.seed());
                world.leaf(who, &statement, &key)
            };
            match whose {
                Role::Client => contract.client_engagement = engage(whose),
                Role::Freelancer => contract.freelancer_engagement = engage(whose),
            }
            world.push(A, &contract.client_engagement);
            world.push(B, &contract.freelancer_engagement);
            let written = world.write(&contract, Role::Client, 5);
            world.publish(&contract, Role::Client, &written);
            // The same words by each of the keys.
            for more in 1..slots {
                let slot = SigningKey::from_seed([more; 32]);
                let engagement = contract.freelancer_engagement.id();
                let commitment = written.document.commitment();
                let commit = world.leaf("vera", &Statement::Commit { commitment, engagement }, &slot);
                let open = world.leaf("vera", &Statement::Open { cites: commit.id() }, &slot);
                world.push(A, &commit);
                world.push(A, &open);
            }
            let (reading, vera) = (world.read(), world.person("vera"));
            assert_eq!(reading.entries().len(), usize::from(slots == 1), "{slots} slots");
            assert!(reading.lacking().is_empty());
            assert_eq!(reading.contracts(&vera).len(), usize::from(slots == 1));
            let elsewhere: u64 = reading.elsewhere(|_| true, 9).0.values().map(|there| there.contracts).sum();
            assert_eq!(elsewhere, if slots == 1 { 2 } else { 1 });
        }
    }
}

#[test]
fn what_rests_on_other_logs_is_counted() {
    let mut world = World::new();
    world.rated("ana", "vera", 5);
    world.contract("bo", "vera");
    let (reading, a, b) = (world.read(), log_of(A), log_of(B));
    let rows = |of: &str, most: usize| {
        let (rows, more) = reading.elsewhere(|log| *log == *of, most);
        (rows.into_iter().map(|(log, there)| (log.to_owned(), there)).collect::<Vec<_>>(), more)
    };
    assert_eq!(rows(&b, 9), (vec![(b.clone(), Elsewhere { contracts: 2, opened: 0 })], 0));
    assert_eq!(rows(&a, 9), (vec![(a.clone(), Elsewhere { contracts: 2, opened: 1 })], 0));
    assert_eq!(rows("c.example/reputation", 9), (vec![], 0));
    let (first, more) = reading.elsewhere(|_| true, 1);
    assert_eq!((first.len(), first.values().map(|there| there.contracts).sum::<u64>() + more), (1, 4));
}

/// Signed today, and dated sixty days later: a dating in between is missing.
#[test]
fn an_entry_much_younger_than_its_words_is_told() {
    let mut world = World::new();
    world.rated("ana", "vera", 5);
    let late = |dated: Option<u32>, now: u32| {
        let mut reading = world.read();
        if let Some(day) = dated {
            reading.dated(&log_of(B), reading.read(&log_of(B)), day);
            reading.changes();
        }
        let late = reading.late(Epoch::of_day(now));
        late.map(|(late, dated)| (late.origin.clone(), late.signed.0, dated.0)).collect::<Vec<_>>()
    };
    let signed = Epoch::of_day(TODAY).0;
    assert_eq!(late(None, TODAY + 30), [], "an epoch later is no delay");
    assert_eq!(late(None, TODAY + 60), [(log_of(A), signed, signed + 2)]);
    assert_eq!(late(Some(TODAY + 60), TODAY + 900), [(log_of(B), signed, signed + 2)]);
    assert_eq!(late(Some(TODAY + 30), TODAY + 900), []);
}

/// Whoever lives at B and is badly rated has B leave the review out: A's log says it all the same.
#[test]
fn a_home_that_hides_a_review_hides_nothing() {
    let (mut world, contract) = pair();
    let written = world.write(&contract, Role::Client, 1);
    world.push(A, &written.commit);
    world.push(A, &written.open);
    world.documents.extend([written.document, contract.acceptance]);
    assert_eq!(counted(&world), 1);
}

/// A third log is neither side's home.
#[test]
fn another_log_proves_nothing() {
    let (mut world, contract) = pair();
    let written = world.write(&contract, Role::Client, 5);
    world.logs.insert(log_of("c.example"), Vec::new());
    world.push("c.example", &written.commit);
    world.push("c.example", &written.open);
    world.documents.extend([written.document, contract.acceptance]);
    assert_eq!(counted(&world), 0);
}

/// Vera has never met Ana: she engages with a key of her own as Ana's, and a helper of hers signs as what Ana would say.
#[test]
fn nobody_is_made_to_speak_by_an_engagement_with_oneself() {
    let mut world = World::new();
    let mut contract = world.agree("ana", "vera");
    contract.client_slot = SigningKey::from_seed([55; 32]);
    contract.freelancer_engagement = world.engage("vera", &contract.acceptance, A, &contract.client_slot);
    world.push(B, &contract.freelancer_engagement);
    let offer = world.offer("bo", "vera", &contract.client_slot);
    let helper = world.engage("bo", &offer, B, &contract.freelancer_slot);
    world.push(A, &helper);
    let mut body = world.body(&contract, Role::Client, 5);
    body.engagement = helper.id().into();
    let forged = world.seal(&contract, Role::Client, "bo", body);
    world.publish(&contract, Role::Client, &forged);
    assert_eq!(counted(&world), 0);
}

#[test]
fn what_is_missing_is_said() {
    let (mut world, contract) = pair();
    let written = world.write(&contract, Role::Client, 5);
    world.publish(&contract, Role::Client, &written);
    assert!(world.read().lacking().is_empty());
    let documents = std::mem::take(&mut world.documents);
    for document in documents {
        world.documents = vec![document];
        let reading = world.read();
        assert!(reading.entries().is_empty());
        assert_eq!(reading.lacking(), [entry_id(&written.open)]);
    }
}

#[test]
fn silence_and_sealed_words_show_once_their_time_is_over() {
    let mut world = World::new();
    let (contract, _) = world.rated("ana", "vera", 5);
    let ana = world.person("ana");
    let state = |world: &World, day: Option<u32>| {
        let mut reading = world.read();
        if let Some(day) = day {
            reading.dated(&log_of(B), reading.read(&log_of(B)), day);
            reading.changes();
        }
        let [contract] = reading.contracts(&ana)[..] else { panic!("one contract") };
        contract.review
    };
    assert_eq!(state(&world, None), ReviewState::Awaited);
    assert_eq!(state(&world, Some(TODAY + 10)), ReviewState::Awaited, "due on that day");
    assert_eq!(state(&world, Some(TODAY + 60)), ReviewState::Silent);
    let sealed = world.write(&contract, Role::Freelancer, 1);
    world.push(B, &sealed.commit);
    assert_eq!(state(&world, Some(TODAY + 10)), ReviewState::Awaited);
    assert_eq!(state(&world, Some(TODAY + 60)), ReviewState::Withheld);
    world.push(B, &sealed.open);
    world.documents.extend([sealed.document, contract.offer]);
    assert_eq!(state(&world, Some(TODAY + 60)), ReviewState::Opened);
}

#[test]
fn a_client_is_known_by_a_confirmed_payment_or_a_review_that_counts() {
    let mut world = World::new();
    let (ana, vera) = (world.person("ana"), world.person("vera"));
    let settle = |world: &mut World, contract: &Contract, key: &SigningKey| {
        let commitment = contract.offer.commitment();
        let statement = Statement::Settle { commitment, engagement: contract.client_engagement.id() };
        let leaf = world.leaf("ana", &statement, key);
        world.push(A, &leaf);
    };
    let paid = world.contract("ana", "vera");
    settle(&mut world, &paid, &paid.freelancer_slot);
    assert_eq!((world.read().as_client(&ana).contracts, world.read().as_client(&ana).settled), (1, 1));
    assert_eq!(world.read().as_client(&vera), AsClient::default(), "the freelancer is no client");

    let unsaid = world.contract("ana", "vera");
    settle(&mut world, &unsaid, &unsaid.client_slot);
    assert_eq!(world.read().as_client(&ana).contracts, 1, "nobody confirms a payment of their own");

    let rated = world.contract("ana", "vera");
    let mut body = world.body(&rated, Role::Freelancer, 4);
    body.axes.insert(Axis::Payment, Number::new(2).unwrap());
    body.axes.insert(Axis::Clarity, Number::new(5).unwrap());
    let written = world.seal(&rated, Role::Freelancer, "vera", body);
    world.publish(&rated, Role::Freelancer, &written);
    let of_ana = world.read().as_client(&ana);
    assert_eq!((of_ana.contracts, of_ana.settled), (2, 1));
    assert_eq!(of_ana.payment, Rated { ratings: 1, sum: 2 });
    assert_eq!((of_ana.clarity.sum, of_ana.scope_stability.ratings), (5, 0));

    // Her own review of the freelancer says that she is the client.
    world.rated("ana", "vera", 5);
    assert_eq!(world.read().as_client(&ana).contracts, 3);
}
