//! The bodies of the valid documents.

use std::str::FromStr;

use hanse_document::kind::{
    Acceptance, Arbiter, Axis, Bid, Custody, Dispute, Event, Identity, Invitation, Job, Money, Offer,
    Outcome, Pay, Per, Place, Point, Profile, Reply, Review, ReviewText, Role, Schedule, Site, Step, Terms,
    Then,
};
use hanse_document::{Currency, Date, LeafRef, List, LogName, NodeName, Number, Rejection, Verified};

use super::{ARBITER, CLIENT_SLOT, FREELANCER, FREELANCER_SLOT, RECOVERY, did, key};

/// The leaves that documents cite; their ids are made up.
const CLIENT_ENGAGEMENT: [u8; 32] = [0x41; 32];
const REVIEW_COMMIT: [u8; 32] = [0x43; 32];

/// Reads whatever a field takes, by what the field is.
fn of<T: FromStr<Err = Rejection>>(text: &str) -> Result<T, Rejection> {
    text.parse()
}

fn list<T: FromStr<Err = Rejection> + PartialEq, const MAX: usize>(
    texts: &[&str],
) -> Result<List<T, MAX>, Rejection> {
    List::new(texts.iter().map(|text| of(text)).collect::<Result<_, _>>()?)
}

fn money(min: u64, max: u64, per: Per) -> Result<Pay, Rejection> {
    Ok(Pay::Money(Money::new(Currency::parse("EUR")?, Some(min), Some(max), per)?))
}

fn site() -> Result<Place, Rejection> {
    let point = Some(Point::new(485_734, 77_521)?);
    Ok(Place::Site(Site { name: of("Strasbourg")?, country: of("FR")?, point }))
}

pub(crate) fn identity() -> Result<Identity, Rejection> {
    Ok(Identity {
        custody: Custody::Own,
        home: of("a.example")?,
        recovery: List::new(vec![did(RECOVERY)])?,
        seq: 0,
    })
}

pub(crate) fn profile() -> Result<Profile, Rejection> {
    Ok(Profile {
        about: Some(of("Smith in the third generation.\nGates, railings, repairs.")?),
        headline: Some(of("Wrought iron and small steelwork")?),
        home: of("b.example")?,
        languages: list(&["fr", "de"])?,
        name: Some(of("Odile Forgeron")?),
        place: Some(site()?),
        prev: None,
        rate: Some(money(4_500, 6_000, Per::Hour)?),
        remote: Some(false),
        skills: list(&["local:wrought-iron", "local:welding"])?,
        travel_km: Some(Number::new(60)?),
    })
}

pub(crate) fn job() -> Result<Job, Rejection> {
    Ok(Job {
        anew: None,
        hours_per_week: None,
        home: of("a.example")?,
        language: Some(of("fr")?),
        languages: list(&["fr"])?,
        pay: Some(money(80_000, 120_000, Per::Project)?),
        place: Some(site()?),
        predecessor: None,
        questions: List::default(),
        schedule: Some(Schedule { start: Some(Date::parse("2027-01-11")?), end: None }),
        seats: Number::new(1)?,
        skills: list(&["local:wrought-iron"])?,
        text: of("Un portail ancien, deux vantaux de 1,80 m, à redresser et à rependre.")?,
        title: of("Réparer un portail en fer forgé")?,
    })
}

pub(crate) fn invitation(job: &Verified) -> Result<Invitation, Rejection> {
    Ok(Invitation {
        freelancer: did(FREELANCER),
        job: job.id(),
        note: Some(of("Vous avez redress\u{e9} le portail du voisin.")?),
        to: of("b.example")?,
    })
}

pub(crate) fn bid(job: &Verified) -> Result<Bid, Rejection> {
    Ok(Bid {
        agent: false,
        anew: None,
        answers: List::default(),
        days: Some(Number::new(12)?),
        home: of("b.example")?,
        job: job.id(),
        language: Some(of("fr")?),
        pay: Some(money(95_000, 95_000, Per::Project)?),
        text: of("J'ai redressé trois portails de cette époque\u{a0}; je peux passer voir mercredi.")?,
        to: of("a.example")?,
    })
}

pub(crate) fn terms() -> Result<Terms, Rejection> {
    Ok(Terms {
        due: Date::parse("2027-02-15")?,
        language: Some(of("fr")?),
        milestones: List::default(),
        pay: Some(money(95_000, 95_000, Per::Project)?),
        scope: of("Redresser les deux vantaux, remplacer trois volutes, rependre.")?,
    })
}

pub(crate) fn offer(job: &Verified, bid: &Verified, terms: &Verified) -> Result<Offer, Rejection> {
    Ok(Offer {
        arbiters: List::default(),
        bid: bid.id(),
        freelancer: did(FREELANCER),
        job: job.id(),
        log: LogName::of(&of::<NodeName>("a.example")?),
        slot: key(CLIENT_SLOT).public(),
        terms: terms.commitment(),
        to: of("b.example")?,
    })
}

pub(crate) fn acceptance(offer: &Verified) -> Result<Acceptance, Rejection> {
    Ok(Acceptance {
        client: offer.issuer().clone(),
        log: of("b.example/reputation")?,
        offer: offer.id(),
        slot: key(FREELANCER_SLOT).public(),
        terms: None,
        to: of("a.example")?,
    })
}

pub(crate) fn step(offer: &Verified, acceptance: &Verified) -> Result<Step, Rejection> {
    let event = Event::Deliver {
        note: Some(of("The gate hangs.\nThe key is with the neighbour.")?),
        digest: None,
        milestone: None,
        hours: None,
    };
    Ok(Step { event, object: offer.id(), prev: acceptance.id(), to: of("a.example")? })
}

pub(crate) fn text() -> Result<ReviewText, Rejection> {
    Ok(ReviewText {
        language: Some(of("en")?),
        text: of("Straight, solid, on the day. We would ask again.")?,
    })
}

pub(crate) fn review(offer: &Verified, text: &Verified) -> Result<Review, Rejection> {
    let axes = [(Axis::Quality, 5), (Axis::Communication, 4), (Axis::Deadlines, 5)];
    Ok(Review {
        axes: axes
            .into_iter()
            .map(|(axis, n)| Ok((axis, Number::new(n)?)))
            .collect::<Result<_, Rejection>>()?,
        contract: offer.id(),
        engagement: LeafRef::from_bytes(CLIENT_ENGAGEMENT),
        id: did(FREELANCER),
        on_time: Some(true),
        rating: Number::new(5)?,
        role: Role::Client,
        text: Some(text.commitment()),
    })
}

pub(crate) fn reply() -> Result<Reply, Rejection> {
    Ok(Reply { cites: LeafRef::from_bytes(REVIEW_COMMIT), text: of("It was good work to do. Thank you!")? })
}

pub(crate) fn arbiter() -> Result<Arbiter, Rejection> {
    Ok(Arbiter {
        fee: Some(of("80 EUR an hour, two hours at most")?),
        fields: list(&["local:wrought-iron"])?,
        home: of("a.example")?,
        key: key(ARBITER).public(),
        languages: list(&["fr", "de"])?,
        prev: None,
        takes: true,
        terms: of("Write to arbiter@a.example. I rule on what is written, and visit nobody.")?,
    })
}

pub(crate) fn dispute(offer: &Verified) -> Result<Dispute, Rejection> {
    Ok(Dispute {
        claim: of("The left wing hangs two fingers too low, and nobody comes.")?,
        contract: offer.id(),
        evidence: list(&["9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"])?,
        milestone: None,
        outcome: Outcome {
            award: Some(of("Odile hangs it anew by the end of the month.")?),
            then: Then::GoesOn,
        },
        to: of("a.example")?,
    })
}
