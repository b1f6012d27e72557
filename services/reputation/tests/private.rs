//! What somebody keeps to themselves.
#![expect(clippy::unwrap_used, reason = "test code: a failure is the finding")]

mod common;

use common::{NOW, entry, graph, person, score};
use hanse_reputation::{Finding, Fixed, Graph, Label, PrivateAnswer};

const BEST: Label = Label::AmongTheBest;
const ME: u8 = 1;
const ANA: u8 = 2;
const BO: u8 = 3;
const VERA: u8 = 9;

fn answer(about: u8, again: bool) -> PrivateAnswer {
    PrivateAnswer { about: person(about), epoch: NOW, again }
}

/// What its author sees of Vera.
fn private(graph: &Graph, answers: &[PrivateAnswer]) -> Finding {
    *graph.private_score(&person(ME), answers, &person(VERA)).unwrap().for_its_author()
}

#[test]
fn private_answers_move_only_what_their_author_sees() {
    let graph = graph(&[entry(0, ME, ANA, BEST), entry(1, ANA, VERA, BEST)]);
    let served = score(&graph, ME, VERA);
    assert_eq!(private(&graph, &[]), served.finding, "without answers both are one");
    assert_eq!(private(&graph, &[answer(VERA, false)]).bad, Fixed::ONE);
    let twice = [answer(ANA, false), answer(ANA, false)];
    assert_eq!(private(&graph, &twice).voices, Fixed::ZERO, "Ana is shut out");
    assert_eq!(private(&graph, &[answer(ME, true)]), served.finding, "of oneself there is nothing to say");
    assert_eq!(score(&graph, ME, VERA), served);
}

/// A contact speaks through nobody else. Of whom there is as much good as bad to say is none, and not shut out either.
#[test]
fn whom_one_would_and_would_not_work_with_again_is_heard_through_others() {
    let graph = graph(&[entry(0, ME, ANA, BEST), entry(1, ANA, BO, BEST), entry(2, BO, VERA, BEST)]);
    let served = score(&graph, ME, VERA).finding;
    assert_eq!(served.voices, Fixed::ONE, "Bo, through Ana");
    assert_eq!(private(&graph, &[answer(BO, true), answer(BO, false)]), served);
    assert_eq!(private(&graph, &[answer(BO, false)]).voices, Fixed::ZERO);
}
