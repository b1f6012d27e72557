//! What people are told, held against the tables: no row is forgotten.

use hanse_lifecycle::{Actor, Machine, News, Receivers, Told, table, told};
use std::collections::BTreeSet;

/// Each row once for each of its actors: where it stands, and what is told of it.
fn moves() -> Vec<(String, Actor, Result<Told, &'static str>)> {
    let mut moves = Vec::new();
    for machine in Machine::ALL {
        for row in table(*machine) {
            for actor in row.actors {
                let from = row.from.map_or("–", |state| state.name());
                let line = format!("{machine}: {from} {} {} by {actor}", row.event, row.to);
                moves.push((line, *actor, told(*machine, row.event, row.to, *actor)));
            }
        }
    }
    moves
}

#[test]
fn of_every_move_somebody_is_told_or_nobody_for_a_reason() {
    let lines = moves().into_iter().map(|(line, _, told)| match told {
        Ok(Told { news, to }) => format!("{line}: {news} to {to:?}"),
        Err(reason) => format!("{line}: nobody: {reason}"),
    });
    let lines: Vec<String> = lines.collect();
    assert!(lines.iter().all(|line| !line.contains("no table has this move")), "{lines:#?}");
    insta::assert_snapshot!(lines.join("\n"));
}

#[test]
fn nobody_is_told_of_their_own_move() {
    for (line, actor, told) in moves() {
        let Ok(Told { to, .. }) = told else { continue };
        let own = match actor {
            Actor::Client => to.has_client(),
            Actor::Freelancer => to.has_freelancers(),
            // An arbiter is told in the table of disputes, and never of their own ruling.
            Actor::Node | Actor::Arbiter => false,
        };
        assert!(!own, "{line}: {to:?}");
    }
}

#[test]
fn every_name_is_told_of_some_move() {
    let named: BTreeSet<News> =
        moves().into_iter().filter_map(|(_, _, told)| Some(told.ok()?.news)).collect();
    // A message is no move of any machine.
    let all: BTreeSet<News> =
        News::ALL.iter().copied().filter(|news| *news != News::MessageCreated).collect();
    assert_eq!(named, all);
}

#[test]
fn receivers_are_who_they_say() {
    let said = |to: Receivers| (to.has_client(), to.has_freelancers());
    assert_eq!(said(Receivers::Client), (true, false));
    assert_eq!(said(Receivers::Freelancer), (false, true));
    assert_eq!(said(Receivers::Both), (true, true));
    assert_eq!(said(Receivers::Applicants), (false, true));
    assert_eq!(said(Receivers::ClientAndApplicants), (true, true));
}
