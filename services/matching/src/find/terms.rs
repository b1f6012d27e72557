//! What jobs and people are found by: skills and what meets them, the trades that titles may mean, and words.

use crate::find::postings::{Terms, WEIGHT_MAX};
use crate::model::{self, AskedWord, Freelancer, Job};
use crate::pair::query::{NEEDS_MAX, Query};
use crate::pair::words::{TOLD, need_words};
use crate::skills::taxonomy::{Relation, Taxonomy};
use crate::skills::title::Title;

/// The shares of a job's weight that skills (needs, or hints where it names none), trades, words of the title, of the text and of the
/// names of needs have. Where a job has none of one, the others count alone.
const SKILLS: f64 = 0.50;
const TRADES: f64 = 0.20;
const TITLE: f64 = 0.20;
const TEXT: f64 = 0.07;
const NEEDS: f64 = 0.03;

/// The lowest bits say what a term is.
const fn skill(concept: u32) -> u64 {
    (concept as u64) << 2
}

const fn trade(place: u32) -> u64 {
    (place as u64) << 2 | 1
}

const fn word(name: u32) -> u64 {
    (name as u64) << 2 | 2
}

/// The stems of a word, each once.
fn names(word: &AskedWord) -> impl Iterator<Item = u32> + use<> {
    let [one, other] = word.stems;
    std::iter::once(one).chain((other != one).then_some(other))
}

/// What a job is found by in skills: what its client named, else what its words name.
fn asked(job: &Job) -> &[u32] {
    if job.needs.is_empty() { &job.hints } else { &job.needs }
}

/// The terms of a person: each skill, and each need that it meets by being narrower, broader or related. Siblings are left
/// to the ranking: they would make the lists ten times longer for a third of a match.
#[must_use]
pub(crate) fn of_person(taxonomy: &Taxonomy, person: &Freelancer, title: &Title) -> Vec<(u64, u8)> {
    let mut terms = Vec::with_capacity(person.skills.len().saturating_mul(3));
    for held in &person.skills {
        terms.push((skill(held.concept), byte(1.0)));
        for link in taxonomy.get(held.concept).map(|it| it.near.as_slice()).unwrap_or_default() {
            // What the near one is to this skill is the reverse of what this skill is to a need for the near one.
            let relation = match link.relation {
                Relation::Same => Relation::Same,
                Relation::Narrower => Relation::Broader,
                Relation::Broader => Relation::Narrower,
                Relation::Related => Relation::Related,
                Relation::Sibling => continue,
            };
            terms.push((skill(link.concept), byte(f64::from(relation.hundredths()) / 100.0)));
        }
    }
    let whole: f64 = title.trades().iter().map(|(_, score)| score).sum();
    terms.extend(title.trades().iter().map(|(place, score)| (trade(*place), byte(score / whole.max(1e-9)))));
    // In the language that the person reads: across languages, skills are found by their concepts.
    terms.extend(person.words.offered().map(|name| (word(name), u8::MAX)));
    terms.extend(person.words.told.iter().map(|name| (word(*name), byte(TOLD))));
    terms
}

/// What a person looks for: the terms they are found by.
#[must_use]
pub(crate) fn of_seeker(taxonomy: &Taxonomy, person: &Freelancer, title: &Title) -> Terms {
    let mut terms = of_person(taxonomy, person, title);
    terms.sort_unstable_by(|a, b| a.0.cmp(&b.0).then(b.1.cmp(&a.1)));
    terms.dedup_by_key(|term| term.0);
    terms.into_iter().map(|(term, impact)| (term, u32::from(impact))).collect()
}

/// What a job is found by: its skills, its trades and its words, each by its share.
#[must_use]
pub(crate) fn of_posting(taxonomy: &Taxonomy, job: &Job, title: &Title) -> Vec<(u64, u8)> {
    let weigh = |need: &u32| taxonomy.idf(*need);
    let skills = asked(job);
    let whole: f64 = skills.iter().map(weigh).sum::<f64>().max(1e-9);
    let mut terms: Vec<(u64, u8)> =
        skills.iter().map(|need| (skill(*need), byte(SKILLS * weigh(need) / whole))).collect();
    let sum: f64 = title.trades().iter().map(|(_, score)| score).sum::<f64>().max(1e-9);
    terms.extend(title.trades().iter().map(|(place, score)| (trade(*place), byte(TRADES * score / sum))));
    for (share, words) in [
        (TITLE, &*model::title_words(&job.title, job.language)),
        (TEXT, &*job.words),
        (NEEDS, &*need_words(job, taxonomy)),
    ] {
        let each = byte(share / (words.len().max(1) as f64)).max(1);
        terms.extend(words.iter().flat_map(names).map(|name| (word(name), each)));
    }
    terms
}

/// The terms of a job.
#[must_use]
pub(crate) fn of_query(query: &Query<'_>) -> Terms {
    let mut terms = Terms::new();
    let skills = asked(query.job).get(..NEEDS_MAX).unwrap_or_else(|| asked(query.job));
    let weigh = |skill: &u32| query.setting.taxonomy.idf(*skill);
    let sum: f64 = skills.iter().map(weigh).sum();
    terms.extend(skills.iter().map(|it| (skill(*it), whole(SKILLS * weigh(it) / sum.max(1e-9)))));
    let title = query.title.title();
    let sum: f64 = title.trades().iter().map(|(_, score)| score).sum();
    terms.extend(
        title.trades().iter().map(|(place, score)| (trade(*place), whole(TRADES * score / sum.max(1e-9)))),
    );
    for (share, words) in
        [(TITLE, query.words.title()), (TEXT, query.words.text()), (NEEDS, query.words.needs())]
    {
        let rarity: f64 = words.iter().map(|(_, idf)| idf).sum();
        let weighed = words.iter().map(|(word, idf)| (names(word), whole(share * idf / rarity.max(1e-9))));
        terms.extend(weighed.flat_map(|(names, weight)| names.map(move |name| (word(name), weight))));
    }
    terms.sort_unstable_by(|a, b| a.0.cmp(&b.0).then(b.1.cmp(&a.1)));
    terms.dedup_by_key(|term| term.0);
    terms
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "clamped to 0..=1 just before; NaN becomes 0"
)]
fn byte(share: f64) -> u8 {
    libm::rint(share.clamp(0.0, 1.0) * f64::from(u8::MAX)) as u8
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "clamped to 0..=1 just before; NaN becomes 0"
)]
fn whole(share: f64) -> u32 {
    libm::rint(share.clamp(0.0, 1.0) * f64::from(WEIGHT_MAX)) as u32
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::sync::Arc;

    use hanse_document::code::Currency;
    use hanse_document::time::Date;

    use super::*;
    use crate::model::{HeldSkill, Standing, Words};
    use crate::money::RateTable;
    use crate::pair::query::Setting;
    use crate::side::Weights;
    use crate::skills::link::Linker;
    use crate::skills::taxonomy::Importer;
    use crate::skills::title::Titles;
    use crate::text::TextLanguage;

    const CONCEPTS: &str = "\
conceptType,conceptUri,preferredLabel,altLabels,iscoGroup
KnowledgeSkillCompetence,a,Rust,,
KnowledgeSkillCompetence,b,programming,,
KnowledgeSkillCompetence,c,SQL,,
Occupation,m,software developer,,2512
Occupation,n,software tester,,2519
";
    const BROADER: &str = "\
conceptType,conceptUri,broaderType,broaderUri
KnowledgeSkillCompetence,a,KnowledgeSkillCompetence,b
";
    const WANTED: &str = "\
occupationUri,relationType,skillType,skillUri
m,essential,knowledge,c
n,essential,knowledge,c
m,essential,knowledge,a
";

    fn taxonomy() -> Taxonomy {
        let mut importer = Importer::new("t").unwrap();
        for text in [CONCEPTS, BROADER, WANTED] {
            importer.add(text, TextLanguage::English).unwrap();
        }
        importer.finish().unwrap()
    }

    fn job(taxonomy: &Taxonomy, needs: &[&str], title: &str) -> Job {
        Job {
            id: [1; 32],
            title: title.to_owned(),
            language: TextLanguage::English,
            needs: needs.iter().map(|id| taxonomy.find(id).unwrap()).collect(),
            tags: BTreeMap::new(),
            hints: Vec::new(),
            words: model::text_words("of parcels and warehouses", TextLanguage::English),
            price: None,
            languages: Vec::new(),
            site: None,
            client: Standing::default(),
        }
    }

    /// The sums of what skills, trades and words weigh, and how many there are of each; a word has a stem in each of two languages.
    fn sums(terms: impl IntoIterator<Item = (u64, f64)>) -> [(f64, usize); 3] {
        let mut sums = [(0.0, 0); 3];
        for (term, weight) in terms {
            let sum = &mut sums[usize::try_from(term & 3).unwrap()];
            *sum = (sum.0 + weight, sum.1 + 1);
        }
        sums
    }

    #[test]
    fn skills_trades_and_words_have_their_shares_of_a_job_whichever_side_looks() {
        let taxonomy = taxonomy();
        let titles = Titles::new(&taxonomy, Arc::new(Linker::new(&taxonomy)));
        let rates = RateTable {
            date: Date::parse("2026-11-24").unwrap(),
            source: "test".to_owned(),
            base: Currency::parse("EUR").unwrap(),
            rates: BTreeMap::new(),
        };
        let setting =
            Setting { taxonomy: &taxonomy, titles: &titles, rates: &rates, weights: Weights::DEFAULT };
        let job = job(&taxonomy, &["a", "c"], "Software developer");
        let title = titles.read(&job.title, job.language);
        let posting = of_posting(&taxonomy, &job, &title).into_iter();
        let query = of_query(&Query::new(&job, setting)).into_iter();
        for (whole, sums) in [
            (f64::from(u8::MAX), sums(posting.map(|(term, weight)| (term, f64::from(weight))))),
            (f64::from(WEIGHT_MAX), sums(query.map(|(term, weight)| (term, f64::from(weight))))),
        ] {
            for ((sum, terms), share) in sums.into_iter().zip([SKILLS, TRADES]) {
                assert_eq!(terms, 2, "{sums:?}");
                // Each is rounded by itself.
                assert!((sum - share * whole).abs() <= 1.0, "{sum} of {whole}");
            }
            let (words, names) = sums[2];
            assert!((4..=8).contains(&names), "{sums:?}");
            assert!(words >= (TITLE + TEXT) * whole - 2.0 && words <= 2.0 * (TITLE + TEXT) * whole + 2.0);
        }
    }

    #[test]
    fn of_the_needs_of_a_posting_the_rarer_one_counts_more() {
        let taxonomy = taxonomy();
        let job = job(&taxonomy, &["a", "c"], "");
        let [rust, sql, ..] = of_posting(&taxonomy, &job, &Title::default())[..] else { panic!("two needs") };
        // One of two trades wants Rust and both want SQL: ln(1 + 4/3) and ln(1 + 4/4) of their sum, of half of 255.
        assert_eq!((rust.1, sql.1), (70, 57));
    }

    #[test]
    fn a_skill_is_found_by_the_needs_it_meets_as_strongly_as_it_meets_them() {
        let taxonomy = taxonomy();
        let number = |id: &str| taxonomy.find(id).unwrap();
        let found = |id: &str| {
            let person = Freelancer {
                id: [1; 32],
                headline: String::new(),
                language: TextLanguage::English,
                skills: vec![HeldSkill { concept: number(id), line: 0 }],
                words: Words::default(),
                price: None,
                languages: Vec::new(),
                point: None,
                remote: None,
                on_site: true,
                travel_km: None,
                standing: Standing::default(),
            };
            let terms = of_person(&taxonomy, &person, &Title::default());
            assert_eq!(
                of_seeker(&taxonomy, &person, &Title::default()).len(),
                terms.len(),
                "the same the other way round"
            );
            terms
        };
        // In 255ths: Rust is a kind of programming, so that it meets 0.9 of a need for it; the other way round 0.6.
        assert_eq!(found("a"), [(skill(number("a")), 255), (skill(number("b")), 230)]);
        assert_eq!(found("b"), [(skill(number("b")), 255), (skill(number("a")), 153)]);
        assert_eq!(found("c"), [(skill(number("c")), 255)]);
    }
}
