//! People and their ratings, before any method looks at them.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use hanse_reputation::{Entry, EntryId, Epoch, Graph, Label, Parameters, Size, SubjectKey};

use super::random::Random;

const SECONDS_A_DAY: u64 = 86_400;

/// A rating.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rating {
    pub(crate) from: u32,
    pub(crate) to: u32,
    /// What is said, on the product's scale.
    pub(crate) label: Label,
    pub(crate) epoch: Epoch,
    pub(crate) small: bool,
}

impl Rating {
    /// Whether it says something good.
    pub(crate) fn good(&self) -> bool {
        Label::AsAgreed <= self.label
    }
}

/// People by number, 0 to `people`, and what they say.
#[derive(Clone, Debug, Default)]
pub(crate) struct World {
    pub(crate) people: u32,
    pub(crate) ratings: Vec<Rating>,
    pub(crate) now: Epoch,
}

/// What the data sets say.
#[derive(Debug)]
pub(crate) struct Data {
    /// All ratings in the order of time.
    pub(crate) world: World,
    /// People labelled as fraudulent.
    pub(crate) frauds: BTreeSet<u32>,
    /// People labelled as trustworthy.
    pub(crate) trusted: BTreeSet<u32>,
}

impl Data {
    /// Reads `trust/bitcoin_otc.csv` and `trust/bitcoin_otc_labels.csv` below `dir`.
    pub(crate) fn read(dir: &Path) -> Result<Self, String> {
        let rows = read_rows(&dir.join("trust/bitcoin_otc.csv"), 4)?;
        let mut numbers: BTreeMap<String, u32> = BTreeMap::new();
        let mut timed = Vec::new();
        for row in &rows {
            let [from, to, rating, time] = row.as_slice() else { continue };
            let count = u32::try_from(numbers.len()).map_err(|error| error.to_string())?;
            let from = *numbers.entry(from.clone()).or_insert(count);
            let count = u32::try_from(numbers.len()).map_err(|error| error.to_string())?;
            let to = *numbers.entry(to.clone()).or_insert(count);
            let rating: i32 = rating.parse().map_err(|error| format!("rating {rating}: {error}"))?;
            let seconds = time.split('.').next().unwrap_or(time);
            let seconds: u64 = seconds.parse().map_err(|error| format!("time {time}: {error}"))?;
            let day = u32::try_from(seconds / SECONDS_A_DAY).map_err(|error| error.to_string())?;
            let fraction = time.split_once('.').map_or("", |(_, fraction)| fraction).to_owned();
            let rating = Rating { from, to, label: label(rating), epoch: Epoch::of_day(day), small: false };
            timed.push((seconds, fraction, rating));
        }
        timed.sort_by(|a, b| (a.0, &a.1).cmp(&(b.0, &b.1)));
        let people = u32::try_from(numbers.len()).map_err(|error| error.to_string())?;
        let ratings: Vec<Rating> = timed.into_iter().map(|(.., rating)| rating).collect();
        let now = ratings.last().map(|rating| rating.epoch).unwrap_or_default();
        let (mut frauds, mut trusted) = (BTreeSet::new(), BTreeSet::new());
        for row in read_rows(&dir.join("trust/bitcoin_otc_labels.csv"), 2)? {
            let [person, label] = row.as_slice() else { continue };
            let Some(number) = numbers.get(person) else { continue };
            if label == "1" {
                trusted.insert(*number)
            } else {
                frauds.insert(*number)
            };
        }
        Ok(Self { world: World { people, ratings, now }, frauds, trusted })
    }
}

/// The five labels for the data's steps from −10 to 10. Our reading of them; README.md says what else was tried, on what.
const fn label(rating: i32) -> Label {
    match rating {
        ..=0 => Label::Broken,
        1..=2 => Label::AsAgreed,
        3..=7 => Label::Better,
        _ => Label::AmongTheBest,
    }
}

fn read_rows(path: &Path, columns: usize) -> Result<Vec<Vec<String>>, String> {
    let text = fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
    let rows: Vec<Vec<String>> =
        text.lines().map(|line| line.split(',').map(|cell| cell.trim().to_owned()).collect()).collect();
    match rows.iter().position(|row: &Vec<String>| row.len() != columns) {
        Some(line) => Err(format!("{}:{}: {columns} columns expected", path.display(), line + 1)),
        None => Ok(rows),
    }
}

impl World {
    /// A new person.
    pub(crate) const fn add_person(&mut self) -> u32 {
        self.people += 1;
        self.people - 1
    }

    /// Many new people.
    pub(crate) fn add_people(&mut self, count: usize) -> Vec<u32> {
        (0..count).map(|_| self.add_person()).collect()
    }

    /// A rating of today.
    pub(crate) fn rate(&mut self, from: u32, to: u32, good: bool) {
        if from != to {
            let label = if good { Label::AmongTheBest } else { Label::Broken };
            self.ratings.push(Rating { from, to, label, epoch: self.now, small: false });
        }
    }

    /// The product's graph of all ratings.
    pub(crate) fn graph(&self, parameters: Parameters) -> Result<Graph, String> {
        let entries = self.ratings.iter().zip(0..).map(|(rating, number)| entry(rating, number));
        Graph::build(parameters, self.now, entries).map_err(|error| error.to_string())
    }

    /// Net number of good ratings that each person has received, and number of raters.
    pub(crate) fn received(&self) -> (Vec<i32>, Vec<u32>) {
        let people = usize::try_from(self.people).unwrap_or(0);
        let (mut net, mut raters) = (vec![0; people], vec![0; people]);
        for rating in &self.ratings {
            if let Some(net) = net.get_mut(place(rating.to)) {
                *net += if rating.good() { 1 } else { -1 };
            }
            if let Some(raters) = raters.get_mut(place(rating.to)) {
                *raters += 1;
            }
        }
        (net, raters)
    }
}

/// A rating as the product reads it.
pub(crate) fn entry(rating: &Rating, number: u64) -> Entry {
    Entry {
        id: EntryId::from_bytes(spread(number)),
        author: person(rating.from),
        subject: person(rating.to),
        epoch: rating.epoch,
        verdict: rating.label.verdict(),
        size: if rating.small { Size::Small } else { Size::Ordinary },
    }
}

/// The identity of a number.
pub(crate) fn person(number: u32) -> SubjectKey {
    SubjectKey::from_bytes(spread(u64::from(number)))
}

fn spread(number: u64) -> [u8; 32] {
    let mut random = Random::seeded(number);
    let drawn = [random.next(), random.next(), random.next()];
    let mut bytes = [0; 32];
    // Looks like a hash; the number itself, at the end, makes it distinct.
    for (byte, value) in
        bytes.iter_mut().zip(drawn.iter().chain([&number]).flat_map(|part| part.to_be_bytes()))
    {
        *byte = value;
    }
    bytes
}

/// A number as a place in a slice.
pub(crate) fn place(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}
