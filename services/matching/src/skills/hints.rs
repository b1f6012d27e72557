//! Skills that a job's own words name and that nobody confirmed. What is doubtful is left out: a hint is never a need, but it counts a
//! little and is shown, so that a wrong sense would be read as a reason.

use crate::skills::link::Linker;
use crate::skills::taxonomy::ConceptKind;
use crate::text::fold::{self, Written};
use crate::text::{TextLanguage, boilerplate};

/// The hints of one job: more than these say nothing about what it is.
pub const HINTS_MAX: usize = 16;
/// How many words before a name may deny it: "no PHP please", "pas besoin de Photoshop".
const DENIAL_WORDS: usize = 3;
/// A line with two of these speaks of equal treatment, and names no skill.
const EQUAL_TREATMENT: &[&str] = &[
    "age", "disability", "ethnicity", "gender", "handicap", "identity", "nationality", "origin", "orientation",
    "pregnancy", "race", "religion", "sex", "sexe", "sexual", "veteran",
];
const DENIALS: &[&str] = &["no", "not", "non", "pas", "sans", "without", "aucun", "aucune", "neither", "instead", "ni"];
/// One-word names of skills that ordinary texts use in another sense, also with a capital.
const ORDINARY: &[&str] = &[
    "access", "action", "agile", "air", "audit", "avec", "basic", "box", "c", "central",
    "chef", "circle", "clean", "cloud", "coach", "color", "construct", "contract", "crystal", "cuisine", "dart", "dash",
    "data", "design", "drift", "edge", "elm", "english", "environment", "express", "finder", "flash", "flask",
    "flow", "force", "french", "front", "gatsby", "ghost", "gin", "go", "google", "head", "hive", "hr", "human",
    "impact", "it", "jam", "jest", "julia", "lead", "lean", "light", "linear",
    "live", "make", "master", "media", "mobile", "monday", "motion", "nest", "next", "nord",
    "notion", "numbers", "oracle", "outlook", "pages", "paint", "park", "play", "plus", "pro", "processing", "project",
    "pulse", "puppet", "r", "rails", "re", "remote", "report", "rest", "rhino", "ruby", "rust", "sage",
    "salt", "scratch", "segment", "select", "service", "sign", "sketch", "slack", "solidity", "spark", "spring",
    "square", "stage", "storm", "stripe", "support", "swift", "teams", "travel", "visa", "vision",
    "wave", "web", "word", "zoom",
];

/// The skills that title and text name, the title's first, each once, at most [`HINTS_MAX`].
#[must_use]
pub fn read(linker: &Linker, title: &str, text: &str, language: TextLanguage) -> Vec<u32> {
    let mut found = Vec::new();
    for (line, of_title) in std::iter::once((title, true)).chain(text.lines().map(|line| (line, false))) {
        let words = fold::written(line);
        if !of_title && is_equal_treatment(&words) {
            continue;
        }
        let folded: Vec<String> = words.iter().map(|word| word.folded.clone()).collect();
        for mention in linker.mentions_in(&folded, ConceptKind::Skill, language) {
            let end = mention.from.saturating_add(mention.words);
            let (before, name) = (words.get(..mention.from), words.get(mention.from..end));
            let (Some(before), Some(name)) = (before, name) else { continue };
            if names(name, of_title) && !denied(before) && !found.contains(&mention.concept) {
                found.push(mention.concept);
            }
            if found.len() >= HINTS_MAX {
                return found;
            }
        }
    }
    found
}

fn is_equal_treatment(words: &[Written]) -> bool {
    words.iter().filter(|word| EQUAL_TREATMENT.binary_search(&word.folded.as_str()).is_ok()).count() >= 2
}

fn denied(before: &[Written]) -> bool {
    before.iter().rev().take(DENIAL_WORDS).any(|word| DENIALS.contains(&word.folded.as_str()))
}

/// Whether these words name a skill in any text: two words that tell something, or one that is written as a name and is no ordinary
/// word; in a title also one ordinary word that tells something.
fn names(words: &[Written], of_title: bool) -> bool {
    let telling = |word: &&Written| {
        !fold::is_empty_word(&word.folded) && !boilerplate::is_boilerplate(&word.folded)
    };
    let telling: Vec<&Written> = words.iter().filter(telling).collect();
    match telling.as_slice() {
        [] => false,
        [word] => {
            let ordinary = words.len() == 1 && ORDINARY.binary_search(&word.folded.as_str()).is_ok();
            !ordinary && (word.name || of_title)
        }
        [..] => true,
    }
}
