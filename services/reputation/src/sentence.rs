//! Scores as people read them, in English and French, from templates. Names and sides come from the caller and are part of no
//! number.

use hanse_document::kind::Role;
use hanse_ledger::SubjectKey;

use crate::fixed::Fixed;
use crate::graph::roster::at;
use crate::ids::EntryId;
use crate::score::explanation::{Change, Explanation, Route, Voice};
use crate::score::{Finding, Standing};
use crate::summary::{Said, Summary};

/// Voices with a sentence of their own: what a person reads. The others are summed up in one more; the explanation has them all.
const VOICES_TOLD: usize = 12;
/// Hexadecimal digits by which somebody without a known name goes: enough to tell a list of people apart.
const DIGITS: usize = 8;

/// The language of the sentences.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SentenceLanguage {
    /// English.
    #[default]
    English,
    /// French.
    French,
}

/// What the sentences may say beyond the score.
pub trait Known {
    /// Whether this person reads the sentences: "you" is said to them, and to nobody else.
    fn reads(&self, person: &SubjectKey) -> bool;
    /// What to call a person; without it they go by the first digits of their subject key.
    fn name(&self, person: &SubjectKey) -> Option<String>;
    /// The author's side of the contract that an entry is about.
    fn side(&self, entry: &EntryId) -> Option<Role>;
}

/// The sentences of a score: where the subject stands, what the viewer has seen at first hand, then each voice, loudest first.
#[must_use]
pub fn sentences(explanation: &Explanation, known: &dyn Known, language: SentenceLanguage) -> Vec<String> {
    let teller = Teller::new(explanation, known, language);
    let mut said = vec![teller.standing(&explanation.score.finding)];
    said.extend(explanation.own.as_ref().map(|own| {
        let whose = teller.first_hand(own.entries.len());
        teller.spoken(&whose, own.good, own.bad)
    }));
    let (told, rest) = explanation.voices.split_at(VOICES_TOLD.min(explanation.voices.len()));
    said.extend(told.iter().map(|voice| teller.voice(voice)));
    if !rest.is_empty() {
        let (good, bad) = rest
            .iter()
            .fold((Fixed::ZERO, Fixed::ZERO), |(good, bad), voice| (good + voice.good, bad + voice.bad));
        let whose = match language {
            SentenceLanguage::English => format!("{} further voices", rest.len()),
            SentenceLanguage::French => format!("{} autres voix", rest.len()),
        };
        said.push(teller.spoken(&whose, good, bad));
    }
    said
}

/// The sentences of the objective summary, the last of which says what the number is worth.
#[must_use]
pub fn summary_sentences(summary: &Summary, language: SentenceLanguage) -> Vec<String> {
    let (bound, mean) =
        (number(summary.estimate.lower_bound, language), number(summary.estimate.mean, language));
    let counted = |number: u32, one: &str, many: &str| times(at(number), one, many);
    let Summary { raters, completed, cancelled, counterparties, rehired, silent, withheld, .. } = *summary;
    let mut said = match language {
        SentenceLanguage::English => vec![
            format!(
                "For everybody alike: at least {bound}, on average {mean}, by {}.",
                counted(raters, "person who rated", "people who rated")
            ),
            format!(
                "{} completed with {}, {rehired} of whom came back; {cancelled} ended before.",
                counted(completed, "contract", "contracts"),
                counted(counterparties, "person", "people")
            ),
        ],
        SentenceLanguage::French => vec![
            format!(
                "Pour tout le monde : au moins {bound}, en moyenne {mean}, d'après {}.",
                counted(raters, "personne", "personnes")
            ),
            format!(
                "{} à terme avec {}, dont revenues : {rehired} ; interrompus avant : {cancelled}.",
                counted(completed, "contrat mené", "contrats menés"),
                counted(counterparties, "personne", "personnes")
            ),
        ],
    };
    let facts = [
        (summary.on_time, "On time", "Dans les délais"),
        (summary.within_budget, "Within the budget", "Dans le budget"),
        (summary.paid_on_time, "Paid on time", "Payé à temps"),
    ];
    said.extend(facts.iter().filter_map(|(stated, en, fr)| fact(*stated, en, fr, language)));
    if 0 < silent || 0 < withheld {
        said.push(match language {
            SentenceLanguage::English => {
                format!("Without a review: {silent}; sealed and never opened: {withheld}.")
            }
            SentenceLanguage::French => {
                format!("Sans avis : {silent} ; scellés et jamais ouverts : {withheld}.")
            }
        });
    }
    said.push(match language {
        SentenceLanguage::English => {
            "It counts every signed contract, and made-up contracts can inflate it.".to_owned()
        }
        SentenceLanguage::French => {
            "Tout contrat signé y compte, et des contrats fictifs peuvent le gonfler.".to_owned()
        }
    });
    said
}

/// What a change of a score was: "little known, at least 0.525 → ranked, at least 0.611".
#[must_use]
pub fn change_sentence(change: &Change, language: SentenceLanguage) -> String {
    format!("{} → {}", finding_words(&change.before, language), finding_words(&change.after, language))
}

fn fact(stated: Said, en: &str, fr: &str, language: SentenceLanguage) -> Option<String> {
    let (yes, all) = (stated.yes, stated.yes.saturating_add(stated.no));
    (0 < all).then(|| match language {
        SentenceLanguage::English => format!("{en}: {yes} of {all}."),
        SentenceLanguage::French => format!("{fr} : {yes} sur {all}."),
    })
}

/// A finding in a few words: "little known, at least 0.525".
#[must_use]
pub fn finding_words(finding: &Finding, language: SentenceLanguage) -> String {
    let word = match (finding.standing, language) {
        (Standing::Unknown, SentenceLanguage::English) => "unknown",
        (Standing::Unknown, SentenceLanguage::French) => "rien de connu",
        (Standing::LittleKnown, SentenceLanguage::English) => "little known",
        (Standing::LittleKnown, SentenceLanguage::French) => "peu de choses connues",
        (Standing::Ranked, SentenceLanguage::English) => "ranked",
        (Standing::Ranked, SentenceLanguage::French) => "au classement",
    };
    match (finding.estimate, language) {
        (None, _) => word.to_owned(),
        (Some(found), SentenceLanguage::English) => {
            format!("{word}, at least {}", number(found.lower_bound, language))
        }
        (Some(found), SentenceLanguage::French) => {
            format!("{word}, au moins {}", number(found.lower_bound, language))
        }
    }
}

/// Three digits, rounded down, with the comma where French has it.
fn number(value: Fixed, language: SentenceLanguage) -> String {
    let text = value.to_string();
    match language {
        SentenceLanguage::English => text,
        SentenceLanguage::French => text.replace('.', ","),
    }
}

/// One digit for a voice, as people say it; all three where one would say nothing.
fn amount(value: Fixed, language: SentenceLanguage) -> String {
    let digits = if value < Fixed::ratio(1, 10) { 3 } else { 1 };
    let text = format!("{value:.digits$}");
    match language {
        SentenceLanguage::English => text,
        SentenceLanguage::French => text.replace('.', ","),
    }
}

struct Teller<'a> {
    known: &'a dyn Known,
    language: SentenceLanguage,
    /// Whose eyes these are, if not the reader's own.
    other: Option<String>,
    subject: SubjectKey,
}

impl<'a> Teller<'a> {
    fn new(explanation: &Explanation, known: &'a dyn Known, language: SentenceLanguage) -> Self {
        let from = explanation.score.standpoint.seen_from();
        let mut teller = Self { known, language, other: None, subject: explanation.score.subject };
        teller.other = (!known.reads(from)).then(|| teller.name(from));
        teller
    }

    fn name(&self, person: &SubjectKey) -> String {
        self.known.name(person).unwrap_or_else(|| person.to_string().chars().take(DIGITS).collect())
    }

    fn standing(&self, finding: &Finding) -> String {
        let subject = self.name(&self.subject);
        let from = match (&self.other, self.language) {
            (None, SentenceLanguage::English) => "from where you stand".to_owned(),
            (None, SentenceLanguage::French) => "de votre point de vue".to_owned(),
            (Some(other), SentenceLanguage::English) => format!("as {other} sees it"),
            (Some(other), SentenceLanguage::French) => format!("du point de vue de {other}"),
        };
        let Some(found) = finding.estimate else {
            return match self.language {
                SentenceLanguage::English => format!("{subject}: unknown {from}."),
                SentenceLanguage::French => format!("{subject} : rien n'est connu {from}."),
            };
        };
        let (bound, mean) = (number(found.lower_bound, self.language), number(found.mean, self.language));
        let voices = amount(finding.voices, self.language);
        let little = finding.standing != Standing::Ranked;
        match self.language {
            SentenceLanguage::English => {
                let little = if little { "little known, " } else { "" };
                format!("{subject}, {from}: {little}at least {bound}, on average {mean}, by {voices} voices.")
            }
            SentenceLanguage::French => {
                let little = if little { "peu de choses connues, " } else { "" };
                format!(
                    "{subject}, {from} : {little}au moins {bound}, en moyenne {mean}, d'après {voices} voix."
                )
            }
        }
    }

    fn first_hand(&self, contracts: usize) -> String {
        match (&self.other, self.language) {
            (None, SentenceLanguage::English) => {
                format!("Yourself, in {}", times(contracts, "contract", "contracts"))
            }
            (None, SentenceLanguage::French) => {
                format!("Vous-même, en {}", times(contracts, "contrat", "contrats"))
            }
            (Some(other), SentenceLanguage::English) => {
                format!("{other} at first hand, in {}", times(contracts, "contract", "contracts"))
            }
            (Some(other), SentenceLanguage::French) => {
                format!("{other}, de première main, en {}", times(contracts, "contrat", "contrats"))
            }
        }
    }

    fn voice(&self, voice: &Voice) -> String {
        let rater = self.name(&voice.rater);
        let Some(loudest) = voice.routes.first() else { return self.spoken(&rater, voice.good, voice.bad) };
        let mut whose = if loudest.contact == voice.rater {
            format!("{rater}{}", self.acquaintance(loudest))
        } else {
            let through = loudest.through.filter(|through| *through != voice.rater);
            let through = through.map(|through| format!("{} → ", self.name(&through))).unwrap_or_default();
            format!("via {} → {through}{rater}", self.name(&loudest.contact))
        };
        let others = voice.routes.len().saturating_sub(1);
        if 0 < others {
            whose += &match self.language {
                SentenceLanguage::English => format!(" (and {})", times(others, "other way", "other ways")),
                SentenceLanguage::French => {
                    format!(" (et {})", times(others, "autre chemin", "autres chemins"))
                }
            };
        }
        self.spoken(&whose, voice.good, voice.bad)
    }

    /// How the viewer came to know a contact: "(whom you hired twice)".
    fn acquaintance(&self, route: &Route) -> String {
        let sides: Vec<Role> = route.entries.iter().filter_map(|entry| self.known.side(entry)).collect();
        let hired = sides.iter().filter(|side| **side == Role::Client).count();
        let worked = sides.len().saturating_sub(hired);
        let mut known = Vec::new();
        if 0 < hired {
            known.push(match (&self.other, self.language) {
                (None, SentenceLanguage::English) => format!("whom you hired {}", often(hired)),
                (Some(other), SentenceLanguage::English) => format!("whom {other} hired {}", often(hired)),
                (None, SentenceLanguage::French) => {
                    format!("vous lui avez confié {}", times(hired, "contrat", "contrats"))
                }
                (Some(other), SentenceLanguage::French) => {
                    format!("{other} lui a confié {}", times(hired, "contrat", "contrats"))
                }
            });
        }
        if 0 < worked {
            known.push(match (&self.other, self.language) {
                (None, SentenceLanguage::English) => format!("for whom you worked {}", often(worked)),
                (Some(other), SentenceLanguage::English) => {
                    format!("for whom {other} worked {}", often(worked))
                }
                (None, SentenceLanguage::French) => {
                    format!("vous avez exécuté pour elle ou lui {}", times(worked, "contrat", "contrats"))
                }
                (Some(other), SentenceLanguage::French) => {
                    format!("{other} a exécuté pour elle ou lui {}", times(worked, "contrat", "contrats"))
                }
            });
        }
        let and = if self.language == SentenceLanguage::English { " and " } else { " et " };
        if known.is_empty() { String::new() } else { format!(" ({})", known.join(and)) }
    }

    /// "Ana: 1.0 good, 0.2 bad."
    fn spoken(&self, whose: &str, good: Fixed, bad: Fixed) -> String {
        let words = match self.language {
            SentenceLanguage::English => ("good", "bad"),
            SentenceLanguage::French => ("en bien", "en mal"),
        };
        let mut parts = Vec::new();
        if Fixed::ZERO < good || bad == Fixed::ZERO {
            parts.push(format!("{} {}", amount(good, self.language), words.0));
        }
        if Fixed::ZERO < bad {
            parts.push(format!("{} {}", amount(bad, self.language), words.1));
        }
        let colon = if self.language == SentenceLanguage::English { ":" } else { " :" };
        format!("{whose}{colon} {}.", parts.join(", "))
    }
}

fn times(number: usize, one: &str, many: &str) -> String {
    if number == 1 { format!("1 {one}") } else { format!("{number} {many}") }
}

fn often(number: usize) -> String {
    match number {
        1 => "once".to_owned(),
        2 => "twice".to_owned(),
        _ => format!("{number} times"),
    }
}
