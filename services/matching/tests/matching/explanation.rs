use hanse_matching::explain::{Change, Explanation, WhyNot, explain, why_not};
use hanse_matching::fair::Placement;
use hanse_matching::model::{Freelancer, HeldSkill};
use hanse_matching::query::{Query, Stop};
use hanse_matching::rank::{Ranked, exhaustive};
use hanse_matching::score::{ONE, Score};
use hanse_matching::sentence;
use hanse_matching::taxonomy::Relation;
use hanse_matching::text::TextLanguage;
use proptest::prelude::*;
use serde_json::Value;

use crate::support::{held, hourly, job, person, setting, skill, worded};

fn others() -> Vec<Freelancer> {
    let mut people: Vec<Freelancer> = (1..6).map(person).collect();
    people[0].price = hourly(None, 5_600);
    people[0].skills = vec![HeldSkill { line: 3, ..held('b', 0) }];
    people[1].skills.truncate(1);
    people.into_iter().map(|it| worded(it, "parcels and warehouses are my trade")).collect()
}

fn explained(people: &[Freelancer], who: usize) -> (Explanation, Vec<Ranked>) {
    let job = job();
    let query = Query::new(&job, setting());
    let ranking = exhaustive(&query, people.iter());
    let own = *ranking.iter().find(|it| it.id == people[who].id).unwrap();
    (explain(&query, &ranking, &people[who], &own), ranking)
}

#[test]
fn the_score_follows_from_the_lines_through_json() {
    let (explanation, ranking) = explained(&others(), 0);
    let json = serde_json::to_string(&explanation).unwrap();
    let read: Explanation = serde_json::from_str(&json).unwrap();
    assert_eq!(read, explanation);
    assert!(read.holds());
    let own = ranking.iter().find(|it| it.id == [1; 32]).unwrap();
    assert_eq!(read.recompute(), own.score, "to the last bit");
    assert!(integers_only(&serde_json::from_str(&json).unwrap()), "as documents have them");
    let lost: i64 = read.client.iter().map(|line| line.lost).sum();
    assert_eq!(lost, i64::from(ONE - read.u));
}

fn integers_only(value: &Value) -> bool {
    match value {
        Value::Number(number) => !number.is_f64(),
        Value::Array(values) => values.iter().all(integers_only),
        Value::Object(values) => values.values().all(integers_only),
        Value::Null | Value::Bool(_) | Value::String(_) => true,
    }
}

#[test]
fn a_changed_line_is_found_out() {
    let (explanation, _) = explained(&others(), 0);
    let mut forged = explanation.clone();
    forged.client[0].x += 1_000;
    assert!(!forged.holds());
    let mut forged = explanation;
    forged.client[0].lost -= 1;
    assert!(!forged.holds());
}

#[test]
fn it_names_the_line_that_counted_and_what_is_missing() {
    let (explanation, _) = explained(&others(), 0);
    let have = explanation.needs[0].have.as_ref().unwrap();
    assert_eq!(
        (have.relation, have.line, have.skill.en.as_str()),
        (Relation::Broader, 3, "systems programming")
    );
    assert_eq!(explanation.needs[1].have, None);
    let price = explanation.price.unwrap();
    assert_eq!((price.asked, price.paid, price.currency.as_deref()), (5_600, 5_000, Some("EUR")));
}

#[test]
fn what_would_change_the_place_is_true() {
    let people = others();
    for who in 0..people.len() {
        let (explanation, _) = explained(&people, who);
        for change in &explanation.what_if {
            let mut changed = people.clone();
            match &change.change {
                Change::Rate { to } => changed[who].price = hourly(None, *to),
                Change::Skill { need } => {
                    let concept = setting().taxonomy.find(&need.id).unwrap();
                    changed[who].skills.push(HeldSkill { concept, line: 9 });
                    changed[who] = worded(changed[who].clone(), "parcels and warehouses are my trade");
                }
            }
            assert_eq!(explained(&changed, who).0.rank, change.rank, "{who} {change:?}");
        }
    }
}

/// What is tried: the job's own price where more is asked, then the skills whose lack costs most, three at most.
#[test]
fn changes_are_named_that_would_help() {
    let named = |needs: &str, skills: &str, figure: u64| -> Vec<String> {
        let mut job = job();
        job.needs = needs.chars().map(skill).collect();
        let held = skills.chars().zip(0..).map(|(letter, line)| held(letter, line)).collect();
        let person = Freelancer { skills: held, price: hourly(None, figure), ..person(1) };
        let query = Query::new(&job, setting());
        let own = Ranked::new(person.id, query.features(&person), 0, query.weights());
        let name = |change: Change| match change {
            Change::Rate { to } => to.to_string(),
            Change::Skill { need } => need.en,
        };
        explain(&query, &[own], &person, &own).what_if.into_iter().map(|it| name(it.change)).collect()
    };
    assert_eq!(named("ac", "ac", 5_000), [""; 0], "who has all and asks what is paid");
    assert_eq!(named("ac", "ac", 5_001), ["5000"]);
    assert_eq!(named("ac", "a", 4_500), ["SQL"], "nobody is told to ask for more");
    // Rust is wanted more seldom than SQL and would count more, but of it more than half is there.
    assert_eq!(named("ac", "b", 9_000), ["5000", "SQL", "Rust"]);
    assert_eq!(named("ac", "e", 4_500), ["Rust", "SQL"]);
    assert_eq!(named("acdb", "", 4_500), ["systems programming", "C++", "Rust"]);
}

#[test]
fn at_the_jobs_own_price_somebody_dear_would_stand_where_their_skills_put_them() {
    let mut people: Vec<Freelancer> = (1..4).map(person).collect();
    people[0].price = hourly(None, 20_000);
    people[1].skills.truncate(1);
    people[2].skills.truncate(1);
    let (explanation, _) = explained(&people, 0);
    assert_eq!(explanation.rank, 3);
    let [tried] = explanation.what_if.try_into().unwrap();
    assert_eq!((tried.change, tried.rank), (Change::Rate { to: 5_000 }, 1));
}

#[test]
fn sentences_in_both_languages() {
    let (mut explanation, _) = explained(&others(), 0);
    explanation.placement = Some(Placement::Newcomer { moved: 3 });
    let english = sentence::sentences(&explanation, TextLanguage::English).join("\n");
    let french = sentence::sentences(&explanation, TextLanguage::French).join("\n");
    for part in [
        "Place 5 by score, with",
        "partly met by the broader \u{201c}systems programming\u{201d} (skill 4",
        "Missing: SQL.",
        "56.00 EUR is asked and the job pays",
        "Skills that are missing or only near: \u{2212}",
        "The profile does not say: backend: \u{2212}",
        "New here",
    ] {
        assert!(english.contains(part), "{part}\n{english}");
    }
    for part in [
        "Rang 5 au score, avec",
        "« programmation système » (compétence 4 du profil, déclarée)",
        "Manque : langage SQL.",
        "56,00 EUR demandés, la mission paie",
        "Compétences absentes ou seulement voisines : \u{2212}",
        "Le profil ne dit pas : backend : \u{2212}",
        "Arrivée récente",
    ] {
        assert!(french.contains(part), "{part}\n{french}");
    }
}

#[test]
fn who_was_moved_by_attention_is_told_which_way_and_how_far() {
    let (mut explanation, _) = explained(&others(), 0);
    for (moved, english, french) in [
        (2, "Moved up by 2: people", "Places gagnées : 2. À"),
        (-1, "Moved down by 1: people", "Places cédées : 1. À"),
    ] {
        explanation.placement = Some(Placement::Attention { moved });
        for (tongue, said) in [(TextLanguage::English, english), (TextLanguage::French, french)] {
            let sentences = sentence::sentences(&explanation, tongue);
            assert!(sentences.iter().any(|it| it.starts_with(said)), "{sentences:?}");
        }
    }
}

/// What each side loses is told of that side: the numbers of a sentence add up to what its own score lacks.
#[test]
fn the_costs_that_are_told_are_those_of_the_side_that_is_told() {
    let mut people = others();
    people[0].skills = vec![held('a', 0)];
    people[0].standing.bound = None;
    let (explanation, _) = explained(&people, 0);
    let client = sentence::sentences(&explanation, TextLanguage::English).join("\n");
    let freelancer = sentence::for_freelancer(&explanation, TextLanguage::English).join("\n");
    assert!(client.contains("No record yet, which counts as a middling one: \u{2212}"), "{client}");
    assert!(freelancer.contains("The client has no record yet"), "{freelancer}");
    for (said, lines) in [(&client, &explanation.client), (&freelancer, &explanation.freelancer)] {
        let most = lines.iter().map(|line| line.lost).max().unwrap();
        let tenths = (most + 500) / 1_000;
        assert!(said.contains(&format!("\u{2212}{}.{} points", tenths / 10, tenths % 10)), "{said}");
    }
}

#[test]
fn why_not_me() {
    let job = job();
    let query = Query::new(&job, setting());
    let people = others();
    let ranking = exhaustive(&query, people.iter().skip(1));
    let mut dear = people[0].clone();
    dear.price = hourly(Some(9_000), 9_500);
    let stopped = why_not(&query, &ranking, &dear);
    assert_eq!(stopped, WhyNot::Stopped(Stop::BelowFloor));
    assert_eq!(
        sentence::why_not(&stopped, TextLanguage::French),
        ["La mission paie moins que votre tarif minimum."]
    );
    let WhyNot::Ranked(explanation) = why_not(&query, &ranking, &people[0]) else { panic!("not stopped") };
    assert_eq!(explanation.rank, 5, "behind all others, although not in the ranking");
}

proptest! {
    #[test]
    fn whatever_the_person_the_explanation_holds(
        figure in any::<u64>(), km in any::<Option<u32>>(), bound in proptest::option::of(0..=ONE),
    ) {
        let mut people = others();
        let it = &mut people[0];
        it.skills = vec![held('a', 0)];
        it.price = hourly(None, figure);
        (it.travel_km, it.standing.bound) = (km, bound);
        let (explanation, ranking) = explained(&people, 0);
        prop_assert!(explanation.holds());
        let own = ranking.iter().find(|it| it.id == [1; 32]).unwrap();
        let Score { u, v, h } = explanation.recompute();
        prop_assert_eq!([u, v, h].map(f64::to_bits), [own.score.u, own.score.v, own.score.h].map(f64::to_bits));
        prop_assert_eq!(ranking[explanation.rank - 1].id, [1; 32]);
    }
}
