//! Skills that a job's own words name and that nobody confirmed. What is doubtful is left out: a hint is never a need, but it counts
//! among the words, and a wrong sense brings the wrong people.

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
    "age",
    "disability",
    "ethnicity",
    "gender",
    "handicap",
    "identity",
    "nationality",
    "orientation",
    "origin",
    "pregnancy",
    "race",
    "religion",
    "sex",
    "sexe",
    "sexual",
    "veteran",
];
const DENIALS: &[&str] =
    &["no", "not", "non", "pas", "sans", "without", "aucun", "aucune", "neither", "instead", "ni"];
/// One-word names of skills that ordinary texts use in another sense, also with a capital.
const ORDINARY: &[&str] = &[
    "access",
    "action",
    "agile",
    "air",
    "ar",
    "audit",
    "avec",
    "basic",
    "bootstrap",
    "box",
    "c",
    "central",
    "chant",
    "chef",
    "circle",
    "clean",
    "cloud",
    "coach",
    "color",
    "construct",
    "contract",
    "crochet",
    "crystal",
    "cuisine",
    "cypress",
    "dart",
    "dash",
    "data",
    "design",
    "dj",
    "drift",
    "edge",
    "elixir",
    "elm",
    "english",
    "environment",
    "express",
    "finder",
    "flash",
    "flask",
    "flow",
    "force",
    "french",
    "front",
    "gatsby",
    "ghost",
    "gin",
    "go",
    "google",
    "gravure",
    "groovy",
    "head",
    "hive",
    "hr",
    "human",
    "impact",
    "ionic",
    "it",
    "jam",
    "jest",
    "julia",
    "latex",
    "lead",
    "lean",
    "light",
    "linear",
    "live",
    "magie",
    "make",
    "master",
    "media",
    "mobile",
    "monday",
    "motion",
    "nest",
    "net",
    "next",
    "nord",
    "notion",
    "numbers",
    "oracle",
    "outlook",
    "pages",
    "paint",
    "park",
    "play",
    "plonge",
    "plus",
    "pro",
    "processing",
    "procreate",
    "project",
    "pulse",
    "puppet",
    "r",
    "rag",
    "rails",
    "re",
    "remote",
    "report",
    "rest",
    "rhino",
    "ruby",
    "rust",
    "sage",
    "salt",
    "scratch",
    "sea",
    "segment",
    "select",
    "service",
    "sign",
    "sketch",
    "ski",
    "slack",
    "solidity",
    "spark",
    "spring",
    "square",
    "stage",
    "storm",
    "stripe",
    "support",
    "surf",
    "swift",
    "tableau",
    "teams",
    "travel",
    "unreal",
    "vagrant",
    "visa",
    "vision",
    "vite",
    "wave",
    "web",
    "word",
    "zoom",
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
            if names(name, of_title) && !denied(before, name) && !found.contains(&mention.concept) {
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

/// Whether one of the last words of the same sentence denies what follows.
fn denied(before: &[Written], name: &[Written]) -> bool {
    let words = name.first().into_iter().chain(before.iter().rev().take(DENIAL_WORDS));
    let mut sentence = words.scan(false, |ended, word| {
        let within = !*ended;
        *ended |= word.first;
        within.then_some(word)
    });
    sentence.any(|word| DENIALS.contains(&word.folded.as_str()))
}

/// Whether these words name a skill in any text: two words that tell something, or one that is written as a name and is no ordinary
/// word; in a title also one ordinary word that tells something.
fn names(words: &[Written], of_title: bool) -> bool {
    let telling =
        |word: &&Written| !fold::is_empty_word(&word.folded) && !boilerplate::is_boilerplate(&word.folded);
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::skills::taxonomy::Importer;

    fn linker() -> (Vec<String>, Linker) {
        let mut importer = Importer::new("t").unwrap();
        let names = ["PHP", "Go", "WordPress", "data entry", "customer service", "welding", "travel", "AVEC"];
        let rows: String = (0..names.len())
            .map(|place| format!("KnowledgeSkillCompetence,{place},{},,\n", names.get(place).unwrap()))
            .collect();
        let head = "conceptType,conceptUri,preferredLabel,altLabels,iscoGroup\n";
        importer.add(&format!("{head}{rows}"), TextLanguage::English).unwrap();
        let taxonomy = importer.finish().unwrap();
        let names = taxonomy.concepts().iter().map(|it| it.label(TextLanguage::English).to_owned());
        (names.collect(), Linker::new(&taxonomy))
    }

    #[test]
    fn a_hint_is_read_only_where_its_sense_is_plain() {
        let (names, linker) = linker();
        for (title, text, expected) in [
            ("Help with our shop", "It runs on WordPress and PHP.", &["WordPress", "PHP"][..]),
            ("Help with our shop", "wordpress or php", &[]),
            ("wordpress shop", "", &["WordPress"]),
            ("Help", "No PHP please, and we do not use WordPress.", &[]),
            ("Aide", "Pas besoin de PHP.", &[]),
            ("Help", "Ready to go? Go to our site. We let things Go.", &[]),
            ("go", "", &[]),
            ("Help", "Mostly data entry and customer service", &["data entry"]),
            ("Help", "No agencies. We use WordPress and PHP.", &["WordPress", "PHP"]),
            ("Help", "you like welding", &[]),
            ("Welding of a gate", "", &["welding"]),
            ("Help", "Equal whatever your gender, age or religion: Welding, PHP", &[]),
            ("Help", "PHP", &["PHP"]),
            ("Help", "Welding", &[]),
            ("Help", "Our stack:\n- our own PHP", &["PHP"]),
            ("Voyage AVEC nous", "avec nous", &[]),
        ] {
            let found = read(&linker, title, text, TextLanguage::English);
            let found: Vec<&str> = found.iter().map(|it| names.get(*it as usize).unwrap().as_str()).collect();
            assert_eq!(found, expected, "{title}: {text}");
        }
    }

    #[test]
    fn the_lists_are_sorted_for_the_search_and_a_job_has_few_hints() {
        assert!(ORDINARY.is_sorted() && EQUAL_TREATMENT.is_sorted());
        let (_, linker) = linker();
        let text = "data entry, customer service, ".repeat(500);
        assert_eq!(read(&linker, "", &text, TextLanguage::English).len(), 1);
    }
}
