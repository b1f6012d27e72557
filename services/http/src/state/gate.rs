//! The gate: how many requests are worked on at one time, and what the bodies of those that wait may hold. A request that finds no
//! place soon is refused at once, before anything is done for it, so that those inside are answered in time.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use actix_web::{HttpMessage as _, HttpRequest};
use hanse_document::Did;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::body::BODY_BYTES_MAX;
use crate::shares::{Share, Shares};

/// Of the connections for requests, the part that strangers may have: a place each, so that those who are signed in find one of the
/// others free, whatever strangers ask for.
const STRANGERS_SHARE: (usize, usize) = (2, 3);
/// Requests of people who are signed in, who have places of their own: no number of strangers takes them. More, because a move
/// that waits for another home keeps its place for up to three seconds.
const PEOPLE_MAX: usize = 40;
/// Requests of one person among them, and how many of theirs wait: a browser has six connections, and a program may stand beside it.
const PERSON_MAX: usize = 8;
const PERSON_WAITING_MAX: usize = 64;
/// Logins and registrations, which wait for a processor and not for the database: in places of their own they keep nobody from reading.
const PASSWORDS_MAX: usize = 16;
/// Requests of each kind that wait for a place, some ten kilobytes each beside their body: whoever asks as fast as they are answered
/// is slowed down by waiting, and not only refused, which would keep the processors busy.
const WAITING_MAX: usize = 1_024;
/// What the bodies of each kind of requests may hold together, those that are still being sent with them: 256 of the longest.
const BODIES_BYTES_MAX: usize = 256 * BODY_BYTES_MAX;
/// The longest body of who signs in: a password of 1,024 characters, each of them written as twelve, and what stands around it.
const WAY_IN_BODY_BYTES_MAX: usize = 16 * 1024;
/// What such bodies may hold together: 1,024 of the longest, which is as many as may wait.
const WAY_IN_BODIES_BYTES_MAX: usize = 1_024 * WAY_IN_BODY_BYTES_MAX;
/// The longest file that is uploaded for a message: a drawing or a contract with pictures.
pub const FILE_BYTES_MAX: usize = 10 * 1024 * 1024;
/// What such files may hold together: 16 of the longest, of which one person has two at a time.
const FILES_BYTES_MAX: usize = 16 * FILE_BYTES_MAX;
/// What one address or one person may hold of each, as a part: 32 of the longest bodies, and 128 of those who sign in.
const HOLDER_PART: usize = 8;
/// People whose rooms are remembered before those who have left are forgotten: a hundred bytes each.
const PERSONS_KEPT: usize = 1_024;
/// How long one waits: beyond it the client is served better by an answer.
const PLACE_WAIT: Duration = Duration::from_secs(1);

/// The places of one process.
#[derive(Clone, Debug)]
pub struct Gate {
    strangers: Room,
    passwords: Room,
    people: Room,
    persons: Persons,
    /// Of requests without a token.
    pub bodies_of_strangers: Bodies,
    /// Of people who are signed in.
    pub bodies_of_people: Bodies,
    /// Of those who sign in or register.
    pub bodies_of_the_way_in: Bodies,
    /// Files, of people who are signed in.
    pub bodies_of_files: Bodies,
}

/// Memory of the bodies of one kind of requests. It is taken before the first byte has come, for as much as the head declares: whoever
/// declares much and sends nothing holds no more of it than their part.
#[derive(Clone, Debug)]
pub struct Bodies {
    /// Bytes of the longest.
    pub longest: usize,
    /// What all of them may hold together, and each holder of it.
    pub memory: Arc<Shares<Holder>>,
}

/// Whose body it is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Holder {
    /// A stranger, by address.
    Address(IpAddr),
    /// Somebody who is signed in.
    Person(Did),
}

#[derive(Clone, Debug)]
struct Room {
    places: Arc<Semaphore>,
    waiting: Arc<Semaphore>,
}

/// A room for each person who has a request inside.
#[derive(Clone, Debug, Default)]
struct Persons(Arc<Mutex<BTreeMap<Did, Weak<Room>>>>);

/// A place inside; in the extensions of its request, and with the change that it asks for, so that it is kept for as long as anybody
/// works on that.
#[derive(Clone, Debug)]
pub struct Place(#[expect(dead_code, reason = "held, not read")] Arc<Admission>);

#[derive(Debug)]
struct Admission {
    _places: Vec<OwnedSemaphorePermit>,
    /// While a place of theirs is taken, the person's room is the same one.
    _person: Option<Arc<Room>>,
    _body: Option<Share<Holder>>,
}

impl Bodies {
    fn new(longest: usize, of_all: usize) -> Self {
        Self { longest, memory: Shares::new(of_all, of_all / HOLDER_PART) }
    }
}

impl Gate {
    /// For a process with so many connections for requests.
    pub fn new(connections: usize) -> Self {
        let (part, of) = STRANGERS_SHARE;
        let strangers = connections.saturating_mul(part).div_euclid(of).max(1);
        Self {
            strangers: Room::new(strangers, WAITING_MAX),
            passwords: Room::new(PASSWORDS_MAX, WAITING_MAX),
            people: Room::new(PEOPLE_MAX, WAITING_MAX),
            persons: Persons::default(),
            bodies_of_strangers: Bodies::new(BODY_BYTES_MAX, BODIES_BYTES_MAX),
            bodies_of_people: Bodies::new(BODY_BYTES_MAX, BODIES_BYTES_MAX),
            bodies_of_the_way_in: Bodies::new(WAY_IN_BODY_BYTES_MAX, WAY_IN_BODIES_BYTES_MAX),
            bodies_of_files: Bodies::new(FILE_BYTES_MAX, FILES_BYTES_MAX),
        }
    }

    /// A place for a request of this person, or of a stranger; `body` is the memory that it holds already.
    pub async fn enter(
        &self,
        person: Option<&Did>,
        password: bool,
        body: Option<Share<Holder>>,
    ) -> Option<Place> {
        let mut places = Vec::new();
        let own = person.map(|did| self.persons.room(did));
        if let Some(own) = &own {
            places.push(own.enter().await?);
        }
        let room = match (password, person) {
            (true, _) => &self.passwords,
            (false, Some(_)) => &self.people,
            (false, None) => &self.strangers,
        };
        places.push(room.enter().await?);
        Some(Place(Arc::new(Admission { _places: places, _person: own, _body: body })))
    }
}

impl Room {
    fn new(places: usize, waiting: usize) -> Self {
        Self { places: Arc::new(Semaphore::new(places)), waiting: Arc::new(Semaphore::new(waiting)) }
    }

    async fn enter(&self) -> Option<OwnedSemaphorePermit> {
        if let Ok(place) = Arc::clone(&self.places).try_acquire_owned() {
            return Some(place);
        }
        let _waits = self.waiting.try_acquire().ok()?;
        let entered = tokio::time::timeout(PLACE_WAIT, Arc::clone(&self.places).acquire_owned()).await;
        entered.ok()?.ok()
    }
}

impl Persons {
    fn room(&self, did: &Did) -> Arc<Room> {
        let mut rooms = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(room) = rooms.get(did).and_then(Weak::upgrade) {
            return room;
        }
        if rooms.len() >= PERSONS_KEPT {
            rooms.retain(|_, room| room.strong_count() > 0);
        }
        let room = Arc::new(Room::new(PERSON_MAX, PERSON_WAITING_MAX));
        rooms.insert(did.clone(), Arc::downgrade(&room));
        room
    }
}

/// The place that a request has.
pub fn place(request: &HttpRequest) -> Option<Place> {
    request.extensions().get::<Place>().cloned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_place_is_waited_for_by_a_few_and_not_for_long() {
        let room = Room::new(1, WAITING_MAX);
        let inside = room.enter().await.unwrap();
        let waiting: Vec<_> = (0..WAITING_MAX).map(|_| Box::pin(room.enter())).collect();
        let mut waiting = futures::future::join_all(waiting);
        assert!(futures::poll!(&mut waiting).is_pending());
        // One more does not even wait.
        assert!(matches!(futures::poll!(Box::pin(room.enter())), std::task::Poll::Ready(None)));
        let answers = waiting.await;
        assert!(answers.iter().all(Option::is_none), "nobody left within the second");
        drop(inside);
        assert!(room.enter().await.is_some());
    }

    #[tokio::test(start_paused = true)]
    async fn one_person_has_few_places_and_leaves_the_others_theirs() {
        let gate = Gate::new(8);
        let did = |text: &str| Did::parse(text).unwrap();
        let ada = did("did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK");
        let ben = did("did:key:z6MkiTBz1ymuepAQ4HEHYSF1H8quG5GLVVQR3djdX3mDooWp");
        let mut inside = Vec::new();
        for _ in 0..PERSON_MAX {
            inside.push(gate.enter(Some(&ada), false, None).await.unwrap());
        }
        assert!(gate.enter(Some(&ada), false, None).await.is_none());
        assert!(gate.enter(Some(&ben), false, None).await.is_some());
        assert!(gate.enter(None, false, None).await.is_some());
        inside.pop();
        assert!(gate.enter(Some(&ada), false, None).await.is_some());
    }

    #[tokio::test(start_paused = true)]
    async fn those_who_wait_for_a_hash_keep_no_reader_out() {
        let gate = Gate::new(8);
        let mut hashing = Vec::new();
        for _ in 0..PASSWORDS_MAX {
            hashing.push(gate.enter(None, true, None).await.unwrap());
        }
        assert!(gate.enter(None, true, None).await.is_none());
        assert!(gate.enter(None, false, None).await.is_some());
    }

    #[test]
    fn people_who_have_left_are_forgotten() {
        let persons = Persons::default();
        for n in 0..2 * PERSONS_KEPT {
            let mut seed = [7; 32];
            seed[..8].copy_from_slice(&n.to_be_bytes());
            let key = hanse_document::SigningKey::from_seed(seed);
            drop(persons.room(&Did::of(&key.public())));
        }
        assert!(persons.0.lock().unwrap().len() <= PERSONS_KEPT);
    }
}
