//! What a field for skills makes of phrases as people type them.

use hanse_matching::link::Linker;
use hanse_matching::meaning::Reading;
use hanse_matching::tag;
use hanse_matching::taxonomy::{ConceptKind, Taxonomy};
use hanse_matching::text::TextLanguage;
use serde::Serialize;

use crate::matching::sets;

/// The language, the phrase, the same in another person's spelling, and the ids of the concepts that are right, or `none`.
const PHRASES: &str = include_str!("../../../real/phrases.tsv");
/// How many suggestions a form shows.
const SHOWN: usize = 5;
/// In place of ids where no concept is right.
const NONE: &str = "none";

/// How many phrases come out how, in one half.
#[derive(Debug, Default, PartialEq, Eq, Serialize)]
struct Half {
    phrases: usize,
    right_sure: usize,
    right_asked: usize,
    /// A wrong one is taken without a question.
    wrong_sure: usize,
    /// Only wrong ones are asked about.
    wrong_asked: usize,
    /// A concept is right, and none is offered.
    missed: usize,
    /// None is right, and none is offered.
    rightly_none: usize,
    /// What a form keeps of the phrase, unasked, is what it keeps of the other spelling.
    meets: usize,
    /// Those of them that meet by tags of one's own.
    meets_by_tag: usize,
}

/// Both halves.
#[derive(Debug, Serialize)]
pub(crate) struct Phrases {
    tuning: Half,
    held_out: Half,
}

/// Measures every phrase in a form that does not know the language, as the forms of the judged people.
pub(crate) fn measure(taxonomy: &Taxonomy, linker: &Linker) -> Phrases {
    let reading = Reading { taxonomy, linker, kind: ConceptKind::Skill, language: TextLanguage::Other };
    let mut phrases = Phrases { tuning: Half::default(), held_out: Half::default() };
    for line in PHRASES.lines() {
        let mut cells = line.split('\t').skip(1);
        let (Some(phrase), Some(other), Some(ids)) = (cells.next(), cells.next(), cells.next()) else {
            continue;
        };
        let half = if sets::is_tuning(phrase) { &mut phrases.tuning } else { &mut phrases.held_out };
        half.count(reading, phrase, ids);
        half.compare(kept(reading, phrase), kept(reading, other));
    }
    phrases
}

/// The number that a form keeps without asking: of the concept that is surely meant, else of the words.
fn kept(reading: Reading<'_>, phrase: &str) -> Option<u32> {
    let meaning = reading.meaning(phrase, 1);
    let sure = meaning.found.first().filter(|_| meaning.sure).map(|found| found.concept);
    let own = || Some(tag::number(&tag::words(tag::own(phrase)?.as_str())?));
    sure.or_else(own)
}

impl Half {
    fn count(&mut self, reading: Reading<'_>, phrase: &str, ids: &str) {
        let meaning = reading.meaning(phrase, SHOWN);
        let found = meaning.found.iter().filter_map(|found| reading.taxonomy.get(found.concept));
        let right: Vec<bool> = found.map(|concept| ids.split(' ').any(|right| right == concept.id)).collect();
        let cell = match (right.first(), meaning.sure) {
            (Some(true), true) => &mut self.right_sure,
            (Some(false), true) => &mut self.wrong_sure,
            (Some(_), false) if right.contains(&true) => &mut self.right_asked,
            (Some(_), false) => &mut self.wrong_asked,
            (None, _) if ids == NONE => &mut self.rightly_none,
            (None, _) => &mut self.missed,
        };
        *cell = cell.saturating_add(1);
        self.phrases = self.phrases.saturating_add(1);
    }

    fn compare(&mut self, one: Option<u32>, other: Option<u32>) {
        if one.is_some() && one == other {
            self.meets = self.meets.saturating_add(1);
            self.meets_by_tag = self.meets_by_tag.saturating_add(usize::from(one.is_some_and(tag::is_own)));
        }
    }

    fn cell(&self) -> String {
        format!(
            "{:>3}: {:>2} {:>2} {:>2} {:>2} {:>2} {:>2}, {:>2} ({:>2} by tag)",
            self.phrases,
            self.right_sure,
            self.right_asked,
            self.wrong_sure,
            self.wrong_asked,
            self.missed,
            self.rightly_none,
            self.meets,
            self.meets_by_tag
        )
    }
}

impl Phrases {
    pub(crate) fn lines(&self) -> [String; 2] {
        let head = "phrases as typed: per half: right one sure, right one asked about, wrong one sure, wrong ones asked about, nothing \
             though there is one, nothing rightly; as another person's spelling without a question";
        [head.to_owned(), format!("{:<12} {}   {}", "phrases", self.tuning.cell(), self.held_out.cell())]
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use hanse_matching::taxonomy::Importer;

    use super::*;

    #[test]
    fn every_phrase_has_another_spelling_and_ids_or_none() {
        let rows: Vec<Vec<&str>> = PHRASES.lines().map(|line| line.split('\t').collect()).collect();
        assert_eq!((rows.len(), rows.iter().map(|row| row[1]).collect::<BTreeSet<_>>().len()), (120, 120));
        for row in rows {
            assert!(row.len() == 4 && ["en", "fr"].contains(&row[0]) && row[1] != row[2], "{row:?}");
            assert!(row.iter().all(|cell| !cell.trim().is_empty()), "{row:?}");
            assert!(row[3] == NONE || !row[3].split(' ').any(|id| id == NONE), "{row:?}");
        }
    }

    #[test]
    fn each_phrase_is_counted_once_and_by_what_is_right() {
        let mut importer = Importer::new("t").unwrap();
        let list = "conceptType,conceptUri,preferredLabel,altLabels,iscoGroup\nKnowledgeSkillCompetence,a,cooking,,\n";
        importer.add(list, TextLanguage::English).unwrap();
        let taxonomy = importer.finish().unwrap();
        let linker = Linker::new(&taxonomy);
        let (kind, language) = (ConceptKind::Skill, TextLanguage::Other);
        let reading = Reading { taxonomy: &taxonomy, linker: &linker, kind, language };
        let mut half = Half::default();
        for (phrase, ids) in [("cooking", "a"), ("cooking", "b"), ("tiling", "b"), ("tiling", NONE)] {
            half.count(reading, phrase, ids);
        }
        for (one, other) in [("Cooking", "cooking"), ("roof tiling", "tiling roofs"), ("tiling", "tilling")] {
            half.compare(kept(reading, one), kept(reading, other));
        }
        let expected = Half {
            phrases: 4,
            right_sure: 1,
            wrong_sure: 1,
            missed: 1,
            rightly_none: 1,
            meets: 2,
            meets_by_tag: 1,
            ..Half::default()
        };
        assert_eq!(half, expected);
    }
}
