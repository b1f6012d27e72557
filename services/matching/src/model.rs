//! Jobs and people as matching sees them: numbers and names, made once from documents and cheap to compare.

mod reader;
mod words;

use std::collections::BTreeMap;

use hanse_document::kind::Point;
use serde::{Deserialize, Serialize};

use crate::money::Price;
use crate::text::TextLanguage;

pub use reader::{Reader, Unknown};
pub use words::{AskedWord, NAMED_MAX, TEXT_WORDS_MAX, TOLD_MAX, Words, text_words, title_words};

/// A skill that a person has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HeldSkill {
    /// Its number in the taxonomy, or that of a tag of one's own ([`crate::tag`]).
    pub concept: u32,
    /// The line of the profile that says so, from 0.
    pub line: u16,
}

/// The primary tag of a language, filled up with zeros: `pt-BR` is `pt\0`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct LanguageTag(pub [u8; 3]);

impl LanguageTag {
    /// From a whole tag, as documents have it.
    #[must_use]
    pub fn of(tag: &str) -> Self {
        let mut packed = [0_u8; 3];
        let primary = tag.bytes().take_while(|byte| *byte != b'-');
        for (cell, byte) in packed.iter_mut().zip(primary) {
            *cell = byte;
        }
        Self(packed)
    }
}

/// Outcomes of past contracts, from distinct counterparties.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Standing {
    /// The 10 % lower bound of the share of good outcomes *relative to the community's prior*, in millionths: 500,000 is
    /// what somebody without any outcome has.
    pub bound: Option<u32>,
    /// How many contracts were completed.
    pub completed: u32,
}

/// Where a job is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Site {
    /// Anywhere.
    Remote,
    /// At a place, whose point may be unstated.
    At(Option<Point>),
}

impl Site {
    /// The point, if stated.
    #[must_use]
    pub const fn point(self) -> Option<Point> {
        match self {
            Self::Remote => None,
            Self::At(point) => point,
        }
    }
}

/// A job, as the ranking sees it.
#[derive(Clone, Debug)]
pub struct Job {
    /// The hash of its document id.
    pub id: [u8; 32],
    /// Its title.
    pub title: String,
    /// The language of title and text.
    pub language: TextLanguage,
    /// The skills that the client named, by their numbers in the taxonomy or as tags of their own.
    pub needs: Vec<u32>,
    /// What the client calls those that are tags of their own.
    pub tags: BTreeMap<u32, String>,
    /// The skills that title and text name and that nobody confirmed: never needs.
    pub hints: Vec<u32>,
    /// The telling words of its text.
    pub words: Box<[AskedWord]>,
    /// What it pays.
    pub price: Option<Price>,
    /// The languages it needs.
    pub languages: Vec<LanguageTag>,
    /// Where it is done.
    pub site: Option<Site>,
    /// The client's record.
    pub client: Standing,
}

/// A freelancer, as the ranking sees them. No name, age, gender, photograph or nationality.
#[derive(Clone, Debug, PartialEq)]
pub struct Freelancer {
    /// The subject key.
    pub id: [u8; 32],
    /// The line under the name.
    pub headline: String,
    /// The language of headline and text.
    pub language: TextLanguage,
    /// What they can do.
    pub skills: Vec<HeldSkill>,
    /// Their words.
    pub words: Words,
    /// What they ask.
    pub price: Option<Price>,
    /// The languages they work in; empty is unstated.
    pub languages: Vec<LanguageTag>,
    /// Where they work from.
    pub point: Option<Point>,
    /// Whether they take remote work.
    pub remote: Option<bool>,
    /// Whether they work at a client's place at all.
    pub on_site: bool,
    /// How far they travel, in kilometres.
    pub travel_km: Option<u32>,
    /// Their record.
    pub standing: Standing,
}
