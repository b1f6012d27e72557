//! Reading the judged set: ads, people, and what two judges made of them.

use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Deserializer};

use crate::matching::sets::{self, ReadError};

/// The ads; of real ones without their text, which stands in the data under their source.
const ADS: &str = include_str!("../../../real/ads.jsonl");
const PEOPLE: &str = include_str!("../../../real/people.jsonl");
const JUDGES: [&str; 2] =
    [include_str!("../../../real/judge-1.tsv"), include_str!("../../../real/judge-2.tsv")];

/// An ad as its client posts it.
#[derive(Debug, Deserialize)]
pub(crate) struct Ad {
    pub(crate) id: String,
    pub(crate) language: String,
    source: Option<String>,
    pub(crate) title: String,
    #[serde(deserialize_with = "or_empty")]
    pub(crate) text: String,
    /// What the client would type into a field for skills.
    pub(crate) skills: Vec<String>,
}

/// A freelancer as they describe themselves.
#[derive(Debug, Deserialize)]
pub(crate) struct Person {
    pub(crate) id: String,
    pub(crate) headline: String,
    pub(crate) about: String,
    /// What they would type into a field for skills.
    pub(crate) phrases: Vec<String>,
}

/// Grades by ad and person: 2 is good, 1 acceptable; nobody else is written down.
pub(crate) type Grades = BTreeMap<String, BTreeMap<String, f64>>;

/// The whole set.
#[derive(Debug)]
pub(crate) struct RealSet {
    pub(crate) ads: Vec<Ad>,
    pub(crate) people: Vec<Person>,
    pub(crate) judges: [Grades; 2],
}

#[derive(Deserialize)]
struct Text {
    id: String,
    text: String,
}

fn or_empty<'de, D: Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    Ok(Option::<String>::deserialize(from)?.unwrap_or_default())
}

impl RealSet {
    /// The set, with the texts of real ads from the data.
    pub(crate) fn read(data: &Path) -> Result<Self, ReadError> {
        let file = data.join("job-ads-en/job_ads.jsonl");
        let name = file.display().to_string();
        let rows: Vec<Text> = json_lines(&name, &sets::read(&file)?)?;
        let texts: BTreeMap<String, String> = rows.into_iter().map(|row| (row.id, row.text)).collect();
        let mut ads: Vec<Ad> = json_lines("ads.jsonl", ADS)?;
        for (ad, number) in ads.iter_mut().zip(1..) {
            if let Some(source) = &ad.source {
                ad.text = texts.get(source).cloned().ok_or_else(|| ReadError::Form(name.clone(), number))?;
            }
        }
        Ok(Self { ads, people: json_lines("people.jsonl", PEOPLE)?, judges: JUDGES.map(grades) })
    }

    /// The mean of both judges.
    pub(crate) fn grades(&self) -> Grades {
        let mut mean = Grades::new();
        for (ad, people) in self.judges.iter().flatten() {
            for (person, grade) in people {
                *mean.entry(ad.clone()).or_default().entry(person.clone()).or_insert(0.0) += grade / 2.0;
            }
        }
        mean
    }

    /// Cohen's kappa of the two judges over all pairs, a difference of two grades counting four times one of one.
    pub(crate) fn agreement(&self) -> f64 {
        let [one, other] = &self.judges;
        let of = |grades: &Grades, ad: &Ad, person: &Person| {
            grades.get(&ad.id).and_then(|of_ad| of_ad.get(&person.id)).copied().unwrap_or(0.0)
        };
        let pairs = || self.ads.iter().flat_map(|ad| self.people.iter().map(move |person| (ad, person)));
        let grades = |judge: &Grades| pairs().map(|(ad, person)| of(judge, ad, person)).collect::<Vec<_>>();
        let (one, other) = (grades(one), grades(other));
        let count = one.len().max(1) as f64;
        let found: f64 = one.iter().zip(&other).map(|(a, b)| (a - b) * (a - b)).sum::<f64>() / count;
        let mean = |grades: &[f64]| grades.iter().sum::<f64>() / count;
        let squares = |grades: &[f64]| grades.iter().map(|grade| grade * grade).sum::<f64>() / count;
        // What two judges would differ by who grade as often alike, and by chance.
        let chance = squares(&one) + squares(&other) - 2.0 * mean(&one) * mean(&other);
        if chance > 0.0 { 1.0 - found / chance } else { 1.0 }
    }
}

fn grades(text: &str) -> Grades {
    let mut grades = Grades::new();
    for line in text.lines() {
        let mut cells = line.split('\t').map(str::to_owned);
        if let (Some(ad), Some(person), Some(Ok(grade))) =
            (cells.next(), cells.next(), cells.next().map(|cell| cell.parse::<f64>()))
            && grade > 0.0
        {
            grades.entry(ad).or_default().insert(person, grade);
        }
    }
    grades
}

fn json_lines<T: for<'de> Deserialize<'de>>(name: &str, text: &str) -> Result<Vec<T>, ReadError> {
    let row = |(line, number): (&str, usize)| {
        serde_json::from_str(line).map_err(|_| ReadError::Form(name.to_owned(), number))
    };
    text.lines().zip(1..).map(row).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn judges_name_ads_and_people_of_the_set() {
        let ads: Vec<Ad> = json_lines("ads", ADS).unwrap();
        let people: Vec<Person> = json_lines("people", PEOPLE).unwrap();
        assert!(ads.len() >= 120 && people.len() >= 60);
        let of_ads: BTreeSet<&str> = ads.iter().map(|ad| ad.id.as_str()).collect();
        let of_people: BTreeSet<&str> = people.iter().map(|person| person.id.as_str()).collect();
        assert_eq!((of_ads.len(), of_people.len()), (ads.len(), people.len()));
        for judge in JUDGES {
            let judged: BTreeSet<&str> = judge.lines().filter_map(|line| line.split('\t').next()).collect();
            assert_eq!(judged, of_ads, "each ad is judged, also if nobody fits it");
            for (ad, grades) in grades(judge) {
                assert!(of_ads.contains(ad.as_str()));
                for (person, grade) in grades {
                    assert!(
                        of_people.contains(person.as_str()) && (grade == 1.0 || grade == 2.0),
                        "{ad} {person}"
                    );
                }
            }
        }
    }

    #[test]
    fn judges_who_agree_have_one_and_by_chance_about_none() {
        let set = |one: &str, other: &str| RealSet {
            ads: json_lines("ads", ADS).unwrap(),
            people: json_lines("people", PEOPLE).unwrap(),
            judges: [grades(one), grades(other)],
        };
        let line = "en-001\tp-01\t2\nen-002\tp-02\t1";
        assert!((set(line, line).agreement() - 1.0).abs() < 1e-12);
        assert!(set("en-001\tp-01\t2", "en-002\tp-02\t2").agreement().abs() < 0.01);
    }
}
