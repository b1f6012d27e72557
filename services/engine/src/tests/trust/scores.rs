//! Two homes without a network: what counts, since when, and who is shown what.

use hanse_api::requests::StepRequest;
use hanse_base::error::Refusal;
use hanse_base::error::UseError::Refused;
use hanse_base::names::LogKind;
use hanse_document::{Did, DocumentId};
use hanse_ledger::{Leaf, LeafId, Statement};
use hanse_lifecycle::Event;
use hanse_logbook::cosign::{Cosigned, cosign};
use hanse_logbook::heads::{learn, read, with_cosignatures};
use hanse_reputation::{Fixed, SentenceLanguage, Standing};
use hanse_store::{Sql, log};
use hanse_trust::scores::{Feed, round};
use hanse_trust::{ScoreQuestion, ScoreView};
use serde_json::{Value, json};

use crate::Engine;
use crate::testing::Home;

const LOG: &str = "a.example/reputation";
const TWO_YEARS: i64 = 720 * 86_400;
const MONTH: i64 = 30 * 86_400;

/// Home a, whose log home b audits: Vic hired Ada, and Ada hired Bob, who was among the best.
struct World {
    a: Home,
    b: Home,
    vic: Did,
    ada: Did,
    bob: Did,
    feeds: [Feed; 2],
}

fn id(text: &str) -> DocumentId {
    text.parse().unwrap()
}

/// A contract to its close; both have reviewed, and the log has everything.
pub(super) async fn deal(home: &Home, client: &Did, freelancer: &Did, rating: u8) -> DocumentId {
    let contract = closed(home, client, freelancer).await;
    let said = |rating: u8| serde_json::from_value(json!({"rating": rating, "axes": {}})).unwrap();
    home.engine.review(client, &contract, said(rating), false).await.unwrap();
    home.engine.review(freelancer, &contract, said(3), false).await.unwrap();
    for _ in 0..3 {
        home.sequence().await;
    }
    contract
}

pub(super) async fn closed(home: &Home, client: &Did, freelancer: &Did) -> DocumentId {
    let engine = &home.engine;
    let job = home.post(client).await.view.id;
    let bid = id(&home.bid(freelancer, &job).await.view.id);
    let due = home.engine.now().add_seconds(30 * 86_400).unwrap().to_string();
    let pay = json!({"kind": "time_credits", "hours": 12});
    let offer = json!({"scope": "All of it.", "due": due.split('T').next(), "pay": pay});
    let offer = serde_json::from_value(offer).unwrap();
    let contract = id(&engine.offer(client, &bid, offer, false).await.unwrap().view.id);
    engine.accept_offer(freelancer, &contract, false).await.unwrap();
    for _ in 0..3 {
        home.sequence().await;
    }
    for event in [Event::Deliver, Event::AcceptDelivery, Event::AttestPaid, Event::ConfirmReceived] {
        let freelancers = matches!(event, Event::Deliver | Event::ConfirmReceived);
        let person = if freelancers { freelancer } else { client };
        let note = (event == Event::Deliver).then(|| "Here it is.".parse().unwrap());
        let said = StepRequest { note, ..StepRequest::default() };
        engine.step(person, &contract, event, said, false).await.unwrap();
    }
    let too_early = engine.trust().put_again(client, &contract, true).await;
    assert!(matches!(too_early, Err(Refused(Refusal::NotClosed))), "{too_early:?}");
    engine.step(client, &contract, Event::Close, StepRequest::default(), false).await.unwrap();
    contract
}

impl World {
    async fn new() -> Self {
        let (a, b) = (Home::new('a', &['b']).await, Home::new('b', &['a']).await);
        let (vic, ada, bob) = (a.register("vic").await, a.register("ada").await, a.register("bob").await);
        a.sequence().await;
        deal(&a, &vic, &ada, 5).await;
        deal(&a, &ada, &bob, 5).await;
        Self { a, b, vic, ada, bob, feeds: [Feed::default(), Feed::default()] }
    }

    /// Home b follows the log of a and cosigns it; a learns of that.
    async fn audit(&self) -> Cosigned {
        self.b.follow(&self.a).await;
        let (a, b) = (&self.a.engine, &self.b.engine);
        let cosigned = cosign(b.store(), b.log_keys(), LOG, 0, b.now()).await.unwrap();
        if let Cosigned::Signed { size } = cosigned {
            let db = b.store().connection().await.unwrap();
            let kept = log::checkpoint(&db, LOG, size).await.unwrap().unwrap();
            let note = with_cosignatures(&db, LOG, &kept).await.unwrap();
            learn(a.logbook(), &read(a.log_keys(), note.as_bytes()).unwrap()).await.unwrap();
        }
        cosigned
    }

    async fn look(&mut self) {
        let [a, b] = &mut self.feeds;
        round(self.a.engine.trust(), a).await.unwrap();
        round(self.b.engine.trust(), b).await.unwrap();
    }

    fn advance(&self, seconds: i64) {
        self.a.clock.advance(seconds);
        self.b.clock.advance(seconds);
    }
}

fn asks(reader: Option<&Did>, seen_from: &Did, subject: &Did) -> ScoreQuestion {
    let (reader, seen_from, subject) = (reader.cloned(), seen_from.clone(), subject.clone());
    ScoreQuestion { reader, seen_from, subject, language: SentenceLanguage::English }
}

async fn score(engine: &Engine, reader: Option<&Did>, seen_from: &Did, subject: &Did) -> ScoreView {
    engine.trust().score(asks(reader, seen_from, subject)).await.unwrap()
}

fn bytes(view: &impl serde::Serialize) -> String {
    serde_json::to_string(view).unwrap()
}

#[tokio::test]
async fn what_no_quorum_cosigned_counts_nowhere_and_what_it_did_counts_alike_everywhere() {
    let mut world = World::new().await;
    let asked = world.a.engine.trust().score(asks(None, &world.vic, &world.bob)).await;
    assert!(matches!(asked, Err(Refused(Refusal::NotReady))), "nothing was read: {asked:?}");
    world.look().await;
    let (vic, bob) = (world.vic.clone(), world.bob.clone());
    let before = score(&world.a.engine, Some(&vic), &vic, &bob).await;
    assert_eq!(before.explanation.score.finding.standing, Standing::Unknown);
    assert_eq!((before.logs[0].size, before.logs[0].cosigned), (0, false));
    assert!(before.explanation.score.heads.is_empty(), "what does not count is not named");

    assert!(matches!(world.audit().await, Cosigned::Signed { .. }));
    world.look().await;
    let here = score(&world.a.engine, None, &vic, &bob).await;
    assert_eq!(here.explanation.score.finding.voices, Fixed::ONE, "Ada's voice");
    assert_eq!(here.explanation.score.heads.len(), 1);
    let elsewhere = score(&world.b.engine, None, &vic, &bob).await;
    assert_eq!(bytes(&here.explanation), bytes(&elsewhere.explanation));
    assert_eq!(bytes(&here.summary), bytes(&elsewhere.summary));
    assert_eq!(here.summary.completed, 1);

    // The citation is where it says: the leaf that opened Ada's review of Bob.
    let cited = here.explanation.voices[0].entries[0].to_string();
    let place = &here.entries[&cited];
    let db = world.a.engine.store().connection().await.unwrap();
    let leaf = log::leaves(&db, &place.origin, place.index, 1).await.unwrap().remove(0);
    assert_eq!(leaf.id, LeafId::from_hex(&cited).unwrap());
    assert!(matches!(Leaf::parse(&leaf.bytes).unwrap().statement(), Some(Statement::Open { .. })));
    assert_eq!(here.people[&place.author.to_string()].did.as_deref(), Some(world.ada.as_str()));
    let said = &here.sentences[1];
    assert!(said.contains("hired once): 1.0 good."), "{said}");

    // And the history says the same: the entry that made Bob known.
    let told = world.a.engine.trust().score_history(asks(None, &vic, &bob)).await.unwrap();
    let last = told.changes.last().unwrap();
    assert_eq!(last.change.after, here.explanation.score.finding);
    let causes: Vec<String> = told.changes.iter().map(|change| change.change.entry.to_string()).collect();
    assert!(causes.contains(&cited), "{causes:?}");
    assert!(told.changes.iter().all(|change| change.cause.is_some()));
}

#[tokio::test]
async fn a_process_that_begins_later_finds_what_one_that_grew_with_the_log_has() {
    let mut world = World::new().await;
    world.audit().await;
    world.look().await;
    deal(&world.a, &world.vic, &world.bob, 1).await;
    world.audit().await;
    world.look().await;
    let (vic, ada, bob) = (world.vic.clone(), world.ada.clone(), world.bob.clone());
    let second =
        Engine::idle(world.a.engine.config().clone(), world.a.engine.store().clone(), world.a.clock.clone());
    let second = second.unwrap();
    round(second.trust(), &mut Feed::default()).await.unwrap();
    for (viewer, subject) in [(&vic, &bob), (&vic, &ada), (&ada, &bob), (&bob, &ada), (&ada, &vic)] {
        let grown = score(&world.a.engine, None, viewer, subject).await;
        assert_eq!(bytes(&grown), bytes(&score(&second, None, viewer, subject).await));
    }
    let own = score(&second, None, &vic, &bob).await;
    assert_eq!(own.explanation.own.unwrap().bad, Fixed::ONE, "Vic was let down");
}

#[tokio::test]
async fn what_is_old_stays_old_though_auditors_cosign_it_again() {
    let mut world = World::new().await;
    world.audit().await;
    world.look().await;
    let (vic, bob) = (world.vic.clone(), world.bob.clone());
    let fresh = score(&world.a.engine, None, &vic, &bob).await;
    assert_eq!(fresh.explanation.voices[0].good, Fixed::ONE);
    world.advance(TWO_YEARS);
    // The same head, cosigned anew: the line of two years ago is gone from both databases.
    assert!(matches!(world.audit().await, Cosigned::Signed { .. }));
    world.look().await;
    let old = score(&world.a.engine, None, &vic, &bob).await;
    assert_eq!(old.explanation.voices[0].good, Fixed::ratio(1, 2));
    for home in [&world.a, &world.b] {
        let begun =
            Engine::idle(home.engine.config().clone(), home.engine.store().clone(), home.clock.clone());
        let begun = begun.unwrap();
        round(begun.trust(), &mut Feed::default()).await.unwrap();
        let again = score(&begun, None, &vic, &bob).await;
        assert_eq!(bytes(&again.explanation), bytes(&old.explanation));
    }
}

/// A record shows by the datings of a log that stood still that none was left out, and no score is another for it.
#[tokio::test]
async fn a_log_that_stands_still_is_dated_in_each_epoch_and_counts_no_other_way() {
    let mut world = World::new().await;
    world.audit().await;
    world.look().await;
    let (vic, ada) = (world.vic.clone(), world.ada.clone());
    // Ada never reviews Vic in the second contract; its due day comes while nothing is logged any more.
    let contract = closed(&world.a, &vic, &ada).await;
    let said = serde_json::from_value(json!({"rating": 5, "axes": {}})).unwrap();
    world.a.engine.review(&vic, &contract, said, false).await.unwrap();
    world.advance(MONTH / 2);
    crate::effects::expire::look(&world.a.engine).await.unwrap();
    for _ in 0..3 {
        world.a.sequence().await;
    }
    for month in 0..4 {
        world.advance(if month == 0 { 0 } else { MONTH });
        world.audit().await;
        world.look().await;
        world.look().await;
    }
    let grown = score(&world.a.engine, None, &ada, &vic).await;
    assert_eq!((grown.summary.completed, grown.summary.silent), (2, 0));
    let node = hanse_document::NodeName::parse("a.example").unwrap();
    for home in [&world.a, &world.b] {
        let state = home.engine.trust().log_state(&node, LogKind::Reputation).await.unwrap().unwrap();
        let size = |note: &String| note.lines().nth(1).unwrap().parse::<u64>().unwrap();
        let sizes: Vec<u64> = state.datings.iter().map(size).collect();
        assert_eq!(sizes.get(1..), Some(&[state.size; 4][..]), "one for each epoch");
        let begun =
            Engine::idle(home.engine.config().clone(), home.engine.store().clone(), home.clock.clone());
        let begun = begun.unwrap();
        round(begun.trust(), &mut Feed::default()).await.unwrap();
        let again = score(&begun, None, &ada, &vic).await;
        assert_eq!(bytes(&again.summary), bytes(&grown.summary));
    }
    deal(&world.a, &world.vic, &world.bob, 4).await;
    world.audit().await;
    world.look().await;
    let state = world.a.engine.trust().log_state(&node, LogKind::Reputation).await.unwrap().unwrap();
    assert_eq!(state.datings.len(), 5, "the last one grew");
}

#[tokio::test]
async fn a_halted_log_counts_as_far_as_it_was_cosigned_and_says_so() {
    let mut world = World::new().await;
    world.audit().await;
    world.look().await;
    let (ada, bob) = (world.ada.clone(), world.bob.clone());
    let before = score(&world.b.engine, None, &ada, &bob).await;
    let db = world.b.engine.store().connection().await.unwrap();
    assert!(log::halt(&db, LOG, "forked").await.unwrap());
    drop(db);
    world.look().await;
    let after = score(&world.b.engine, None, &ada, &bob).await;
    assert!(after.logs.iter().any(|log| log.origin == LOG && log.halted && log.cosigned));
    assert_eq!(bytes(&before.explanation), bytes(&after.explanation));
}

#[tokio::test]
async fn a_document_that_comes_late_counts_from_then_on() {
    let mut world = World::new().await;
    world.audit().await;
    hide(&world.b.engine, true).await;
    world.look().await;
    let (ada, bob) = (world.ada.clone(), world.bob.clone());
    let without = score(&world.b.engine, None, &ada, &bob).await;
    assert_eq!(without.explanation.own, None);
    hide(&world.b.engine, false).await;
    world.look().await;
    let with = score(&world.b.engine, None, &ada, &bob).await;
    let home = score(&world.a.engine, None, &ada, &bob).await;
    assert_eq!(bytes(&with.explanation), bytes(&home.explanation));
    assert!(with.explanation.own.is_some());
}

/// Keeps the reviews from being shown, as if they had not come.
async fn hide(engine: &Engine, hidden: bool) {
    const HIDE: &str = "UPDATE document SET public = NOT $1 WHERE kind = 'review'";
    let db = engine.store().connection().await.unwrap();
    assert_eq!(db.execute(HIDE, &[&hidden]).await.unwrap(), 4);
}

#[tokio::test]
async fn a_node_that_nobody_audits_reads_its_own_log_and_says_so() {
    let home = Home::new('x', &[]).await;
    let (ada, bob) = (home.register("ada").await, home.register("bob").await);
    home.sequence().await;
    deal(&home, &ada, &bob, 4).await;
    round(home.engine.trust(), &mut Feed::default()).await.unwrap();
    let seen = score(&home.engine, Some(&ada), &ada, &bob).await;
    assert_eq!(seen.explanation.score.finding.standing, Standing::Ranked);
    let [log] = seen.logs.as_slice() else { panic!("one log: {:?}", seen.logs) };
    assert_eq!((log.cosigned, log.halted), (false, false));
    assert!(0 < log.size);
}

#[tokio::test]
async fn nobody_has_a_score_of_themselves_and_a_standpoint_can_be_adopted() {
    let mut world = World::new().await;
    world.audit().await;
    world.look().await;
    let engine = &world.a.engine;
    let (vic, ada, bob) = (&world.vic, &world.ada, &world.bob);
    for reader in [None, Some(ada), Some(bob)] {
        let own = engine.trust().score(asks(reader, ada, ada)).await;
        assert!(matches!(own, Err(Refused(Refusal::OwnScore))), "{own:?}");
        let own = engine.trust().score_history(asks(reader, ada, ada)).await;
        assert!(matches!(own, Err(Refused(Refusal::OwnScore))), "{own:?}");
    }
    // Bob sees himself as Vic does; it is called that, and is what Vic's own place makes.
    let adopted = score(engine, Some(bob), vic, bob).await;
    let own = score(engine, Some(vic), vic, bob).await;
    assert!(adopted.adopted && !own.adopted);
    assert_eq!(adopted.explanation.score.finding, own.explanation.score.finding);
    assert!(adopted.sentences.iter().all(|said| !said.contains("you")), "{:?}", adopted.sentences);
    assert!(own.sentences[0].contains("from where you stand"), "{:?}", own.sentences);
}

#[tokio::test]
async fn a_private_answer_is_for_its_author_alone() {
    let mut world = World::new().await;
    let contract = closed(&world.a, &world.ada, &world.bob).await;
    world.a.sequence().await;
    world.audit().await;
    world.look().await;
    let (vic, ada, bob) = (&world.vic, &world.ada, &world.bob);
    let engine = &world.a.engine;
    let others = [(None, ada, bob), (Some(vic), ada, bob), (Some(vic), vic, bob), (Some(bob), ada, bob)];
    let mut before = Vec::new();
    for (reader, seen_from, subject) in others {
        before.push(bytes(&score(engine, reader, seen_from, subject).await));
        before.push(bytes(&engine.trust().score_history(asks(reader, seen_from, subject)).await.unwrap()));
    }
    let own = score(engine, Some(ada), ada, bob).await;
    let history = engine.trust().score_history(asks(Some(ada), ada, bob)).await.unwrap();
    assert_eq!(own.private, None);
    let facts = bytes(&engine.trust().reputation(bob).await.unwrap());

    engine.trust().put_again(ada, &contract, true).await.unwrap();
    let said = engine.trust().put_again(ada, &contract, false).await.unwrap();
    assert_eq!((said.again, said.about.as_str()), (false, bob.as_str()));
    world.a.sequence().await;
    world.audit().await;
    let [a, _] = &mut world.feeds;
    round(engine.trust(), a).await.unwrap();

    let shown = score(engine, Some(ada), ada, bob).await;
    let private = shown.private.clone().unwrap();
    assert_eq!(private.answers, 1, "the newer answer took the place of the older");
    let public = own.explanation.score.finding.estimate.unwrap();
    assert!(private.finding.estimate.unwrap().lower_bound < public.lower_bound);
    assert_eq!(bytes(&ScoreView { private: None, ..shown }), bytes(&own), "the rest is as it was");
    let same = engine.trust().score_history(asks(Some(ada), ada, bob)).await.unwrap();
    assert_eq!(bytes(&same), bytes(&history));
    let mut after = Vec::new();
    for (reader, seen_from, subject) in others {
        after.push(bytes(&score(engine, reader, seen_from, subject).await));
        after.push(bytes(&engine.trust().score_history(asks(reader, seen_from, subject)).await.unwrap()));
    }
    assert_eq!(before, after);
    assert_eq!(facts, bytes(&engine.trust().reputation(bob).await.unwrap()));
    for stranger in [bob, vic] {
        let none = engine.trust().again(stranger, &contract).await;
        assert!(matches!(none, Err(Refused(Refusal::NotFound(_)))), "{none:?}");
    }
    let foreign = engine.trust().put_again(vic, &contract, true).await;
    assert!(matches!(foreign, Err(Refused(Refusal::NotFound(_)))), "{foreign:?}");
    engine.trust().remove_again(ada, &contract).await.unwrap();
    assert_eq!(score(engine, Some(ada), ada, bob).await.private, None);
}

#[tokio::test]
async fn a_record_reaches_the_ranking() {
    let mut world = World::new().await;
    assert_eq!(world.a.engine.trust().standing(&world.bob).completed, 0);
    world.audit().await;
    world.look().await;
    let [bob, ada] = [&world.bob, &world.ada].map(|person| world.a.engine.trust().standing(person));
    // Two thirds of the odds of one good voice against a newcomer's; see the known answer in reputation.
    assert_eq!((bob.bound, bob.completed, ada.bound), (Some(736_128), 1, None));
    let found = world.a.engine.trust().concentration().await.unwrap();
    assert_eq!((found.raters, found.loudest_thousandths), (3, Some(1_000)));
    let shown: Value =
        serde_json::to_value(world.a.engine.discovery().transparency().await.unwrap()).unwrap();
    assert_eq!(shown["concentration"]["raters"], 3);
}
