//! Real ads and people as they really write, judged by two who saw neither method nor score (`services/eval/real`): what lists are worth
//! where nobody has tidied the words.

mod hints;
mod measure;
mod methods;
mod phrases;
mod product;
mod reasons;
mod set;

use std::path::Path;

use hanse_document::Rejection;
use hanse_matching::link::Linker;
use hanse_matching::query::Setting;
use serde::Serialize;
use sha2::{Digest as _, Sha256};

use super::sets::{self, ReadError};
use measure::{Lists, Worth};
use product::Product;
use set::{Ad, Grades, RealSet};

/// The lists that are shown whole.
const LISTS: usize = 10;

/// What came out.
#[derive(Debug, Serialize)]
pub(crate) struct Real {
    ads: usize,
    people: usize,
    /// Cohen's kappa of the judges, weighted by squares.
    agreement: f64,
    rows: Vec<Row>,
    hints: Vec<hints::Row>,
    phrases: phrases::Phrases,
}

/// One method.
#[derive(Debug, Serialize)]
pub(crate) struct Row {
    method: &'static str,
    /// Whether the skills that the client would type were given.
    chosen: bool,
    tuning: Worth,
    held_out: Worth,
}

/// Measures the product beside its baselines.
pub(crate) fn measure(data: &Path, setting: Setting<'_>, linker: &Linker) -> Result<Real, ReadError> {
    let set = RealSet::read(data)?;
    let grades = set.grades();
    let product = Product::read(&set, setting, linker).map_err(refused)?;
    let mut rows = Vec::new();
    for chosen in [false, true] {
        let hanse = product.lists(&set, chosen).map_err(refused)?;
        let whole = |ad: &Ad| methods::asked(ad, true, chosen);
        let short = |ad: &Ad| methods::asked(ad, false, chosen);
        let bm25 = methods::bm25(&set, whole);
        let both = methods::fused(&hanse, &bm25);
        for (method, lists) in [
            ("Hanse", hanse),
            ("BM25, whole ad", bm25),
            ("BM25, title", methods::bm25(&set, short)),
            ("letters, whole ad", methods::letters(&set, whole)),
            ("letters, title", methods::letters(&set, short)),
            ("Hanse and BM25", both),
        ] {
            rows.push(row(method, chosen, &lists, &grades, &set));
        }
    }
    let hints = hints::measure(&set, setting.taxonomy, linker);
    let phrases = phrases::measure(setting.taxonomy, linker);
    Ok(Real {
        ads: set.ads.len(),
        people: set.people.len(),
        agreement: set.agreement(),
        rows,
        hints,
        phrases,
    })
}

/// The product alone, by other knowledge.
pub(crate) fn own_list(data: &Path, setting: Setting<'_>, linker: &Linker) -> Result<Vec<Row>, ReadError> {
    let set = RealSet::read(data)?;
    let grades = set.grades();
    let product = Product::read(&set, setting, linker).map_err(refused)?;
    let row = |chosen| {
        let lists = product.lists(&set, chosen).map_err(refused)?;
        Ok(row("Hanse, own list", chosen, &lists, &grades, &set))
    };
    [false, true].into_iter().map(row).collect()
}

/// Ten lists of the held-out half as their clients would read them, five with the skills that they would type.
pub(crate) fn reasons(data: &Path, setting: Setting<'_>, linker: &Linker) -> Result<Vec<String>, ReadError> {
    let set = RealSet::read(data)?;
    let grades = set.grades();
    let product = Product::read(&set, setting, linker).map_err(refused)?;
    let held_out = |ad: &&Ad| !sets::is_tuning(&ad.id) && grades.contains_key(&ad.id);
    let mut ads: Vec<&Ad> = set.ads.iter().filter(held_out).collect();
    ads.sort_by_key(|ad| Sha256::digest(ad.id.as_bytes()));
    let shown = ads.into_iter().take(LISTS).zip([false, true].into_iter().cycle());
    let lines = shown.map(|(ad, chosen)| reasons::lines(&product, ad, chosen, &grades).map_err(refused));
    Ok(lines.collect::<Result<Vec<_>, _>>()?.concat())
}

fn refused(rejection: Rejection) -> ReadError {
    ReadError::Refused("services/eval/real".to_owned(), rejection)
}

fn row(method: &'static str, chosen: bool, lists: &Lists, grades: &Grades, set: &RealSet) -> Row {
    let half = |tuning: bool| {
        let ads = set.ads.iter().map(|ad| ad.id.as_str()).filter(|id| sets::is_tuning(id) == tuning);
        Worth::of(lists, grades, &ads.collect::<Vec<_>>())
    };
    Row { method, chosen, tuning: half(true), held_out: half(false) }
}

impl Real {
    /// More rows, each behind those of its kind.
    pub(crate) fn add(&mut self, rows: Vec<Row>) {
        self.rows.extend(rows);
        self.rows.sort_by_key(|row| row.chosen);
    }

    /// The table, for people.
    pub(crate) fn lines(&self) -> Vec<String> {
        let head = format!(
            "real texts: {} ads, {} people, agreement of the judges {:.2}; per half: nDCG@5 [95 %], first place good, first bad, \
             places of five bad and empty, listed for an ad that fits nobody",
            self.ads, self.people, self.agreement
        );
        let cell = |worth: &Worth| {
            format!(
                "{:.3} [{:.2}, {:.2}] {:>3.0} % {:>3.0} % {:>3.0} % {:>3.0} % {:.1}",
                worth.ndcg_5,
                worth.interval.0,
                worth.interval.1,
                100.0 * worth.first_good,
                100.0 * worth.first_bad,
                100.0 * worth.bad,
                100.0 * worth.empty,
                worth.for_nobody
            )
        };
        let line = |row: &Row| {
            let given = if row.chosen { "ad and chosen skills" } else { "ad alone" };
            format!("{given:<21} {:<18} {}   {}", row.method, cell(&row.tuning), cell(&row.held_out))
        };
        let lists = std::iter::once(head).chain(self.rows.iter().map(line));
        let hints =
            std::iter::once(hints::Row::HEAD.to_owned()).chain(self.hints.iter().map(hints::Row::line));
        lists.chain(hints).chain(self.phrases.lines()).collect()
    }
}
