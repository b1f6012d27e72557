//! What cost points, factor by factor, with the reason as far as the explanation knows it.

use super::{amount, points};
use crate::pair::score::ONE;
use crate::pair::words::Where;
use crate::say::explain::{Explanation, Line, WordLine};
use crate::side::{Factor, Side};
use crate::text::boilerplate;

/// Costs below this are not worth a sentence: a tenth of a point.
const LOST_MIN: i64 = 1_000;

/// The words of a title that a sentence names.
const WORDS_SAID: usize = 5;

/// What cost points on one side, the costliest first. Headline and text are one thing to whoever reads: words that are there or not.
pub(super) fn sentences(
    lines: &[Line],
    explanation: &Explanation,
    side: Side,
    french: bool,
) -> Vec<(Factor, String)> {
    let of_words = |line: &Line| matches!(line.factor, Factor::Title | Factor::Text);
    let (words, mut costs): (Vec<Line>, Vec<Line>) = lines.iter().copied().partition(of_words);
    costs.extend(
        words.into_iter().reduce(|one, other| Line { lost: one.lost.saturating_add(other.lost), ..one }),
    );
    costs.retain(|line| line.lost >= LOST_MIN);
    costs.sort_by(|a, b| b.lost.cmp(&a.lost).then(a.factor.cmp(&b.factor)));
    let sentence = |line: &Line| {
        let lost = points(u32::try_from(line.lost).unwrap_or(u32::MAX), french);
        let (en, fr) = reason(line, explanation, side);
        let said =
            if french { format!("{fr} : −{lost} points.") } else { format!("{en}: −{lost} points.") };
        (line.factor, said)
    };
    costs.iter().map(sentence).collect()
}

fn reason(line: &Line, explanation: &Explanation, side: Side) -> (String, String) {
    let both = |en: &str, fr: &str| (en.to_owned(), fr.to_owned());
    match line.factor {
        Factor::Skill => {
            both("Skills that are missing or only near", "Compétences absentes ou seulement voisines")
        }
        Factor::Title | Factor::Text => match side {
            Side::Client => missing(explanation),
            Side::Freelancer => both(
                "The job asks for little of what the profile offers",
                "La mission demande peu de ce que le profil offre",
            ),
        },
        Factor::Rate => rate(explanation),
        Factor::Language => both("The languages", "Les langues"),
        Factor::Place => match explanation.kilometres {
            Some(km) => (format!("{km} km away"), format!("À {km} km")),
            None => both("The place", "Le lieu"),
        },
        Factor::Reputation => record(line.x, side),
    }
}

/// The telling words of the title that a person has, or has not, as a list.
pub(super) fn said(explanation: &Explanation, had: bool) -> Vec<&str> {
    let tells =
        |line: &&WordLine| (line.at != Where::Nowhere) == had && !boilerplate::is_boilerplate(&line.word);
    explanation.title.iter().filter(tells).map(|line| line.word.as_str()).take(WORDS_SAID).collect()
}

/// Which words of the title are missing; if none is, it is the text whose words are.
fn missing(explanation: &Explanation) -> (String, String) {
    if explanation.copied {
        return (
            "The profile repeats the job's text, which counts for nothing".to_owned(),
            "Le profil répète le texte de la mission, ce qui ne compte pas".to_owned(),
        );
    }
    let missing = said(explanation, false);
    if missing.is_empty() {
        return (
            "The profile says little of what the job's text says".to_owned(),
            "Le profil dit peu de ce que dit le texte de la mission".to_owned(),
        );
    }
    let missing = missing.join(", ");
    (format!("The profile does not say: {missing}"), format!("Le profil ne dit pas : {missing}"))
}

fn rate(explanation: &Explanation) -> (String, String) {
    let Some(price) = &explanation.price else { return ("The rate".to_owned(), "Le tarif".to_owned()) };
    let told = |french| (amount(price.asked, price, french), amount(price.paid, price, french));
    let ((asked, paid), (asked_fr, paid_fr)) = (told(false), told(true));
    (
        format!("{asked} is asked and the job pays {paid}"),
        format!("{asked_fr} demandés, la mission paie {paid_fr}"),
    )
}

/// Who has no record has exactly one half, and nobody loses more by that than by what is known.
fn record(x: u32, side: Side) -> (String, String) {
    let (en, fr) = match (x == ONE / 2, side) {
        (true, Side::Client) => (
            "No record yet, which counts as a middling one",
            "Pas encore d'historique, compté comme un historique moyen",
        ),
        (true, Side::Freelancer) => (
            "The client has no record yet, which counts as a middling one",
            "Le client n'a pas encore d'historique, compté comme un historique moyen",
        ),
        (false, Side::Client) => ("The record so far", "L'historique"),
        (false, Side::Freelancer) => ("The client's record so far", "L'historique du client"),
    };
    (en.to_owned(), fr.to_owned())
}
