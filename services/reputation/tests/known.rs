//! Cases that can be worked out by hand, and what goes wrong on purpose.
#![expect(clippy::unwrap_used, reason = "test code: a failure is the finding")]

mod common;

use common::{NOW, entry, graph, id, person, score};
use hanse_reputation::{
    Contract, Ending, Entry, EntryError, Epoch, Estimate, Fixed, Graph, Label, Parameters, ReviewState,
    ScoreError, Size, Standing, Standpoint, Verdict, history, lot, rank,
};

const BEST: Label = Label::AmongTheBest;
const WORST: Label = Label::Broken;
const ME: u8 = 1;
const ANA: u8 = 2;
const BO: u8 = 3;
const CARL: u8 = 4;
const VERA: u8 = 9;

/// Entries numbered as they stand.
fn entries(said: &[(u8, u8, Label)]) -> Vec<Entry> {
    said.iter()
        .zip(0..)
        .map(|((author, subject, label), number)| entry(number, *author, *subject, *label))
        .collect()
}

fn thousandths(estimate: Option<Estimate>) -> (u64, u64) {
    let parts = |number: Fixed| number.times(Fixed::whole(1_000)).steps() >> Fixed::BITS;
    let estimate = estimate.unwrap();
    (parts(estimate.mean), parts(estimate.lower_bound))
}

#[test]
fn a_newcomer_is_unknown() {
    let graph = graph(&entries(&[(ANA, VERA, BEST)]));
    let found = score(&graph, ME, VERA).finding;
    assert_eq!((found.standing, found.estimate, found.voices), (Standing::Unknown, None, Fixed::ZERO));
    // Beta(1, ½): mean 2/3, and 2/3 − 1.2816·√(2/9 / 2.5) = 0.2845…
    assert_eq!(thousandths(Some(Parameters::default().of_a_newcomer())), (666, 284));
}

#[test]
fn a_contact_is_one_voice() {
    let graph = graph(&entries(&[(ME, ANA, BEST), (ANA, VERA, BEST)]));
    let found = score(&graph, ME, VERA).finding;
    assert_eq!((found.voices, found.contacts, found.standing), (Fixed::ONE, 1, Standing::LittleKnown));
    // Beta(2, ½): mean 0.8, and 0.8 − 1.2816·√(0.16 / 3.5) = 0.5259…
    assert_eq!(thousandths(found.estimate), (799, 525), "rounded down, as everything is");
}

#[test]
fn bad_voices_count_double() {
    let (a, b) = (ANA, BO);
    let graph = graph(&entries(&[(ME, a, BEST), (ME, b, BEST), (a, VERA, BEST), (b, VERA, WORST)]));
    let found = score(&graph, ME, VERA).finding;
    assert_eq!((found.good, found.bad, found.standing), (Fixed::ONE, Fixed::ONE, Standing::Ranked));
    // Beta(2, 2½): mean 0.4444, and that − 1.2816·√(0.2469 / 5.5) = 0.1729…
    assert_eq!(thousandths(found.estimate), (444, 172));
}

#[test]
fn a_single_bad_voice_can_be_made_to_wait_for_another() {
    let said = entries(&[(ME, ANA, BEST), (ME, BO, BEST), (ANA, VERA, BEST), (BO, VERA, WORST)]);
    let parameters = Parameters { confirm_bad: true, ..Parameters::default() };
    let found = Graph::build(parameters, NOW, said).unwrap();
    // Beta(2, 1½).
    assert_eq!(thousandths(score(&found, ME, VERA).finding.estimate).0, 571);
}

#[test]
fn a_friend_of_a_friend_speaks_through_the_friend() {
    let graph = graph(&entries(&[(ME, BO, BEST), (BO, CARL, BEST), (CARL, VERA, BEST)]));
    // P = ½ / 1½ = 1/3; c·P = 1/6, which is κ: a full voice.
    let seen = graph.explain(Standpoint::own(person(ME)), &person(VERA)).unwrap();
    assert_eq!(seen.score.finding.voices, Fixed::ONE);
    assert_eq!(seen.voices.len(), 1);
    assert_eq!(seen.voices[0].entries, [id(2)]);
    let route = &seen.voices[0].routes[0];
    assert_eq!((route.contact, route.through), (person(BO), None));
    assert_eq!(route.entries, [id(0), id(1)]);
}

#[test]
fn a_way_of_three_cites_every_station() {
    let graph = graph(&entries(&[(ME, ANA, BEST), (ANA, BO, BEST), (BO, CARL, BEST), (CARL, VERA, WORST)]));
    // c²·P² = 1/36, below κ = 1/6: a sixth of a voice.
    let seen = graph.explain(Standpoint::own(person(ME)), &person(VERA)).unwrap();
    let route = &seen.voices[0].routes[0];
    assert_eq!(route.through, Some(person(BO)));
    assert_eq!(route.entries, [id(0), id(1), id(2)]);
    let voices = seen.score.finding.voices;
    assert!(voices <= Fixed::ratio(1, 6) && Fixed::ratio(166, 1_000) < voices, "{voices}");
}

#[test]
fn what_lies_behind_a_contact_is_heard_through_that_contact_only() {
    // Ana leads to Bo, who is a contact too: Carl, behind Bo, is Bo's to lend.
    let graph = graph(&entries(&[
        (ME, ANA, BEST),
        (ME, BO, BEST),
        (ANA, BO, BEST),
        (BO, CARL, BEST),
        (BO, VERA, BEST),
        (CARL, VERA, BEST),
    ]));
    let found = score(&graph, ME, VERA).finding;
    assert!(found.voices <= Fixed::ONE, "{}", found.voices);
    assert_eq!((found.contacts, found.standing), (1, Standing::LittleKnown));
}

#[test]
fn a_rater_whom_two_contacts_lead_to_is_one_voice() {
    let graph = graph(&entries(&[
        (ME, ANA, BEST),
        (ME, BO, BEST),
        (ANA, CARL, BEST),
        (BO, CARL, BEST),
        (CARL, VERA, BEST),
    ]));
    let seen = graph.explain(Standpoint::own(person(ME)), &person(VERA)).unwrap();
    assert_eq!((seen.score.finding.voices, seen.score.finding.contacts), (Fixed::ONE, 2));
    let routes: Vec<_> = seen.voices[0].routes.iter().map(|route| (route.contact, route.amount)).collect();
    assert_eq!(routes, [(person(ANA), Fixed::ratio(1, 2)), (person(BO), Fixed::ratio(1, 2))]);
}

#[test]
fn a_weaker_contact_lends_no_more_than_its_trust_whoever_stands_behind() {
    let mut said = vec![(ME, ANA, BEST), (ME, ANA, BEST), (ME, ANA, BEST), (ME, BO, BEST), (BO, VERA, BEST)];
    let alone = score(&graph(&entries(&said)), ME, VERA).finding.voices;
    // Edges 1 and ½: t = ½ · 1½ / 1¼.
    assert_eq!(alone, Fixed::ratio(3, 5));
    said.extend([(BO, 20, BEST), (BO, 21, BEST), (20, VERA, BEST), (21, VERA, BEST)]);
    let crowd = score(&graph(&entries(&said)), ME, VERA).finding.voices;
    assert!(crowd <= alone && alone < crowd + Fixed::from_steps(8), "{crowd}");
}

#[test]
fn a_whisper_through_a_second_contact_does_not_make_two() {
    let mut said =
        vec![(ME, ANA, BEST), (ME, BO, BEST), (ANA, VERA, BEST), (BO, 20, BEST), (CARL, VERA, BEST)];
    said.extend((30..40).map(|other| (20, other, BEST)));
    said.push((20, CARL, BEST));
    let found = score(&graph(&entries(&said)), ME, VERA).finding;
    // Through Bo: ¼ · 1/3 · 1/11 / κ = 0.045.
    assert!(
        Fixed::ratio(1_045, 1_000) < found.voices && found.voices < Fixed::ratio(1_046, 1_000),
        "{}",
        found.voices
    );
    assert_eq!((found.contacts, found.standing), (1, Standing::LittleKnown));
}

#[test]
fn a_contact_who_rates_everybody_lends_less_and_no_crowd_behind_makes_up_for_it() {
    let mut said = vec![(ME, ANA, BEST), (ANA, VERA, BEST)];
    said.extend((20..147).map(|other| (ANA, other, BEST)));
    // φ = 64/128: half a voice.
    let alone = score(&graph(&entries(&said)), ME, VERA).finding.voices;
    assert_eq!(alone, Fixed::ratio(1, 2));
    said.extend((20..99).map(|other| (other, VERA, BEST)));
    let crowd = score(&graph(&entries(&said)), ME, VERA).finding.voices;
    assert!(crowd <= alone && alone < crowd + Fixed::from_steps(128), "{crowd}");
}

#[test]
fn a_ring_that_rates_itself_says_nothing() {
    let mut said = vec![(ME, ANA, BEST)];
    for sybil in 20..120 {
        said.extend([(sybil, VERA, BEST), (VERA, sybil, BEST), (sybil, sybil + 1, BEST)]);
    }
    let graph = graph(&entries(&said));
    assert_eq!(score(&graph, ME, VERA).finding.voices, Fixed::ZERO);
    assert_eq!(graph.summary(&person(VERA), &[]).raters, 100);
}

#[test]
fn the_subject_leads_nowhere_about_themselves() {
    let without = entries(&[(ME, ANA, BEST), (ANA, VERA, BEST)]);
    let mut with = without.clone();
    with.extend([entry(10, VERA, BO, BEST), entry(11, BO, VERA, BEST), entry(12, VERA, ANA, WORST)]);
    assert_eq!(score(&graph(&without), ME, VERA).finding, score(&graph(&with), ME, VERA).finding);
}

#[test]
fn nobody_rates_or_scores_themselves() {
    let mut graph = graph(&entries(&[(ANA, ME, BEST), (ANA, VERA, BEST)]));
    assert_eq!(graph.insert(&entry(5, ME, ME, BEST)), Err(EntryError::Oneself));
    let own = Standpoint::own(person(ME));
    assert_eq!(graph.score(own, &person(ME)).unwrap_err(), ScoreError::OwnScore);
    assert_eq!(graph.private_score(&person(ME), &[], &person(ME)), Err(ScoreError::OwnScore));
    // As Ana sees me is another question.
    let adopted = Standpoint::adopted(person(ME), person(ANA));
    let seen = graph.score(adopted, &person(ME)).unwrap();
    assert!(seen.standpoint.is_adopted() && seen.finding.standing == Standing::Ranked);
    assert_eq!(
        graph.score(Standpoint::adopted(person(ANA), person(ME)), &person(ME)),
        Err(ScoreError::OwnScore)
    );
}

#[test]
fn cycles_end() {
    let graph = graph(&entries(&[
        (ME, ANA, BEST),
        (ANA, BO, BEST),
        (BO, ANA, BEST),
        (BO, ME, BEST),
        (ANA, ME, BEST),
        (BO, VERA, BEST),
        (VERA, ME, BEST),
    ]));
    assert!(score(&graph, ME, VERA).finding.voices <= Fixed::ONE);
}

#[test]
fn whom_the_viewer_shuts_out_neither_speaks_nor_carries() {
    let graph = graph(&entries(&[
        (ME, ANA, BEST),
        (ME, BO, WORST),
        (ANA, BO, BEST),
        (BO, CARL, BEST),
        (BO, VERA, BEST),
        (CARL, VERA, BEST),
    ]));
    assert_eq!(score(&graph, ME, VERA).finding.voices, Fixed::ZERO);
}

#[test]
fn the_future_is_now() {
    let mut said = entries(&[(ME, ANA, BEST), (ANA, VERA, BEST)]);
    let today = graph(&said);
    said[1].epoch = Epoch(u32::MAX);
    assert_eq!(score(&graph(&said), ME, VERA), score(&today, ME, VERA));
}

#[test]
fn many_small_contracts_of_one_pair_are_one_voice_and_one_is_an_eighth() {
    let mut said = entries(&[(ME, ANA, BEST), (ANA, VERA, BEST)]);
    said[1].size = Size::Small;
    assert_eq!(score(&graph(&said), ME, VERA).finding.good, Fixed::ratio(1, 8));
    for number in 10..500 {
        said.push(Entry { size: Size::Small, ..entry(number, ANA, VERA, BEST) });
    }
    assert_eq!(score(&graph(&said), ME, VERA).finding.good, Fixed::ONE);
}

#[test]
fn an_id_means_one_thing() {
    let mut graph = graph(&entries(&[(ANA, VERA, BEST)]));
    assert_eq!(graph.insert(&entry(0, ANA, VERA, BEST)), Ok(false));
    assert_eq!(graph.insert(&entry(0, ANA, VERA, WORST)), Err(EntryError::IdReused));
    assert_eq!(Verdict::new(600, 401), Err(EntryError::TooMuch));
    assert_eq!(Verdict::new(u16::MAX, u16::MAX), Err(EntryError::TooMuch));
}

#[test]
fn silence_and_age_lower_nothing_below_a_newcomer() {
    let mut graph = graph(&entries(&[(ME, ANA, BEST), (ANA, VERA, BEST)]));
    graph.advance(Epoch(10_000));
    let found = score(&graph, ME, VERA).finding;
    assert_eq!((found.standing, found.bad), (Standing::Unknown, Fixed::ZERO));
}

#[test]
fn a_changed_score_cites_its_cause() {
    let said = entries(&[
        (ME, ANA, BEST),
        (BO, CARL, BEST),
        (ANA, VERA, BEST),
        (CARL, VERA, WORST),
        (ME, CARL, BEST),
    ]);
    let own = Standpoint::own(person(ME));
    let changes = history(Parameters::default(), NOW, &said, own, &person(VERA)).unwrap().unwrap();
    let causes: Vec<_> = changes.iter().map(|change| change.entry).collect();
    assert_eq!(causes, [id(2), id(4)]);
    assert_eq!(changes[1].before, changes[0].after);
    assert_eq!(changes[1].after, score(&graph(&said), ME, VERA).finding);
}

#[test]
fn three_lists_and_lots_for_equals() {
    let said = [
        (ME, ANA, BEST),
        (ME, BO, BEST),
        (ANA, 20, BEST),
        (BO, 20, BEST),
        (ANA, 21, BEST),
        (BO, 21, BEST),
        (ANA, 22, BEST),
    ];
    let graph = graph(&entries(&said));
    let ranking = rank([22, 20, 23, 21].map(|subject| score(&graph, ME, subject)).to_vec());
    let lots = [20, 21].map(|subject| (lot(&person(subject), &person(ME), NOW), person(subject)));
    let first = lots.iter().min().unwrap().1;
    assert_eq!(ranking.ranked.iter().map(|score| score.subject).next(), Some(first));
    assert_eq!((ranking.ranked.len(), ranking.little_known.len(), ranking.unknown.len()), (2, 1, 1));
}

#[test]
fn the_summary_counts_people_and_facts() {
    let graph =
        graph(&entries(&[(ANA, VERA, BEST), (BO, VERA, Label::AsAgreed), (BO, VERA, Label::AsAgreed)]));
    let contract = |number, counterparty: u8, ending, review| Contract {
        id: id(number),
        subject: person(VERA),
        counterparty: person(counterparty),
        ending,
        review,
        on_time: Some(true),
        within_budget: None,
        paid_on_time: Some(false),
    };
    let contracts = [
        contract(0, ANA, Ending::Completed, ReviewState::Opened),
        contract(1, BO, Ending::Completed, ReviewState::Opened),
        contract(2, BO, Ending::Completed, ReviewState::Silent),
        contract(2, BO, Ending::Completed, ReviewState::Silent),
        contract(3, CARL, Ending::Cancelled, ReviewState::Withheld),
        contract(4, CARL, Ending::Open, ReviewState::Awaited),
    ];
    let summary = graph.summary(&person(VERA), &contracts);
    assert_eq!((summary.raters, summary.completed, summary.cancelled), (2, 3, 1));
    assert_eq!((summary.silent, summary.withheld, summary.counterparties, summary.rehired), (1, 1, 2, 1));
    assert_eq!(summary.effective_counterparties, Fixed::ratio(9, 5));
    assert_eq!((summary.on_time.yes, summary.within_budget.yes, summary.paid_on_time.no), (3, 0, 3));
    // Two voices' worth of good from two people: 1 + min(1, ½ + ½).
    assert_eq!(thousandths(Some(summary.estimate)).0, 857);
    assert_eq!(graph.summary(&person(ANA), &contracts).completed, 0);
}

#[test]
fn a_hub_speaks_for_everybody_and_is_seen_to() {
    // A hundred people trust Ana alone, and Ana has rated Vera: all that they hear is what Ana says. Two strangers stand apart.
    let mut said = vec![entry(0, ANA, VERA, BEST), entry(101, 50, 60, BEST)];
    said.extend((1..).zip(100..200).map(|(number, viewer)| entry(number, viewer, ANA, BEST)));
    let graph = graph(&said);
    let (sample, mut loudness) = (graph.sample(), hanse_reputation::Loudness::default());
    for (viewer, subject) in (0..200).filter_map(|number| sample.pair(number)) {
        loudness.add(&graph.explain(Standpoint::own(viewer), &subject).unwrap());
    }
    let found = loudness.share(sample.raters());
    assert_eq!((found.raters, found.loudest), (102, Some(Fixed::ONE)));
    assert!(0 < found.covered && found.covered < found.pairs, "{found:?}");
}

#[test]
fn a_bound_is_told_beside_that_of_a_newcomer() {
    let parameters = Parameters::default();
    let bound = |said: &[(u8, u8, Label)]| {
        graph(&entries(said))
            .summary(&person(VERA), &[])
            .estimate
            .relative_bound(&parameters)
            .times(Fixed::whole(1_000_000))
    };
    assert_eq!(bound(&[]).steps() >> Fixed::BITS, 500_000);
    // 0.5259… against 0.2845…: odds of 1.1096 against 0.3978 are 0.736 to 0.264.
    assert_eq!(bound(&[(ANA, VERA, BEST)]).steps() >> Fixed::BITS, 736_128);
    assert!(bound(&[(ANA, VERA, WORST)]) < Fixed::whole(500_000));
}

/// Whoever invents clients invents people behind them, too: that is what a voice costs in a ranking.
#[test]
fn those_who_have_no_record_themselves_count_for_nothing_in_rankings() {
    let backed = |said: &[(u8, u8, Label)]| graph(&entries(said)).backed(&person(VERA));
    let seen = |said: &[(u8, u8, Label)]| (backed(said).voices, backed(said).without_record);
    let invented: Vec<(u8, u8, Label)> = (100..108).map(|client| (client, VERA, BEST)).collect();
    assert_eq!(seen(&invented), (0, 8), "eight clients without a record");
    assert_eq!(backed(&invented).estimate, Parameters::default().of_a_newcomer());
    // One whole review by somebody with a record is worth more than all of those.
    let real = [(ANA, VERA, BEST), (BO, ANA, BEST)];
    assert_eq!(seen(&real), (1, 0));
    assert!(backed(&invented).estimate.lower_bound < backed(&real).estimate.lower_bound);
    assert_eq!(
        backed(&real).estimate,
        graph(&entries(&[(ANA, VERA, BEST)])).summary(&person(VERA), &[]).estimate
    );
    // What they say of each other, or what the rated person says of them, is no record.
    let with = |more: &mut dyn Iterator<Item = (u8, u8, Label)>| [invented.clone(), more.collect()].concat();
    assert_eq!(seen(&with(&mut (100..108).map(|client| (VERA, client, BEST)))), (0, 8));
    assert_eq!(seen(&with(&mut (100..108).map(|client| (client, 100 + (client - 99) % 8, BEST)))), (0, 8));
    // One person behind all of them is one voice, a bad word is none.
    assert_eq!(seen(&with(&mut (100..108).map(|client| (BO, client, BEST)))), (1, 0));
    assert_eq!(seen(&with(&mut (100..108).map(|client| (BO, client, WORST)))), (0, 8));
    let one = backed(&with(&mut (100..108).map(|client| (BO, client, BEST))));
    assert_eq!(one.estimate, backed(&real).estimate, "eight eighths of a voice");
}

#[test]
fn a_lot_is_the_first_eight_bytes_of_a_hash() {
    // hashlib.sha256(bytes([2] * 32 + [1] * 32) + (600).to_bytes(4, 'big')).hexdigest()[:16]
    const LOT: u64 = 0x5626_142c_e7be_3dc1;
    assert_eq!(lot(&person(1), &person(2), Epoch(600)), LOT);
    assert_ne!(lot(&person(2), &person(1), Epoch(600)), LOT);
}
