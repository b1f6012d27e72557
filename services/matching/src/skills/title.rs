//! How alike two titles are: shared words, shared letter sequences, and what the taxonomy knows of the trades that they may
//! mean. A person can read all three. Where either is in a language that no label is in, letters say most of it: trades would be
//! those of foreign labels, and words have endings of an unknown grammar.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::skills::lexicon::Bag;
use crate::skills::link::{self, Linker};
use crate::skills::rarity::Rarity;
use crate::skills::taxonomy::{Concept, ConceptKind, Taxonomy};
use crate::text::{self, TextLanguage};

/// The trades that a title may mean, at most.
pub const TRADES_MAX: usize = 5;
/// The shares of words, letters and trades. Set before anything was measured.
pub const SHARES: [f64; 3] = [0.25, 0.35, 0.40];
/// The same where either title is foreign, chosen on the tuning halves of what services/eval measures. Languages share words, so that
/// labels of another one say a little.
pub const SHARES_FOREIGN: [f64; 3] = [0.2, 0.7, 0.1];
/// From here on a title whose language was not told is so near to a label that it is in a language of labels after all: nine in ten
/// English job titles, three in four French ones, and one in twenty of others.
const NAMED: f64 = 0.5;
/// What the groups of a trade (of 4 and of 3 digits) count against the trade itself.
const GROUPS: [(usize, f64); 2] = [(4, 0.7), (3, 0.4)];
/// What all skills of a trade count together, and an optional one against an essential one.
const SKILLS: f64 = 1.0;
const OPTIONAL: f64 = 0.4;

/// A title, read once: about 300 bytes.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Title {
    /// The names of its stems, sorted, each once, and the sum of their rarities.
    stems: Box<[u64]>,
    weight: f64,
    /// The shortened names of its letter sequences, sorted, repeated as often as they occur, and their vector's length.
    letters: Box<[u32]>,
    norm: Norm,
    /// Whether it is in a language that no label is in, as far as one can tell.
    foreign: bool,
    /// What it may mean: the trade's place in [`Titles`] and how well it fits, and the length of their sum's vector.
    trades: Box<[(u32, f64)]>,
    length: f64,
}

impl Title {
    /// Whether nothing was written.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.stems.is_empty()
    }

    /// The names of its stems, sorted.
    #[must_use]
    pub fn stems(&self) -> &[u64] {
        &self.stems
    }

    /// What it may mean, the likeliest first: the trade's place and how well it fits.
    #[must_use]
    pub fn trades(&self) -> &[(u32, f64)] {
        &self.trades
    }

    /// Whether a stem is in it.
    #[must_use]
    pub fn has_stem(&self, name: u64) -> bool {
        self.stems.binary_search(&name).is_ok()
    }
}

/// The length of a vector of letter sequences, by how rare they are in the title's language and in foreign ones.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Norm {
    own: f64,
    foreign: f64,
}

/// A title that many are compared with.
#[derive(Clone, Debug)]
pub struct Asked {
    title: Title,
    /// The rarity of each stem, and of each letter sequence squared and multiplied by its count, in the order of names.
    stems: Vec<(u64, f64)>,
    letters: Vec<(u32, Norm)>,
    /// The product of this title's vector with each trade's.
    products: Vec<f64>,
}

impl Asked {
    /// The title.
    #[must_use]
    pub const fn title(&self) -> &Title {
        &self.title
    }

    /// Its stems and how rare each is.
    #[must_use]
    pub fn stems(&self) -> &[(u64, f64)] {
        &self.stems
    }
}

/// A part of a trade's vector: a trade, a group or a skill, by one name.
type Part = (u64, f64);

/// Reads and compares titles over one taxonomy.
#[derive(Clone, Debug)]
pub struct Titles {
    linker: Arc<Linker>,
    rarity: Rarity,
    /// The place of each occupation.
    places: BTreeMap<u32, u32>,
    vectors: Vec<Vec<Part>>,
    /// By part: which trades have it, and how strongly.
    having: BTreeMap<u64, Vec<(u32, f64)>>,
}

impl Titles {
    /// Over a taxonomy and its linker.
    #[must_use]
    pub fn new(taxonomy: &Taxonomy, linker: Arc<Linker>) -> Self {
        let numbered = taxonomy.concepts().iter().zip(0_u32..);
        let trades: Vec<(&Concept, u32)> =
            numbered.filter(|(it, _)| it.kind == ConceptKind::Occupation).collect();
        let vectors: Vec<Vec<Part>> =
            trades.iter().map(|(it, number)| vector(taxonomy, it, *number)).collect();
        let mut having: BTreeMap<u64, Vec<(u32, f64)>> = BTreeMap::new();
        for (parts, place) in vectors.iter().zip(0_u32..) {
            for (part, weight) in parts {
                having.entry(*part).or_default().push((place, *weight));
            }
        }
        let places = trades.iter().map(|(_, number)| *number).zip(0_u32..).collect();
        Self { linker, rarity: Rarity::new(), places, vectors, having }
    }

    /// How rare a stem is among the names of trades in a language.
    #[must_use]
    pub fn stem_idf(&self, name: u64, language: TextLanguage) -> f64 {
        self.linker.stem_idf(name, language)
    }

    /// Reads a title.
    #[must_use]
    pub fn read(&self, title: &str, language: TextLanguage) -> Title {
        let words = text::words(title);
        let stems: Box<[u64]> = link::stems(&words, language).into_iter().map(|(name, _)| name).collect();
        let bag = link::letters(&words);
        let trades: Box<[(u32, f64)]> = self
            .linker
            .nearest(&words, &bag, (ConceptKind::Occupation, language), 0.0, TRADES_MAX)
            .iter()
            .filter_map(|found| Some((*self.places.get(&found.concept)?, found.score)))
            .collect();
        let mut letters: Vec<u32> = bag
            .iter()
            .flat_map(|(name, count)| std::iter::repeat_n(text::short(*name), *count as usize))
            .collect();
        letters.sort_unstable();
        let length = length(self.sum(&trades).into_iter().map(|(_, weight)| weight));
        Title {
            weight: stems.iter().map(|name| self.stem_idf(*name, language)).sum(),
            stems,
            letters: letters.into_boxed_slice(),
            norm: self.norm(&bag, language),
            foreign: language == TextLanguage::Other && trades.first().is_none_or(|(_, fits)| *fits < NAMED),
            trades,
            length,
        }
    }

    /// Reads a title and prepares it for many comparisons.
    #[must_use]
    pub fn ask(&self, title: &str, language: TextLanguage) -> Asked {
        self.prepare(self.read(title, language), title, language)
    }

    /// Prepares a title that has been read before: much the smaller part of the work.
    #[must_use]
    pub fn prepare(&self, read: Title, title: &str, language: TextLanguage) -> Asked {
        let stems = read.stems.iter().map(|name| (*name, self.stem_idf(*name, language))).collect();
        let bag = link::letters(&text::words(title));
        let weigh = |(name, count): &(u64, u32)| {
            let square = |idf: f64| idf * idf * f64::from(*count);
            let own = square(self.linker.letters_idf(*name, language));
            (text::short(*name), Norm { own, foreign: square(self.rarity.of(*name, &self.linker)) })
        };
        let mut letters: Vec<(u32, Norm)> = bag.iter().map(weigh).collect();
        letters.sort_by(|a, b| a.0.cmp(&b.0).then(a.1.own.total_cmp(&b.1.own)));
        let mut products = vec![0.0_f64; self.vectors.len()];
        for (part, own) in self.sum(&read.trades) {
            for (place, weight) in self.having.get(&part).map(Vec::as_slice).unwrap_or_default() {
                if let Some(product) = products.get_mut(*place as usize) {
                    *product += own * weight;
                }
            }
        }
        Asked { title: read, stems, letters, products }
    }

    /// How alike two titles are, from 0 to 1.
    #[must_use]
    pub fn alike(asked: &Asked, other: &Title) -> f64 {
        let foreign = asked.title.foreign || other.foreign;
        let [words, letters, trades] = if foreign { SHARES_FOREIGN } else { SHARES };
        words * by_words(asked, other) + letters * by_letters(asked, other) + trades * by_trades(asked, other)
    }

    fn norm(&self, bag: &Bag, language: TextLanguage) -> Norm {
        let square = |(name, count): &(u64, u32)| {
            let weight = self.rarity.of(*name, &self.linker) * f64::from(*count);
            weight * weight
        };
        Norm {
            own: self.linker.letters_norm(bag, language),
            foreign: libm::sqrt(bag.iter().map(square).sum()),
        }
    }

    /// The sum of the vectors of trades, by part.
    fn sum(&self, trades: &[(u32, f64)]) -> Vec<Part> {
        let weighed = trades.iter().flat_map(|(place, score)| {
            let parts = self.vectors.get(*place as usize).map(Vec::as_slice).unwrap_or_default();
            parts.iter().map(move |(part, weight)| (*part, score * weight))
        });
        let mut parts: Vec<Part> = weighed.collect();
        // Stable: of one part the likelier trade is added first.
        parts.sort_by_key(|(part, _)| *part);
        let sum = |same: &[Part]| {
            same.first().map(|(part, _)| (*part, same.iter().fold(0.0, |sum, (_, weight)| sum + weight)))
        };
        parts.chunk_by(|a, b| a.0 == b.0).filter_map(sum).collect()
    }
}

/// Shared words, by rarity, against the mean of both titles.
fn by_words(asked: &Asked, other: &Title) -> f64 {
    let whole = (asked.title.weight + other.weight) / 2.0;
    let shared: f64 = asked.stems.iter().filter(|(name, _)| other.has_stem(*name)).map(|(_, idf)| idf).sum();
    if whole > 0.0 { (shared / whole).min(1.0) } else { 0.0 }
}

/// The cosine of the letter sequences.
fn by_letters(asked: &Asked, other: &Title) -> f64 {
    let foreign = asked.title.foreign || other.foreign;
    let of = |norm: &Norm| if foreign { norm.foreign } else { norm.own };
    let mut product = 0.0;
    let mut theirs = other.letters.iter().peekable();
    for (name, weight) in &asked.letters {
        while theirs.next_if(|it| **it < *name).is_some() {}
        while theirs.next_if(|it| **it == *name).is_some() {
            product += of(weight);
        }
    }
    let norms = of(&asked.title.norm) * of(&other.norm);
    if norms > 0.0 { (product / norms).min(1.0) } else { 0.0 }
}

/// The cosine of what the titles may mean.
fn by_trades(asked: &Asked, other: &Title) -> f64 {
    let product: f64 = other
        .trades
        .iter()
        .map(|(place, score)| score * asked.products.get(*place as usize).copied().unwrap_or(0.0))
        .sum();
    let lengths = asked.title.length * other.length;
    if lengths > 0.0 { (product / lengths).min(1.0) } else { 0.0 }
}

fn length(weights: impl Iterator<Item = f64>) -> f64 {
    libm::sqrt(weights.map(|weight| weight * weight).sum())
}

/// Names of parts must not meet: the lowest bits say what a part is.
fn part(kind: u64, name: u64) -> u64 {
    name << 2 | kind
}

fn vector(taxonomy: &Taxonomy, trade: &Concept, number: u32) -> Vec<Part> {
    let mut parts = vec![(part(0, u64::from(number)), 1.0)];
    if let Some(code) = &trade.isco {
        let digits = code.trim_start_matches('C');
        for (length, weight) in GROUPS {
            if let Some(group) = digits.get(..length) {
                parts.push((part(1, text::name_of(group.bytes())), weight));
            }
        }
    }
    let weigh = |(skill, essential): &(u32, bool)| {
        let weight = if *essential { 1.0 } else { OPTIONAL };
        (part(2, u64::from(*skill)), weight * taxonomy.idf(*skill))
    };
    let skills: Vec<Part> = trade.skills.iter().map(weigh).collect();
    let whole = length(skills.iter().map(|(_, weight)| *weight));
    parts.extend(
        skills.into_iter().filter(|_| whole > 0.0).map(|(skill, weight)| (skill, SKILLS * weight / whole)),
    );
    parts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::skills::taxonomy::Importer;

    /// Titles where nobody knows a trade, so that every letter sequence weighs 1.
    fn without_trades() -> Titles {
        let mut importer = Importer::new("t").unwrap();
        importer.add("conceptType,conceptUri,preferredLabel,altLabels,iscoGroup\nKnowledgeSkillCompetence,a,Rust,,\n", TextLanguage::English).unwrap();
        let taxonomy = importer.finish().unwrap();
        Titles::new(&taxonomy, Arc::new(Linker::new(&taxonomy)))
    }

    #[test]
    fn titles_that_name_no_known_trade_are_compared_by_words_and_letters_alone() {
        let titles = without_trades();
        let alike = |one, other| {
            Titles::alike(&titles.ask(one, TextLanguage::Other), &titles.read(other, TextLanguage::Other))
        };
        assert!((alike("ab", "ab") - (SHARES_FOREIGN[0] + SHARES_FOREIGN[1])).abs() < 1e-12);
        assert_eq!([alike("ab", "cd"), alike("", "cd"), alike("", "")].map(f64::to_bits), [0; 3]);
    }

    #[test]
    fn a_title_is_foreign_where_no_label_is_near_and_nobody_said_its_language() {
        let mut importer = Importer::new("t").unwrap();
        let csv = "conceptType,conceptUri,preferredLabel,altLabels\nOccupation,m,master baker,\nOccupation,n,cook,\n";
        importer.add(csv, TextLanguage::English).unwrap();
        let taxonomy = importer.finish().unwrap();
        let titles = Titles::new(&taxonomy, Arc::new(Linker::new(&taxonomy)));
        let read = |title, language| titles.read(title, language);
        let (known, foreign) = (TextLanguage::English, TextLanguage::Other);
        assert!(!read("Master baker", foreign).foreign && !read("Bäckermeister", known).foreign);
        assert!(read("Bäckermeister", foreign).foreign && read("", foreign).foreign);
        let alike =
            |one, other| Titles::alike(&titles.ask("Master baker", one), &read("Bäckermeister", other));
        let [both, either] = [alike(known, known), alike(known, foreign)];
        assert!(both != either, "{both} {either}");
        let asked = titles.ask("Bäckermeister", foreign);
        assert_eq!(Titles::alike(&asked, &read("Master baker", known)).to_bits(), either.to_bits());
    }

    #[test]
    fn a_trade_is_itself_its_groups_and_its_skills_together_as_much_as_itself() {
        let mut importer = Importer::new("t").unwrap();
        for text in [
            "conceptType,conceptUri,preferredLabel,altLabels,iscoGroup\nOccupation,m,baker,,7512\nOccupation,n,cook,,\n\
             KnowledgeSkillCompetence,a,bread,,\nKnowledgeSkillCompetence,b,cakes,,\n",
            "occupationUri,relationType,skillType,skillUri\nm,essential,skill,a\nm,optional,skill,b\n",
        ] {
            importer.add(text, TextLanguage::English).unwrap();
        }
        let taxonomy = importer.finish().unwrap();
        let parts = |id: &str| -> Vec<f64> {
            let number = taxonomy.find(id).unwrap();
            let parts = vector(&taxonomy, taxonomy.get(number).unwrap(), number);
            parts.into_iter().map(|(_, weight)| weight).collect()
        };
        let [itself, four_digits, three_digits, bread, cakes] = parts("m").try_into().unwrap();
        assert_eq!([itself, four_digits, three_digits].map(f64::to_bits), [1.0, 0.7, 0.4].map(f64::to_bits));
        assert!((bread * bread + cakes * cakes - 1.0).abs() < 1e-12, "{bread} {cakes}");
        assert!((cakes / bread - OPTIONAL).abs() < 1e-12, "as rare, and not needed");
        assert_eq!(parts("n").len(), 1, "who has neither is itself alone");
    }

    /// Counted by hand: " ab " has the three sequences " ab", "ab " and " ab "; two words of two letters have twelve.
    #[test]
    fn letters_are_compared_by_the_cosine_of_their_sequences() {
        let titles = without_trades();
        for (one, other, cosine) in [
            ("ab", "ab", 1.0),
            ("ab", "cd", 0.0),
            ("ab", "ab ac", 3.0 / libm::sqrt(3.0 * 12.0)),
            ("ab ac", "ac ad", 3.0 / 12.0),
            ("ba ac", "ac ad", 3.0 / 12.0),
            ("ab", "ab ab", 6.0 / libm::sqrt(3.0 * 18.0)),
            ("", "ab", 0.0),
        ] {
            for (asked, read) in [(one, other), (other, one)] {
                let (asked, read) =
                    (titles.ask(asked, TextLanguage::Other), titles.read(read, TextLanguage::Other));
                let found = by_letters(&asked, &read);
                assert!((found - cosine).abs() < 1e-12, "{one} {other}: {found} {cosine}");
            }
        }
    }

    /// Of words that are all as rare: what is shared, against the mean of both.
    #[test]
    fn words_are_compared_by_what_is_shared_of_the_mean() {
        let titles = without_trades();
        for (one, other, share) in [
            ("ab cd", "cd ab", 1.0),
            ("ab", "cd", 0.0),
            ("ab", "ab cd ef", 0.5),
            ("ab cd", "cd ef", 0.5),
            ("", "", 0.0),
        ] {
            for (asked, read) in [(one, other), (other, one)] {
                let (asked, read) =
                    (titles.ask(asked, TextLanguage::Other), titles.read(read, TextLanguage::Other));
                let found = by_words(&asked, &read);
                assert!((found - share).abs() < 1e-12, "{one} {other}: {found} {share}");
            }
        }
    }
}
