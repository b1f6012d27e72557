//! One table for each set: the product's code beside the baseline's.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use hanse_matching::link::Linker;
use hanse_matching::taxonomy::{ConceptKind, Importer, Rows, Taxonomy};
use hanse_matching::text::TextLanguage;
use hanse_matching::title::Titles;
use serde::Serialize;

use super::metrics::{Scores, Sum};
use super::sets::{self, ReadError, Set};

/// How deep a ranking is looked at.
pub(crate) const DEPTH: usize = 1_000;

/// One system on one set: over all queries, over those that parameters were chosen on, and over the others.
#[derive(Debug, Serialize)]
pub(crate) struct Row {
    pub(crate) set: String,
    pub(crate) system: String,
    pub(crate) all: Scores,
    pub(crate) tuning: Scores,
    pub(crate) held_out: Scores,
}

/// A figure that a change must not fall below, and what no baseline of the run may reach.
#[derive(Debug, Serialize)]
pub(crate) struct Target {
    pub(crate) set: &'static str,
    pub(crate) measure: &'static str,
    pub(crate) least: f64,
    pub(crate) value: f64,
    /// The best of all other systems, and which.
    pub(crate) baseline: f64,
    pub(crate) baseline_system: String,
    pub(crate) reached: bool,
}

const TARGETS: [(&str, &str, f64); 7] = [
    ("jobtitle-en", "nDCG@10", 0.62),
    ("jobtitle-fr", "nDCG@10", 0.55),
    ("melo-fra_q_fr_c_fr", "MRR", 0.82),
    ("melo-fra_q_fr_c_en", "MRR", 0.78),
    ("melo-usa_q_en_c_en", "MRR", 0.60),
    ("skill-fr-fr", "nDCG@10", 0.30),
    ("skill-fr-fr", "R@100", 0.62),
];
/// The product, and the product without the synonyms of another classification.
pub(crate) const PRODUCT: [&str; 2] = ["hanse", "hanse, ESCO only"];

/// The product's figures over all queries beside what they must reach.
pub(crate) fn targets(rows: &[Row]) -> Vec<Target> {
    let judge = |(set, measure, least): (&'static str, &'static str, f64)| {
        let figure = |row: &Row| match measure {
            "nDCG@10" => row.all.ndcg_10,
            "MRR" => row.all.mrr,
            _ => row.all.recall_100,
        };
        let of_set = || rows.iter().filter(|row| row.set == set);
        let value = of_set().find(|row| row.system == PRODUCT[0]).map_or(0.0, figure);
        let others = of_set().filter(|row| !PRODUCT.contains(&row.system.as_str()));
        let best = others.max_by(|a, b| figure(a).total_cmp(&figure(b)));
        let baseline = best.map_or(0.0, figure);
        let baseline_system = best.map_or_else(String::new, |row| row.system.clone());
        Target {
            set,
            measure,
            least,
            value,
            baseline,
            baseline_system,
            reached: value >= least && value > baseline,
        }
    };
    TARGETS.into_iter().map(judge).collect()
}

/// Ranks every query.
pub(crate) fn measure(name: &str, system: &str, set: &Set, rank: impl Fn(&str) -> Vec<usize>) -> Row {
    let (mut all, mut tuning, mut held_out) = (Sum::default(), Sum::default(), Sum::default());
    let none = BTreeMap::new();
    for (id, text) in &set.queries {
        let ranked = rank(text);
        let ids: Vec<&str> =
            ranked.iter().filter_map(|place| set.corpus.get(*place)).map(|(id, _)| id.as_str()).collect();
        let grades = set.grades.get(id).unwrap_or(&none);
        all.add(&ids, grades);
        if sets::is_tuning(id) { tuning.add(&ids, grades) } else { held_out.add(&ids, grades) }
    }
    Row {
        set: name.to_owned(),
        system: system.to_owned(),
        all: all.mean(),
        tuning: tuning.mean(),
        held_out: held_out.mean(),
    }
}

/// Job titles by the title factor of the ranking, `name` being what the row is called.
pub(crate) fn titles(name: &str, set: &Set, titles: &Titles, language: TextLanguage) -> Row {
    let corpus: Vec<_> = set.corpus.iter().map(|(_, text)| titles.read(text, language)).collect();
    measure(name, PRODUCT[0], set, |query| {
        let query = titles.ask(query, language);
        let mut scored: Vec<(usize, f64)> =
            corpus.iter().map(|title| Titles::alike(&query, title)).enumerate().collect();
        scored.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        scored.into_iter().take(DEPTH).map(|(place, _)| place).collect()
    })
}

/// Titles of national lists among the labels of a set, each label for itself.
pub(crate) fn labels(data: &Path, name: &str, language: TextLanguage) -> Result<Row, ReadError> {
    let set = Set::read(&data.join("eval").join(name))?;
    let taxonomy = of_corpus(&set, language)?;
    let linker = Linker::new(&taxonomy);
    let places: BTreeMap<&str, usize> = set.corpus.iter().map(|(id, _)| id.as_str()).zip(0..).collect();
    let row = measure(name, PRODUCT[0], &set, |query| {
        let found = linker.suggest(query, ConceptKind::Occupation, language, DEPTH);
        found
            .iter()
            .filter_map(|it| taxonomy.get(it.concept))
            .filter_map(|it| places.get(it.id.as_str()).copied())
            .collect()
    });
    Ok(row)
}

/// Titles in French among English labels, by way of the concepts' French labels; all labels of a concept stand together.
pub(crate) fn bridge(
    data: &Path,
    name: &str,
    taxonomy: &Taxonomy,
    linker: &Linker,
) -> Result<Row, ReadError> {
    let set = Set::read(&data.join("eval").join(name))?;
    let mut by_text: BTreeMap<&str, BTreeSet<usize>> = BTreeMap::new();
    for ((_, text), place) in set.corpus.iter().zip(0..) {
        by_text.entry(text).or_default().insert(place);
    }
    let row = measure(name, PRODUCT[0], &set, |query| {
        let found = linker.suggest(query, ConceptKind::Occupation, TextLanguage::French, DEPTH);
        let mut seen = BTreeSet::new();
        let labels = found.iter().filter_map(|it| taxonomy.get(it.concept)).flat_map(|it| &it.labels);
        let english = labels.filter(|label| label.language == TextLanguage::English);
        let places = english.filter_map(|label| by_text.get(label.text.as_str())).flatten().copied();
        places.filter(|place| seen.insert(*place)).take(DEPTH).collect()
    });
    Ok(row)
}

/// French phrases for skills.
pub(crate) fn skills(
    data: &Path,
    name: &str,
    system: (&str, &Taxonomy),
    linker: &Linker,
) -> Result<Row, ReadError> {
    let (system, taxonomy) = system;
    let set = Set::read(&data.join("eval").join(name))?;
    let places: BTreeMap<&str, usize> = set.corpus.iter().map(|(id, _)| id.as_str()).zip(0..).collect();
    let row = measure(name, system, &set, |query| {
        let found = linker.suggest(query, ConceptKind::Skill, TextLanguage::French, DEPTH);
        found
            .iter()
            .filter_map(|it| taxonomy.get(it.concept))
            .filter_map(|it| places.get(it.id.as_str()).copied())
            .collect()
    });
    Ok(row)
}

fn of_corpus(set: &Set, language: TextLanguage) -> Result<Taxonomy, ReadError> {
    let mut csv = String::from("conceptType,conceptUri,preferredLabel,altLabels\n");
    for (id, text) in &set.corpus {
        csv.push_str(&format!("Occupation,{id},{},\n", quoted(text)));
    }
    let refused = |error| ReadError::Taxonomy("corpus".to_owned(), error);
    let mut importer = Importer::new("corpus").map_err(refused)?;
    importer.add(&csv, language).map_err(refused)?;
    importer.finish().map_err(refused)
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('"', "\"\""))
}

/// The French labels of VDAB's crosswalk as a label file, without any phrase that is a query of the set.
pub(crate) fn crosswalk(data: &Path, set: &str) -> Result<String, ReadError> {
    let queries = Set::read(&data.join("eval").join(set))?.queries;
    let asked: BTreeSet<&str> = queries.iter().flat_map(|(id, text)| [id.as_str(), text.as_str()]).collect();
    let mut csv = String::from("conceptUri,language,label\n");
    let text = sets::read(&data.join("skills-linking-fr/vdab_competent_fr_nl_to_esco_v1.0.3.csv"))?;
    for row in Rows::new(&text).filter_map(Result::ok) {
        let cell = |column: usize| row.get(column).map_or("", |cell| cell.trim());
        let (concept, id, label, relation) = (cell(0), cell(5), cell(6), cell(9));
        let close = matches!(relation, "skos:exactMatch" | "skos:closeMatch");
        if concept.len() == 36 && close && !label.is_empty() && !asked.contains(id) && !asked.contains(label)
        {
            csv.push_str(&format!("{concept},fr,{}\n", quoted(label)));
        }
    }
    Ok(csv)
}
