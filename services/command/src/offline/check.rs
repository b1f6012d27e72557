//! Matches that were answered by a node, checked with no node: every score is computed again from what the answer says of it.

use hanse_matching::explain::{Explanation, Line};
use hanse_matching::score::{Score, millionths, points_lost};
use hanse_matching::side::{Factor, Side};
use serde::Serialize;
use serde_json::Value;

use crate::error::CommandError;
use hanse_client::json::Read as _;

/// What became of a check.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Checked {
    /// How many explanations were computed again.
    pub explanations: usize,
    /// What is not equal, one sentence each.
    pub wrong: Vec<String>,
}

impl Checked {
    /// One sentence, or one for each mistake.
    #[must_use]
    pub fn render(&self) -> String {
        match self.wrong.as_slice() {
            [] if self.explanations == 1 => "1 explanation, recomputed: equal".to_owned(),
            [] => format!("{} explanations, recomputed: all equal", self.explanations),
            wrong => wrong.join("\n"),
        }
    }
}

/// Checks an answer of `hanse match --json` or `hanse recommend --json`: each score and each cost, the weights that the answer
/// names, the order, and that nobody is listed who does not fit.
///
/// # Errors
/// [`CommandError::Unusable`] for what is no such answer.
pub fn matches(text: &str) -> Result<Checked, CommandError> {
    let unusable = |why: String| CommandError::Unusable(format!("this is no answer of `hanse match`: {why}"));
    let answer: Value = serde_json::from_str(text).map_err(|error| unusable(error.to_string()))?;
    let single = answer.pointer("/answer/ranked").or_else(|| answer.pointer("/answer/unfit"));
    let listed = answer.list("/items").iter().filter_map(|item| item.pointer("/explanation"));
    let mut explanations: Vec<Explanation> = Vec::new();
    for value in listed.chain(single) {
        explanations
            .push(serde_json::from_value(value.clone()).map_err(|error| unusable(error.to_string()))?);
    }
    if explanations.is_empty() && answer.pointer("/items").is_none() && answer.pointer("/answer").is_none() {
        return Err(unusable("it has neither `items` nor an `answer`".to_owned()));
    }
    let in_list = answer.pointer("/answer/unfit").is_none();
    let mut wrong = Vec::new();
    for (number, explanation) in (1..).zip(&explanations) {
        let mistakes = compare(explanation).into_iter().chain(weights(&answer, explanation));
        let mistakes = mistakes.chain(listing(explanation, in_list));
        wrong.extend(mistakes.map(|mistake| format!("item {number}: {mistake}")));
    }
    let mut by_place: Vec<&Explanation> = explanations.iter().collect();
    by_place.sort_by_key(|explanation| explanation.rank);
    let falls = |pair: &[&Explanation]| pair.first().map(|it| it.h) >= pair.last().map(|it| it.h);
    for pair in by_place.windows(2).filter(|pair| !falls(pair)) {
        let [before, after] = pair else { continue };
        wrong.push(format!(
            "place {} by score has {} millionths, place {} has {}",
            before.rank, before.h, after.rank, after.h
        ));
    }
    Ok(Checked { explanations: explanations.len(), wrong })
}

/// Where an explanation differs from what its lines give.
fn compare(explanation: &Explanation) -> Vec<String> {
    let (features, shares) = explanation.inputs();
    let score = Score::of(&features, &shares);
    let numbers = [
        ("h", explanation.h, millionths(score.h)),
        ("u", explanation.u, millionths(score.u)),
        ("v", explanation.v, millionths(score.v)),
    ];
    let differs = numbers.into_iter().filter(|(_, said, found)| said != found);
    let mut wrong: Vec<String> = differs
        .map(|(name, said, found)| format!("{name} is said to be {said}, its lines give {found}"))
        .collect();
    for (side, lines) in [(Side::Client, &explanation.client), (Side::Freelancer, &explanation.freelancer)] {
        let lost = points_lost(features.of(side), shares.of(side));
        let costs = |line: &&Line| Factor::ALL.iter().zip(lost).find(|(factor, _)| **factor == line.factor);
        for line in lines {
            if let Some((_, lost)) = costs(&line).filter(|(_, lost)| *lost != line.lost) {
                wrong.push(format!(
                    "{:?} is said to cost {} ten-thousandths, its line gives {lost}",
                    line.factor, line.lost
                ));
            }
        }
    }
    if wrong.is_empty() && !explanation.holds() {
        wrong.push("its lines are not in their one form".to_owned());
    }
    wrong
}

/// Lines that weigh otherwise than the answer says.
fn weights(answer: &Value, explanation: &Explanation) -> Vec<String> {
    let Some(named) = answer.pointer("/weights") else { return Vec::new() };
    let sides = [("client", &explanation.client), ("freelancer", &explanation.freelancer)];
    let lines = sides.into_iter().flat_map(|(side, lines)| lines.iter().map(move |line| (side, line)));
    let said = |side: &str, line: &Line| {
        let factor = serde_json::to_value(line.factor).ok()?;
        named.get(side)?.get(factor.as_str()?)?.as_u64()
    };
    lines
        .filter(|(side, line)| said(side, line) != Some(u64::from(line.weight)))
        .map(|(side, line)| {
            format!("{:?} of the {side} weighs {}, not what the answer says", line.factor, line.weight)
        })
        .collect()
}

/// Somebody who is listed and does not fit, or the other way round. A line that is absent may weigh nothing there and yet make somebody
/// fit, so that of those who are listed nothing can be said without it.
fn listing(explanation: &Explanation, in_list: bool) -> Option<String> {
    let (features, _) = explanation.inputs();
    let stated = |factor: &Factor| features.client.get(*factor as usize).copied().flatten().is_some();
    let whole = [Factor::Skill, Factor::Title, Factor::Text].iter().all(stated);
    (features.fit() != in_list && (whole || !in_list)).then(|| {
        let said =
            if in_list { "is listed, and its lines say that it does not fit" } else { "fits by its lines" };
        said.to_owned()
    })
}

#[cfg(test)]
mod tests {
    use hanse_matching::score::{Features, ONE};
    use hanse_matching::side::{RANKER, Weights};
    use serde_json::json;

    use super::*;

    /// An answer about two people, as a node gives it.
    fn answer() -> Value {
        let named = |row: &[u16]| -> Value {
            let names = Factor::ALL.iter().map(|factor| serde_json::to_value(factor).unwrap());
            names.zip(row).map(|(name, weight)| (name.as_str().unwrap().to_owned(), json!(weight))).collect()
        };
        let weights = Weights::DEFAULT;
        let items: Vec<Value> = [(1, 900_000), (2, 765_000)]
            .into_iter()
            .map(|(place, skill)| json!({"place": place, "explanation": explanation(place, skill)}))
            .collect();
        json!({"job": "job_x", "items": items,
            "weights": {"client": named(&weights.client), "freelancer": named(&weights.freelancer)}})
    }

    fn explanation(rank: usize, skill: u32) -> Value {
        of(rank, skill, None)
    }

    fn of(rank: usize, skill: u32, title: Option<u32>) -> Value {
        let weights = Weights::DEFAULT;
        let mut features = Features::default();
        for row in [&mut features.client, &mut features.freelancer] {
            (row[0], row[1], row[2]) = (Some(skill), title, title);
            (row[3], row[6]) = (Some(1_000_000), Some(500_000));
        }
        let score = Score::of(&features, &weights);
        let lines = |side| -> Vec<Value> {
            let lost = points_lost(features.of(side), weights.of(side));
            let rows = Factor::ALL.iter().zip(features.of(side)).zip(weights.of(side)).zip(lost);
            rows.filter_map(|(((factor, x), weight), lost)| {
                Some(json!({"factor": factor, "x": (*x)?, "weight": weight, "lost": lost}))
            })
            .collect()
        };
        json!({"form": 3, "ranker": RANKER, "taxonomy": "t", "taxonomy_digest": "00", "rates": "2026-11-24",
            "rank": rank, "h": millionths(score.h), "u": millionths(score.u), "v": millionths(score.v),
            "client": lines(Side::Client), "freelancer": lines(Side::Freelancer), "needs": [], "title": [], "what_if": [], "not_used": []})
    }

    #[test]
    fn an_answer_that_adds_up_is_equal() {
        let checked = matches(&answer().to_string()).unwrap();
        assert_eq!(checked, Checked { explanations: 2, wrong: Vec::new() });
        let single = json!({"answer": {"ranked": explanation(7, 500_000)}});
        assert_eq!(matches(&single.to_string()).unwrap().explanations, 1);
        let stopped = json!({"answer": {"stopped": "too-far"}});
        assert_eq!(matches(&stopped.to_string()).unwrap(), Checked::default());
    }

    #[test]
    fn who_does_not_fit_is_in_no_list() {
        let listed = |explanation: Value| {
            let answer = json!({"items": [{"place": 1, "explanation": explanation}]});
            matches(&answer.to_string()).unwrap().wrong
        };
        let told = ["item 1: is listed, and its lines say that it does not fit"];
        assert_eq!(listed(of(1, 0, Some(199_999))), told);
        assert_eq!(listed(of(1, 0, Some(200_001))), [""; 0]);
        assert_eq!(listed(of(1, 179_999, Some(0))), told);
        assert_eq!(listed(of(1, 180_001, Some(0))), [""; 0]);
        assert_eq!(listed(of(1, 0, None)), [""; 0], "words may weigh nothing there");
        let unfit = |skill, words| {
            let answer = json!({"answer": {"unfit": of(9, skill, words)}});
            matches(&answer.to_string()).unwrap().wrong
        };
        assert_eq!(unfit(0, Some(0)), [""; 0]);
        assert_eq!(unfit(180_001, Some(0)), ["item 1: fits by its lines"]);
        assert_eq!(unfit(0, None), [""; 0]);
        assert_eq!(unfit(ONE, None), ["item 1: fits by its lines"]);
    }

    #[test]
    fn whatever_is_changed_is_found_and_named() {
        let second = "/items/1/explanation";
        for (pointer, value, told) in [
            ("h", json!(800_000), "item 2: h is said to be 800000"),
            ("client/0/x", json!(766_000), "item 2: Skill is said to cost"),
            ("freelancer/0/lost", json!(0), "item 2: Skill is said to cost 0 "),
            ("client/2/weight", json!(8), "is said to be"),
            ("rank", json!(0), "place 0 by score has"),
        ] {
            let mut forged = answer();
            *forged.pointer_mut(&format!("{second}/{pointer}")).unwrap() = value;
            let wrong = matches(&forged.to_string()).unwrap().wrong.join("\n");
            assert!(wrong.contains(told), "{pointer}: {wrong}");
        }
        let mut other = answer();
        other["weights"]["client"]["skill"] = json!(50);
        let wrong = matches(&other.to_string()).unwrap().wrong;
        assert_eq!(wrong.len(), 2, "both items weigh otherwise than the answer says: {wrong:?}");
    }

    #[test]
    fn what_is_no_answer_cannot_be_checked() {
        for text in
            ["", "[]", "{}", "{\"items\":[{\"explanation\":{}}]}", "{\"items\":[{\"explanation\":1e999}]}"]
        {
            assert!(matches!(matches(text), Err(CommandError::Unusable(_))), "{text}");
        }
    }
}
