//! The baselines as lists of people for each ad. They share no code with the product.

use std::collections::{BTreeMap, BTreeSet};

use super::super::bm25::Bm25;
use super::super::letters::Letters;
use super::super::words;
use super::measure::Lists;
use super::set::{Ad, Person, RealSet};

/// How many places of a list count in the fusion of two, as is usual.
const FUSION: f64 = 60.0;

/// What is asked of a baseline for an ad.
pub(crate) fn asked(ad: &Ad, text: bool, chosen: bool) -> String {
    let mut parts = vec![ad.title.as_str()];
    parts.extend(text.then_some(ad.text.as_str()));
    parts.extend(ad.skills.iter().map(String::as_str).filter(|_| chosen));
    parts.join("\n")
}

fn whole(person: &Person) -> String {
    format!("{}\n{}\n{}", person.headline, person.about, person.phrases.join("\n"))
}

/// BM25 over words without stop words, by their Snowball stems.
pub(crate) fn bm25(set: &RealSet, query: impl Fn(&Ad) -> String) -> Lists {
    let index = Bm25::new(set.people.iter().map(|person| words::stems(&whole(person), None)));
    by_score(set, |ad| {
        let asked: BTreeSet<String> = words::stems(&query(ad), None).into_iter().collect();
        index.scores(&asked.into_iter().collect::<Vec<_>>())
    })
}

/// The cosine of sequences of three to five letters, rare ones weighing more.
pub(crate) fn letters(set: &RealSet, query: impl Fn(&Ad) -> String) -> Lists {
    let index = Letters::new(set.people.iter().map(|person| words::telling(&whole(person))));
    by_score(set, |ad| index.scores(&words::telling(&query(ad))))
}

/// Two methods as one, by the places that they give (reciprocal rank fusion).
pub(crate) fn fused(one: &Lists, other: &Lists) -> Lists {
    let fuse = |(ad, people): (&String, &Vec<String>)| {
        let mut sums: BTreeMap<&String, f64> = BTreeMap::new();
        for list in [Some(people), other.get(ad)].into_iter().flatten() {
            for (person, place) in list.iter().zip(0_u32..) {
                *sums.entry(person).or_default() += 1.0 / (FUSION + f64::from(place));
            }
        }
        let mut order: Vec<(&String, f64)> = sums.into_iter().collect();
        order.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(b.0)));
        (ad.clone(), order.into_iter().map(|(person, _)| person.clone()).collect())
    };
    one.iter().map(fuse).collect()
}

/// The people of each ad by their scores, ties by id.
fn by_score(set: &RealSet, scores: impl Fn(&Ad) -> Vec<(usize, f64)>) -> Lists {
    let list = |ad: &Ad| {
        let person = |(place, score): (usize, f64)| set.people.get(place).map(|person| (&person.id, score));
        let mut scored: Vec<(&String, f64)> = scores(ad).into_iter().filter_map(person).collect();
        scored.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(b.0)));
        (ad.id.clone(), scored.into_iter().map(|(id, _)| id.clone()).collect())
    };
    set.ads.iter().map(list).collect()
}
