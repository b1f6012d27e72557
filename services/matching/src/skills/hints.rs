//! Skills that a job's own words name and that nobody confirmed. What is doubtful is left out: a hint is never a need, but it counts a
//! little and is shown, so that a wrong sense would be read as a reason.

mod words;

use crate::skills::meaning::Reading;
use crate::text::boilerplate;
use crate::text::fold::{self, Written};
use words::{BESIDE, DENIALS, ELSEWHERE, EQUAL_TREATMENT, GIVEN, OF, ORDINARY, OTHERS, PLACES};

/// The hints of one job: more than these say nothing about what it is.
pub const HINTS_MAX: usize = 16;
/// How many words before a name may deny it: "no PHP please", "pas besoin de Photoshop".
const DENIAL_WORDS: usize = 3;
/// The most words of a heading: "What we offer you".
const HEADING_WORDS_MAX: usize = 5;

/// The skills that title and text name, the title's first, each once, at most [`HINTS_MAX`].
#[must_use]
pub fn read(reading: Reading<'_>, title: &str, text: &str) -> Vec<u32> {
    let mut found = Vec::new();
    let title = std::iter::once((title, true));
    for (sentence, of_title) in title.chain(sentences(text).map(|sentence| (sentence, false))) {
        let words = fold::written(sentence);
        if !of_title && (is_equal_treatment(&words) || is_elsewhere(&words)) {
            continue;
        }
        let folded: Vec<String> = words.iter().map(|word| word.folded.clone()).collect();
        for mention in reading.named_in(&folded) {
            let end = mention.from.saturating_add(mention.words);
            let (before, name) = (words.get(..mention.from), words.get(mention.from..end));
            let (Some(before), Some(name)) = (before, name) else { continue };
            let others = of_client(before) || (!of_title && words.get(end).is_some_and(is_others));
            if names(name, of_title) && !denied(before) && !others && !found.contains(&mention.concept) {
                found.push(mention.concept);
            }
            if found.len() >= HINTS_MAX {
                return found;
            }
        }
    }
    found
}

/// The sentences of a text, without those after a heading in its second half that opens what the client gives.
fn sentences(text: &str) -> impl Iterator<Item = &str> {
    let lines: Vec<&str> = text.lines().collect();
    let half = lines.len() / 2;
    let given = lines.iter().skip(half).position(|line| opens_what_is_given(line));
    let read = given.map_or(lines.len(), |place| half.saturating_add(place));
    lines
        .into_iter()
        .take(read)
        .flat_map(|line| line.split_inclusive(". ").flat_map(|it| it.split(['!', '?'])))
}

fn opens_what_is_given(line: &str) -> bool {
    let words = fold::words(line);
    words.len() <= HEADING_WORDS_MAX && words.iter().any(|word| GIVEN.binary_search(&word.as_str()).is_ok())
}

fn is_elsewhere(words: &[Written]) -> bool {
    let says = |phrase: &&[&str]| {
        words.windows(phrase.len()).any(|at| at.iter().zip(*phrase).all(|(a, b)| a.folded == *b))
    };
    ELSEWHERE.iter().any(says)
}

/// Whether what follows says what the client is.
fn of_client(before: &[Written]) -> bool {
    let mut back = before.iter().rev().map(|word| word.folded.as_str());
    let place =
        if back.next().is_some_and(|word| OF.binary_search(&word).is_ok()) { back.next() } else { None };
    place.is_some_and(|word| PLACES.binary_search(&word).is_ok())
}

fn is_others(word: &Written) -> bool {
    OTHERS.binary_search(&word.folded.as_str()).is_ok()
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
    let telling =
        |word: &&Written| !fold::is_empty_word(&word.folded) && !boilerplate::is_boilerplate(&word.folded);
    let telling: Vec<&Written> = words.iter().filter(telling).collect();
    match telling.as_slice() {
        [] => false,
        [word] => {
            let ordinary = words.len() == 1 && ORDINARY.binary_search(&word.folded.as_str()).is_ok();
            let beside = !of_title && BESIDE.binary_search(&word.folded.as_str()).is_ok();
            !ordinary && !beside && (word.name || of_title)
        }
        [..] => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::skills::link::Linker;
    use crate::skills::taxonomy::{ConceptKind, Importer, Taxonomy};
    use crate::text::TextLanguage;

    /// A list of skills by their names, of which those after a comma are other names, and forty that share two words.
    fn list() -> Taxonomy {
        let mut importer = Importer::new("t").unwrap();
        let names = [
            "PHP",
            "Go",
            "WordPress",
            "data entry",
            "customer service",
            "welding",
            "travel",
            "AVEC",
            "German",
            "sales",
            "packages,engineering",
            "BPMN,workflows",
        ];
        let common = (0..40).map(|count| format!("engineering {count},sales {count}"));
        let names = names.into_iter().map(str::to_owned).chain(common);
        let rows: String = names
            .enumerate()
            .map(|(place, names)| {
                let (first, other) = names.split_once(',').unwrap_or((&names, ""));
                format!("KnowledgeSkillCompetence,{place},{first},{other},\n")
            })
            .collect();
        let head = "conceptType,conceptUri,preferredLabel,altLabels,iscoGroup\n";
        importer.add(&format!("{head}{rows}"), TextLanguage::English).unwrap();
        importer.finish().unwrap()
    }

    fn found(taxonomy: &Taxonomy, title: &str, text: &str) -> Vec<String> {
        let linker = Linker::new(taxonomy);
        let (kind, language) = (ConceptKind::Skill, TextLanguage::English);
        let found = read(Reading { taxonomy, linker: &linker, kind, language }, title, text);
        let label = |concept: u32| taxonomy.get(concept).unwrap().label(TextLanguage::English).to_owned();
        found.into_iter().map(label).collect()
    }

    #[test]
    fn a_hint_is_read_only_where_its_sense_is_plain() {
        let list = list();
        for (title, text, expected) in [
            ("Help with our shop", "It runs on WordPress and PHP.", &["WordPress", "PHP"][..]),
            ("Help with our shop", "wordpress or php", &[]),
            ("wordpress shop", "", &["WordPress"]),
            ("Help", "No PHP please, and we do not use WordPress.", &[]),
            ("Aide", "Pas besoin de PHP.", &[]),
            ("Help", "Ready to go? Go to our site. We let things Go.", &[]),
            ("go", "", &[]),
            ("Help", "Mostly data entry and customer service", &["data entry"]),
            ("Help", "you like welding", &[]),
            ("Welding of a gate", "", &["welding"]),
            ("Help", "Equal whatever your gender, age or religion: Welding, PHP", &[]),
            ("Help", "PHP", &["PHP"]),
            ("Help", "Welding", &[]),
            ("Help", "Our stack:\n- our own PHP", &["PHP"]),
            ("Voyage AVEC nous", "avec nous", &[]),
        ] {
            assert_eq!(found(&list, title, text), expected, "{title}: {text}");
        }
    }

    #[test]
    fn a_common_word_is_a_hint_only_as_the_first_name_of_a_skill() {
        let list = list();
        for (title, expected) in
            [("Engineering help", &[][..]), ("Sales help", &["sales"]), ("Workflows", &["BPMN"])]
        {
            assert_eq!(found(&list, title, ""), expected, "{title}");
        }
    }

    #[test]
    fn what_others_do_and_what_the_client_gives_is_no_hint() {
        let list = list();
        let text = "We need PHP.\nGive us a call\nWhat we offer you\nCourses in WordPress";
        for (text, expected) in [
            (text, &["PHP"][..]),
            ("What we offer you\nMuch PHP\nand WordPress\nand fun", &["PHP", "WordPress"]),
            ("We offer you a place where people write PHP all day", &["PHP"]),
            ("Work with our PHP engineers. Some WordPress.", &["WordPress"]),
            ("Some WordPress. The PHP is written in-house.", &["WordPress"]),
            ("Le PHP est écrit en interne", &[]),
            ("The Department of Welding needs PHP", &["PHP"]),
            ("You get access to PHP Learning", &[]),
            ("We are a German company and want German texts", &[]),
        ] {
            assert_eq!(found(&list, "Help", text), expected, "{text}");
        }
        assert_eq!(found(&list, "Logo pour salon de welding", ""), [""; 0]);
        assert_eq!(found(&list, "German teacher for PHP engineers", ""), ["German", "PHP"]);
    }

    #[test]
    fn the_lists_are_sorted_for_the_search_and_a_job_has_few_hints() {
        let lists = [ORDINARY, EQUAL_TREATMENT, GIVEN, OTHERS, BESIDE, OF, PLACES];
        assert!(lists.iter().all(|list| list.is_sorted()));
        assert_eq!(found(&list(), "", &"data entry, customer service, ".repeat(500)).len(), 1);
    }
}
