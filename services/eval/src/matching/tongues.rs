//! Titles in languages that the taxonomy has no label in: two labelled sets as if their language were one, and sets that we wrote.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use hanse_matching::link::Linker;
use hanse_matching::taxonomy::Taxonomy;
use hanse_matching::text::TextLanguage;
use hanse_matching::title::Titles;
use serde::Serialize;

use super::outside;
use super::sets::{self, ReadError, Set};
use super::tables::{self, Row};

/// A language, a query and the titles that are near to it a line; all titles of a language are its corpus.
const WRITTEN: &str = include_str!("../../titles/written.tsv");

/// What the product takes the titles of a language for, where nobody says it.
#[derive(Debug, Serialize)]
pub(crate) struct Guessed {
    language: String,
    titles: usize,
    english: usize,
    french: usize,
}

impl Guessed {
    fn new<'a>(language: &str, titles: impl Iterator<Item = &'a str>) -> Self {
        let guesses: Vec<TextLanguage> = titles.map(TextLanguage::guess).collect();
        let count = |language| guesses.iter().filter(|guess| **guess == language).count();
        Self {
            language: language.to_owned(),
            titles: guesses.len(),
            english: count(TextLanguage::English),
            french: count(TextLanguage::French),
        }
    }

    pub(crate) fn line(&self) -> String {
        let share = |count: usize| count as f64 / self.titles.max(1) as f64;
        format!(
            "guessed  {}: of {:>4} titles English {:.3}, French {:.3}",
            self.language,
            self.titles,
            share(self.english),
            share(self.french)
        )
    }
}

/// The rows of all sets with their baselines, and what each language is taken for.
pub(crate) fn measure(
    data: &Path,
    taxonomy: &Taxonomy,
    linker: &Arc<Linker>,
) -> Result<(Vec<Row>, Vec<Guessed>), ReadError> {
    let (mut rows, mut guessed) = (Vec::new(), Vec::new());
    let (english, french) = (TextLanguage::English, TextLanguage::French);
    for (own, other) in [(english, french), (french, english)] {
        let set = Set::read(&data.join(format!("eval/jobtitle-{}", own.tag())))?;
        guessed.push(Guessed::new(own.tag(), texts(&set)));
        let foreign = sets::esco_in(&data.join("esco"), &[other], &[])?;
        let titles = Titles::new(&foreign, Arc::new(Linker::new(&foreign)));
        let name = format!("{} as if foreign", own.tag());
        rows.push(tables::titles(&name, &set, &titles, TextLanguage::Other));
        rows.extend(outside::of_words_and_letters(&name, &set, own));
    }
    let titles = Titles::new(taxonomy, Arc::clone(linker));
    for (language, set) in written() {
        guessed.push(Guessed::new(&language, texts(&set)));
        let name = format!("{language}, written by us");
        rows.push(tables::titles(&name, &set, &titles, TextLanguage::Other));
        let [plain, _, letters] = outside::of_words_and_letters(&name, &set, TextLanguage::Other);
        rows.extend([plain, letters]);
    }
    Ok((rows, guessed))
}

fn texts(set: &Set) -> impl Iterator<Item = &str> {
    let texts: BTreeSet<&str> =
        set.queries.iter().chain(&set.corpus).map(|(_, text)| text.as_str()).collect();
    texts.into_iter()
}

/// By language.
fn written() -> BTreeMap<String, Set> {
    let mut sets: BTreeMap<String, Set> = BTreeMap::new();
    for line in WRITTEN.lines() {
        let mut cells = line.split('\t');
        let (Some(language), Some(query), Some(near)) = (cells.next(), cells.next(), cells.next()) else {
            continue;
        };
        let empty = || Set { queries: Vec::new(), corpus: Vec::new(), grades: BTreeMap::new() };
        let set = sets.entry(language.to_owned()).or_insert_with(empty);
        let id = format!("{language}-{query}");
        set.queries.push((id.clone(), query.to_owned()));
        for title in near.split('|').map(str::to_owned) {
            if set.corpus.iter().all(|(other, _)| *other != title) {
                set.corpus.push((title.clone(), title.clone()));
            }
            set.grades.entry(id.clone()).or_default().insert(title, 1);
        }
    }
    sets
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_language_has_queries_with_titles_that_are_not_the_query() {
        let sets = written();
        assert_eq!(sets.keys().collect::<Vec<_>>(), ["de", "es", "it", "nl", "pl", "pt", "ro"]);
        assert_eq!(sets.values().map(|set| set.queries.len()).sum::<usize>(), WRITTEN.lines().count());
        for (language, set) in &sets {
            for (id, query) in &set.queries {
                let near = &set.grades[id];
                assert!(near.len() >= 4 && !near.contains_key(query), "{language}: {query}");
            }
        }
    }

    #[test]
    fn a_guess_counts_titles() {
        let guessed = Guessed::new("de", ["Comptable pour les indépendants", "Tischlerin"].into_iter());
        assert_eq!((guessed.titles, guessed.english, guessed.french), (2, 0, 1));
        assert_eq!(guessed.line(), "guessed  de: of    2 titles English 0.000, French 0.500");
    }
}
