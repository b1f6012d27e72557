//! Scores as people read them. The numbers are those of `known.rs`; here it is about the words.
#![expect(clippy::unwrap_used, reason = "test code: a failure is the finding")]

mod common;

use common::{NOW, entry, graph, person, score};
use hanse_document::kind::Role;
use hanse_reputation::{
    Contract, Ending, EntryId, Fixed, Graph, Known, Label, Parameters, ReviewState, SentenceLanguage,
    Standpoint, SubjectKey, change_sentence, history, sentences, summary_sentences,
};

const ME: u8 = 1;
const ANA: u8 = 2;
const BO: u8 = 3;
const CARL: u8 = 4;
const VERA: u8 = 9;

/// Everybody but Carl has a name; in every entry the client speaks, but in those of Ana.
struct Names(u8);

impl Known for Names {
    fn reads(&self, person: &SubjectKey) -> bool {
        *person == common::person(self.0)
    }

    fn name(&self, person: &SubjectKey) -> Option<String> {
        let names = [(ME, "Mia"), (ANA, "Ana"), (BO, "Bo"), (VERA, "Vera")];
        let named = names.iter().find(|(number, _)| *person == common::person(*number))?;
        Some(named.1.to_owned())
    }

    fn side(&self, entry: &EntryId) -> Option<Role> {
        Some(if *entry == common::id(2) { Role::Freelancer } else { Role::Client })
    }
}

/// I hired Ana twice and worked for Bo once; Ana rates Vera well, and Bo's friend Carl badly.
fn world() -> Graph {
    let best = Label::AmongTheBest;
    graph(&[
        entry(0, ME, ANA, best),
        entry(1, ME, ANA, best),
        entry(2, ME, BO, best),
        entry(3, ANA, VERA, best),
        entry(4, BO, CARL, best),
        entry(5, CARL, VERA, Label::Below),
    ])
}

#[test]
fn a_score_says_who_speaks_and_how_one_came_to_know_them() {
    let seen = world().explain(Standpoint::own(person(ME)), &person(VERA)).unwrap();
    let bound = score(&world(), ME, VERA).finding.estimate.unwrap();
    assert_eq!(
        sentences(&seen, &Names(ME), SentenceLanguage::English),
        [
            format!(
                "Vera, from where you stand: at least {}, on average {}, by 1.7 voices.",
                bound.lower_bound, bound.mean
            ),
            "Ana (whom you hired twice): 1.0 good.".into(),
            "via Bo → 04040404: 0.3 bad.".into(),
        ]
    );
    assert_eq!(
        sentences(&seen, &Names(ME), SentenceLanguage::French)[1..],
        ["Ana (vous lui avez confié 2 contrats) : 1,0 en bien.", "via Bo → 04040404 : 0,3 en mal."]
    );
}

#[test]
fn the_side_of_the_contract_is_told() {
    let mut world = world();
    world.insert(&entry(6, BO, VERA, Label::AsAgreed)).unwrap();
    let seen = world.explain(Standpoint::own(person(ME)), &person(VERA)).unwrap();
    let said = sentences(&seen, &Names(ME), SentenceLanguage::English);
    assert!(said.contains(&"Bo (for whom you worked once): 0.1 good.".to_owned()), "{said:?}");
}

#[test]
fn an_adopted_standpoint_is_named_in_every_sentence_about_it() {
    let mut world = world();
    world.insert(&entry(6, ME, VERA, Label::Better)).unwrap();
    let seen = world.explain(Standpoint::adopted(person(CARL), person(ME)), &person(VERA)).unwrap();
    let said = sentences(&seen, &Names(CARL), SentenceLanguage::English);
    assert!(said[0].starts_with("Vera, as Mia sees it: at least "), "{said:?}");
    assert_eq!(
        said[1..3],
        ["Mia at first hand, in 1 contract: 0.7 good.", "Ana (whom Mia hired twice): 1.0 good."]
    );
    assert!(said.iter().all(|sentence| !sentence.contains("you")), "{said:?}");
    let said = sentences(&seen, &Names(CARL), SentenceLanguage::French);
    assert!(said[0].starts_with("Vera, du point de vue de Mia : au moins "), "{said:?}");
    assert!(said.iter().all(|sentence| !sentence.contains("vous")), "{said:?}");
}

#[test]
fn who_is_unknown_gets_no_number() {
    let seen = world().explain(Standpoint::own(person(VERA)), &person(ANA)).unwrap();
    assert_eq!(
        sentences(&seen, &Names(VERA), SentenceLanguage::English),
        ["Ana: unknown from where you stand."]
    );
    assert_eq!(
        sentences(&seen, &Names(VERA), SentenceLanguage::French),
        ["Ana : rien n'est connu de votre point de vue."]
    );
}

#[test]
fn a_hundred_voices_are_summed_up() {
    let mut said = Vec::new();
    for (number, contact) in (0..).step_by(2).zip(10..110) {
        said.push(entry(number, ME, contact, Label::AmongTheBest));
        said.push(entry(number + 1, contact, VERA, Label::AsAgreed));
    }
    let seen = graph(&said).explain(Standpoint::own(person(ME)), &person(VERA)).unwrap();
    let told = sentences(&seen, &Names(ME), SentenceLanguage::English);
    assert_eq!(told.len(), 14);
    let rest: Fixed = seen.voices[12..].iter().map(|voice| voice.good).sum();
    assert_eq!(told[13], format!("88 further voices: {rest:.1} good."));
}

#[test]
fn changes_and_the_summary_have_words_too() {
    let said = [entry(0, ME, ANA, Label::AmongTheBest), entry(1, ANA, VERA, Label::AmongTheBest)];
    let changes = history(Parameters::default(), NOW, &said, Standpoint::own(person(ME)), &person(VERA));
    let change = changes.unwrap().unwrap().pop().unwrap();
    assert_eq!(change_sentence(&change, SentenceLanguage::English), "unknown → little known, at least 0.525");
    assert_eq!(
        change_sentence(&change, SentenceLanguage::French),
        "rien de connu → peu de choses connues, au moins 0,525"
    );
    let contract = Contract {
        id: common::id(1),
        subject: person(VERA),
        counterparty: person(ANA),
        ending: Ending::Completed,
        review: ReviewState::Opened,
        on_time: Some(true),
        within_budget: None,
        paid_on_time: None,
    };
    let summary = graph(&said).summary(&person(VERA), &[contract]);
    assert_eq!(
        summary_sentences(&summary, SentenceLanguage::English),
        [
            "For everybody alike: at least 0.525, on average 0.799, by 1 person who rated.",
            "1 contract completed with 1 person, 0 of whom came back; 0 ended before.",
            "On time: 1 of 1.",
            "It counts every signed contract, and made-up contracts can inflate it.",
        ]
    );
    assert_eq!(
        summary_sentences(&summary, SentenceLanguage::French)[1..3],
        [
            "1 contrat mené à terme avec 1 personne, dont revenues : 0 ; interrompus avant : 0.",
            "Dans les délais : 1 sur 1."
        ]
    );
    for (review, said) in [
        (ReviewState::Silent, "Without a review: 1; sealed and never opened: 0."),
        (ReviewState::Withheld, "Without a review: 0; sealed and never opened: 1."),
    ] {
        let summary = graph(&[]).summary(&person(VERA), &[Contract { review, ..contract }]);
        assert!(summary_sentences(&summary, SentenceLanguage::English).contains(&said.to_owned()), "{said}");
    }
}
