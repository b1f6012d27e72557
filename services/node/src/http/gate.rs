//! Admission: how many requests are worked on at one time, and how long one may take. A request that finds no place soon is
//! refused at once, before anything is done for it, so that those inside are answered in time.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use actix_web::body::BoxBody;
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::http::header::{CONTENT_LENGTH, TRANSFER_ENCODING};
use actix_web::middleware::Next;
use actix_web::{Error, FromRequest as _, HttpMessage as _, HttpRequest, ResponseError as _, web};
use hanse_document::Did;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::http::app::{self, BODY_BYTES_MAX, Paths, route};
use crate::http::problem::Problem;
use crate::http::shares::{Share, Shares};
use crate::http::state::State;
use crate::http::{body, principal};

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
/// What one address or one person may hold of each, as a part: 32 of the longest bodies, and 128 of those who sign in.
const HOLDER_PART: usize = 8;
/// People whose rooms are remembered before those who have left are forgotten: a hundred bytes each.
const PERSONS_KEPT: usize = 1_024;
/// How long one waits: beyond it the client is served better by an answer.
const PLACE_WAIT: Duration = Duration::from_secs(1);
/// How long a request may take from its place to the head of its answer. The longest single wait inside, for the answer to a
/// statement, is ten seconds.
const REQUEST_WAIT: Duration = Duration::from_secs(15);
/// What must be answered whatever else goes on: probes, and pages that are in memory. They hold no place.
const ALWAYS: [&str; 5] =
    ["/healthz", "/readyz", "/openapi.json", "/.well-known/jwks.json", "/.well-known/security.txt"];
/// Where passwords are hashed.
const PASSWORDS: [&str; 2] = ["/v1/accounts", "/v1/sessions"];
/// Where one comes in: nobody who only asks, or who is inside, takes the memory for that.
const WAY_IN: [&str; 3] = ["/v1/accounts", "/v1/sessions", "/v1/sessions/refresh"];

/// The places of one process.
#[derive(Clone, Debug)]
pub(crate) struct Gate {
    strangers: Room,
    passwords: Room,
    people: Room,
    persons: Persons,
    bodies_of_strangers: Bodies,
    bodies_of_people: Bodies,
    bodies_of_the_way_in: Bodies,
}

/// Memory of the bodies of one kind of requests. It is taken before the first byte has come, for as much as the head declares: whoever
/// declares much and sends nothing holds no more of it than their part.
#[derive(Clone, Debug)]
struct Bodies {
    /// Bytes of the longest.
    longest: usize,
    memory: Arc<Shares<Holder>>,
}

/// Whose body it is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Holder {
    Address(IpAddr),
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
pub(crate) struct Place(#[expect(dead_code, reason = "held, not read")] Arc<Admission>);

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
    pub(crate) fn new(connections: usize) -> Self {
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
        }
    }

    /// A place for a request of this person, or of a stranger; `body` is the memory that it holds already.
    async fn enter(
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
pub(crate) fn place(request: &HttpRequest) -> Option<Place> {
    request.extensions().get::<Place>().cloned()
}

/// Wraps every route.
pub(crate) async fn pass(
    request: ServiceRequest,
    next: Next<BoxBody>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let path = app::path(request.request());
    let state = request.app_data::<web::Data<State>>().cloned();
    let Some(state) = state.filter(|_| !ALWAYS.contains(&path) && !app::is_docs(path)) else {
        return next.call(request).await;
    };
    // Only the signature is looked at: that costs the database nothing.
    let person = principal::known(request.request(), &state).ok().map(|claims| claims.sub);
    let posted = (*request.method() == Method::POST).then(|| route(request.request())).flatten();
    let is_of = |routes: &[&str]| posted.as_deref().is_some_and(|route| routes.contains(&route));
    let password = is_of(&PASSWORDS);
    let address = || Holder::Address(state.limits.client(request.request()));
    let (bodies, holder) = match &person {
        _ if is_of(&WAY_IN) => (&state.gate.bodies_of_the_way_in, address()),
        Some(person) => (&state.gate.bodies_of_people, Holder::Person(person.clone())),
        None => (&state.gate.bodies_of_strangers, address()),
    };
    // A body that comes slowly on purpose must not keep a place.
    let (request, body) = match with_body(request, bodies, holder).await {
        Ok(read) => read,
        Err(answer) => return Ok(answer),
    };
    let Some(place) = state.gate.enter(person.as_ref(), password, body).await else {
        let (request, _) = request.into_parts();
        return Ok(ServiceResponse::new(request, Problem::busy().error_response()));
    };
    request.extensions_mut().insert(place);
    match tokio::time::timeout(REQUEST_WAIT, next.call(request)).await {
        Ok(answer) => {
            let answer = answer?;
            // The place is for the work, not for how fast the client reads.
            drop(answer.request().extensions_mut().remove::<Place>());
            Ok(answer)
        }
        Err(_) => Err(Problem::timed_out().into()),
    }
}

/// The request with its body in memory, and the share of memory that it takes. What nobody will read is not read here.
async fn with_body(
    request: ServiceRequest,
    bodies: &Bodies,
    holder: Holder,
) -> Result<(ServiceRequest, Option<Share<Holder>>), ServiceResponse<BoxBody>> {
    let headers = request.headers();
    let declared = headers.get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<usize>().ok());
    let some = declared.unwrap_or_default() > 0 || headers.contains_key(TRANSFER_ENCODING);
    let paths = request.app_data::<web::Data<Paths>>();
    let taken = paths.is_some_and(|paths| paths.takes_body(request.method(), app::path(request.request())));
    if !some || !taken {
        return Ok((request, None));
    }
    let (request, mut payload) = request.into_parts();
    let longest = bodies.longest;
    let read = async {
        let bytes = declared.unwrap_or(longest);
        if bytes > longest {
            return Err(Problem::body_too_large(longest));
        }
        let share = bodies.memory.take(holder, bytes).ok_or_else(Problem::busy)?;
        let payload = web::Payload::from_request(&request, &mut payload).into_inner();
        let payload = payload.map_err(|_| Problem::body_unreadable())?;
        Ok((body::bytes(payload, longest).await?, share))
    };
    match read.await {
        Ok((bytes, share)) => Ok((ServiceRequest::from_parts(request, Payload::from(bytes)), Some(share))),
        Err(problem) => Err(ServiceResponse::new(request, problem.error_response())),
    }
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
