//! Explanations as people read them, in English and French, from templates. No language model.

mod cost;

use crate::fair::Placement;
use crate::pair::features::WRITTEN;
use crate::pair::query::Stop;
use crate::pair::score::millionths;
use crate::say::explain::{Change, Explanation, Having, Named, PriceLine, WhatIf, WhyNot};
use crate::side::{Factor, Side};
use crate::skills::taxonomy::Relation;
use crate::text::TextLanguage;

/// The sentences of an explanation, the most important first; French for [`TextLanguage::French`], else English.
#[must_use]
pub fn sentences(explanation: &Explanation, language: TextLanguage) -> Vec<String> {
    told(explanation, Side::Client, language)
}

/// The same of a job in a freelancer's list: what costs points is what costs them on the freelancer's side.
#[must_use]
pub fn for_freelancer(explanation: &Explanation, language: TextLanguage) -> Vec<String> {
    told(explanation, Side::Freelancer, language)
}

fn told(explanation: &Explanation, side: Side, language: TextLanguage) -> Vec<String> {
    let lines = match side {
        Side::Client => &explanation.client,
        Side::Freelancer => &explanation.freelancer,
    };
    let french = language == TextLanguage::French;
    let mut said = vec![place_sentence(explanation, french)];
    for need in &explanation.needs {
        said.extend(need.have.as_ref().map(|have| met_sentence(&need.need, have, french)));
        said.extend(need.written.map(|share| written_sentence(&need.need, share, french)));
    }
    let missing = explanation.needs.iter().filter(|need| need.have.is_none() && need.written.is_none());
    let names: Vec<&str> = missing.map(|it| if french { it.need.fr.as_str() } else { &it.need.en }).collect();
    if !names.is_empty() {
        let names = names.join(", ");
        said.push(if french { format!("Manque : {names}.") } else { format!("Missing: {names}.") });
    }
    let had = cost::said(explanation, true).join(", ");
    if !had.is_empty() {
        said.push(if french {
            format!("Dans le profil : {had}.")
        } else {
            format!("In the profile: {had}.")
        });
    }
    let costs = cost::sentences(lines, explanation, side, french);
    let far = explanation.kilometres.filter(|_| costs.iter().all(|(factor, _)| *factor != Factor::Place));
    said.extend(costs.into_iter().map(|(_, cost)| cost));
    said.extend(far.map(|km| if french { format!("À {km} km.") } else { format!("{km} km away.") }));
    said.extend(explanation.placement.map(|placement| placement_sentence(placement, french)));
    for it in explanation.what_if.iter().filter(|it| it.rank < explanation.rank) {
        said.push(change_sentence(&it.change, it.rank, explanation.price.as_ref(), french));
    }
    said
}

/// The place and what it is made of: what each side loses is told of that side's own points.
fn place_sentence(explanation: &Explanation, french: bool) -> String {
    let Explanation { rank, h, u, v, .. } = explanation;
    let [h, u, v] = [h, u, v].map(|it| points(*it, french));
    let by_score = explanation.placement.is_some();
    if french {
        let place = if by_score { format!("Rang {rank} au score") } else { format!("Rang {rank}") };
        format!("{place}, avec {h} points sur 100 : {u} côté client, {v} côté freelance.")
    } else {
        let place = if by_score { format!("Place {rank} by score") } else { format!("Place {rank}") };
        format!("{place}, with {h} of 100 points: {u} for the client, {v} for the freelancer.")
    }
}

/// What a person is told who asks "why not me".
#[must_use]
pub fn why_not(answer: &WhyNot, language: TextLanguage) -> Vec<String> {
    match answer {
        WhyNot::Ranked(explanation) => sentences(explanation, language),
        WhyNot::Stopped(stop) => vec![stop_sentence(*stop, language == TextLanguage::French).to_owned()],
        WhyNot::Unfit(explanation) => unfit(explanation, language == TextLanguage::French),
    }
}

/// Why somebody is in no list, and what would bring them into it.
fn unfit(explanation: &Explanation, french: bool) -> Vec<String> {
    let missing = explanation.needs.iter().filter(|it| it.have.is_none() && it.written.is_none());
    let names = missing.map(|it| if french { it.need.fr.as_str() } else { &it.need.en });
    let names = names.collect::<Vec<_>>().join(", ");
    let why = match (french, explanation.copied, names.is_empty()) {
        (true, true, _) => {
            "Hors de la liste : votre texte répète celui de la mission, ce qui ne compte pas.".to_owned()
        }
        (false, true, _) => "Not listed: your text repeats the job's, which counts for nothing.".to_owned(),
        (true, false, true) => {
            "Hors de la liste : votre profil a trop peu des mots de la mission.".to_owned()
        }
        (false, false, true) => "Not listed: your profile has too few of the job's words.".to_owned(),
        (true, false, false) => format!(
            "Hors de la liste : il manque à votre profil {names}, et il a trop peu des mots de la mission."
        ),
        (false, false, false) => {
            format!("Not listed: your profile lacks {names}, and it has too few of the job's words.")
        }
    };
    let change = |it: &WhatIf| change_sentence(&it.change, it.rank, explanation.price.as_ref(), french);
    std::iter::once(why).chain(explanation.what_if.iter().map(change)).collect()
}

const fn stop_sentence(stop: Stop, french: bool) -> &'static str {
    let (en, fr) = match stop {
        Stop::BelowFloor => {
            ("The job pays less than your lowest rate.", "La mission paie moins que votre tarif minimum.")
        }
        Stop::OtherPay => (
            "The job pays in another kind than you ask: money, barter or time credits.",
            "La mission ne paie pas de la manière que vous demandez : argent, troc ou crédits de temps.",
        ),
        Stop::TooFar => (
            "The job is farther away than you travel.",
            "La mission est plus loin que votre rayon de déplacement.",
        ),
        Stop::OnSite => (
            "The job is on site and you work remotely.",
            "La mission est sur place et vous travaillez à distance.",
        ),
        Stop::Remote => (
            "The job is remote and you do not work remotely.",
            "La mission est à distance et vous ne travaillez pas à distance.",
        ),
        Stop::Language => {
            ("A language that the job needs is missing.", "Il manque une langue que la mission demande.")
        }
    };
    if french { fr } else { en }
}

fn met_sentence(need: &Named, have: &Having, french: bool) -> String {
    let name = if french { &need.fr } else { &need.en };
    let skill = if french { &have.skill.fr } else { &have.skill.en };
    let line = u32::from(have.line).saturating_add(1);
    let (en, fr) = match have.relation {
        Relation::Same => ("is met", "est couvert"),
        Relation::Narrower => ("is met by the narrower", "est couvert par, plus précis,"),
        Relation::Broader => ("is partly met by the broader", "est en partie couvert par, plus général,"),
        Relation::Related => ("is partly met by the related", "est en partie couvert par, apparenté,"),
        Relation::Sibling => ("is touched by, from the same group,", "est effleuré par, du même groupe,"),
    };
    let how = match (have.relation, french) {
        (Relation::Same, _) => String::new(),
        (_, true) => format!(" « {skill} »"),
        (_, false) => format!(" \u{201c}{skill}\u{201d}"),
    };
    if french {
        format!("« {name} » {fr}{how} (compétence {line} du profil, déclarée).")
    } else {
        format!("\u{201c}{name}\u{201d} {en}{how} (skill {line} of the profile, self-declared).")
    }
}

/// The words stand where somebody says what they do, though not as this skill.
fn written_sentence(need: &Named, share: u32, french: bool) -> String {
    let whole = share >= millionths(WRITTEN);
    if french {
        let how = if whole { "est écrit" } else { "est en partie écrit" };
        format!("« {} » {how} dans le profil, sans y être une compétence.", need.fr)
    } else {
        let how = if whole { "is written" } else { "is partly written" };
        format!("\u{201c}{}\u{201d} {how} in the profile, though not as a skill.", need.en)
    }
}

fn placement_sentence(placement: Placement, french: bool) -> String {
    match (placement, french) {
        (Placement::Newcomer { .. }, false) => {
            "New here: two of the first ten places are kept for people who are new and about as good.".to_owned()
        }
        (Placement::Newcomer { .. }, true) => {
            "Arrivée récente : deux des dix premières places sont réservées à de nouveaux profils presque aussi bons.".to_owned()
        }
        (Placement::Attention { moved }, false) => {
            let way = if moved > 0 { "up" } else { "down" };
            format!("Moved {way} by {}: people about as good take turns.", moved.unsigned_abs())
        }
        (Placement::Attention { moved }, true) => {
            let way = if moved > 0 { "gagnées" } else { "cédées" };
            format!("Places {way} : {}. À qualité presque égale, chacun son tour.", moved.unsigned_abs())
        }
    }
}

fn change_sentence(change: &Change, rank: usize, price: Option<&PriceLine>, french: bool) -> String {
    match (change, french) {
        (Change::Rate { to }, _) => {
            let to = price.map_or_else(|| to.to_string(), |price| amount(*to, price, french));
            if french {
                format!("À {to}, ce serait le rang {rank}.")
            } else {
                format!("At {to} it would be place {rank}.")
            }
        }
        (Change::Skill { need }, false) => {
            format!("With \u{201c}{}\u{201d} it would be place {rank}.", need.en)
        }
        (Change::Skill { need }, true) => format!("Avec « {} », ce serait le rang {rank}.", need.fr),
    }
}

/// Ten-thousandths of a point, as one hundred points have them, to one decimal.
fn points(ten_thousandths: u32, french: bool) -> String {
    let tenths = ten_thousandths.saturating_add(500) / 1_000;
    let mark = if french { ',' } else { '.' };
    format!("{}{mark}{}", tenths / 10, tenths % 10)
}

fn amount(minor: u64, price: &PriceLine, french: bool) -> String {
    match (&price.currency, french) {
        (Some(currency), true) => format!("{},{:02} {currency}", minor / 100, minor % 100),
        (Some(currency), false) => format!("{}.{:02} {currency}", minor / 100, minor % 100),
        (None, _) => format!("{minor} h"),
    }
}
