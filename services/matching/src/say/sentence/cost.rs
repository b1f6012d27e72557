//! What cost points, factor by factor, with the reason as far as the explanation knows it.

use super::{amount, points};
use crate::pair::score::ONE;
use crate::pair::words::Where;
use crate::say::explain::{Explanation, Line};
use crate::side::{Factor, Side};

/// The missing words of a title that a sentence names.
const WORDS_SAID: usize = 5;

/// One cost.
pub(super) fn sentence(line: &Line, explanation: &Explanation, side: Side, french: bool) -> String {
    let lost = points(u32::try_from(line.lost).unwrap_or(u32::MAX), french);
    let (en, fr) = reason(line, explanation, side);
    if french { format!("{fr} : −{lost} points.") } else { format!("{en}: −{lost} points.") }
}

fn reason(line: &Line, explanation: &Explanation, side: Side) -> (String, String) {
    let both = |en: &str, fr: &str| (en.to_owned(), fr.to_owned());
    match line.factor {
        Factor::Skill => {
            both("Skills that are missing or only near", "Compétences absentes ou seulement voisines")
        }
        Factor::Title => both(
            "The headline says something else than the title of the job",
            "La ligne sous le nom dit autre chose que le titre de la mission",
        ),
        Factor::Text => match side {
            Side::Client => words(explanation),
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

/// Which words of the title are missing; if none is, it is the text whose words are.
fn words(explanation: &Explanation) -> (String, String) {
    let missing = explanation.title.iter().filter(|line| line.at == Where::Nowhere);
    let missing: Vec<&str> = missing.map(|line| line.word.as_str()).take(WORDS_SAID).collect();
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
