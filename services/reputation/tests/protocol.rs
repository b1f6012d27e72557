//! What a stranger who recomputes a score from PROTOCOL.md counts on: its digits, and that a score names its computation.
#![expect(clippy::unwrap_used, reason = "test code: a failure is the finding")]

mod common;

use common::{entry, graph, score};
use hanse_reputation::{Fixed, Head, Label, Parameters};

/// The example of PROTOCOL.md, whose numbers were computed by hand.
#[test]
fn the_protocol_says_the_same_digits() {
    const PROTOCOL: &str = include_str!("../../../PROTOCOL.md");
    let graph = graph(&[entry(1, 1, 2, Label::AmongTheBest), entry(2, 2, 3, Label::Better)]);
    let finding = score(&graph, 1, 3).finding;
    let estimate = finding.estimate.unwrap();
    let told = PROTOCOL.split_once("C in the eyes of A:").unwrap().1.split_once("\n\n## ").unwrap().0;
    let numbers: Vec<u64> = told
        .lines()
        .filter_map(|line| line.strip_suffix(" |")?.rsplit_once("| ")?.1.replace(',', "").parse().ok())
        .collect();
    let steps =
        [finding.voices, finding.good, estimate.mean, estimate.lower_bound].map(|number| number.steps());
    assert_eq!(numbers, steps);
}

#[test]
fn a_score_names_its_computation() {
    let mut graph = graph(&[entry(1, 1, 2, Label::AmongTheBest), entry(2, 2, 3, Label::Better)]);
    let head = |origin: &str| Head { origin: origin.to_owned(), size: 7, root: "00".to_owned() };
    graph.set_heads(vec![
        head("b.example/reputation"),
        head("a.example/reputation"),
        head("a.example/reputation"),
    ]);
    let json = serde_json::to_value(score(&graph, 1, 3)).unwrap();
    assert_eq!(json["version"], "hanse/voices/3");
    assert_eq!(json["parameters"]["full_voice"], ((1_u64 << 40) / 6).to_string());
    assert_eq!(json["heads"][0]["origin"], "a.example/reputation");
    assert_eq!(json["finding"]["voices"], (1_u64 << 40).to_string());
    assert_eq!(json["epoch"], 600);
}

#[test]
fn parameters_outside_their_bounds_are_refused() {
    let plain = Parameters::default();
    assert_eq!(plain.check(), Ok(()));
    let broken = [
        Parameters { damping: Fixed::ONE, ..plain },
        Parameters { steps: 3, ..plain },
        Parameters { steps: 0, ..plain },
        Parameters { edges_max: 0, ..plain },
        Parameters { full_voice: Fixed::ZERO, ..plain },
        Parameters { row_floor: Fixed::ZERO, ..plain },
        Parameters { bad_weight: Fixed::from_steps(u64::MAX), ..plain },
        Parameters { known_from: Fixed::whole(2), ..plain },
    ];
    for parameters in broken {
        parameters.check().unwrap_err();
    }
}
