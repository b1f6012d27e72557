//! How much one client may do: budgets by person and by address that fill again by themselves (the generic cell rate algorithm), announced
//! by `RateLimit` headers (draft-ietf-httpapi-ratelimit-headers-10). Each process counts for itself.

mod table;

use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use actix_web::HttpRequest;
use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue};
use governor::clock::{Clock as _, DefaultClock};
use governor::middleware::StateInformationMiddleware;
use governor::state::keyed::HashMapStateStore;
use governor::{Quota, RateLimiter};
use hanse_document::Did;
use sha2::{Digest as _, Sha256};

use crate::client::{self, Proxies};
use crate::door::Door;
use crate::problem::Problem;

pub use table::{COSTS, Counted, counted};
use table::{LIMITS, Limit, Of};

/// Budgets of one kind that are remembered, 50 bytes each. Whoever has used nothing for a while is forgotten first; whoever fills the
/// table within that time has as many addresses, each with a budget of its own, and gains nothing from being forgotten.
const KEYS_MAX: usize = 50_000;
/// What a full table must have left after a look for who can be forgotten; otherwise it begins anew, so that looks stay rare.
const KEYS_KEPT: usize = KEYS_MAX / 2;
/// One IPv6 line has a network of 64 bits, or some hundred of them: all that are in one of 48 bits together have so many times as much.
const SITE_FACTOR: u32 = 8;
/// What a rate of 100 is: the table as it stands.
const PERCENT: u64 = 100;

const POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");
const LEFT: HeaderName = HeaderName::from_static("ratelimit");

/// Of whom a budget is. A hash, so that no caller decides how much of it is remembered.
type Key = [u8; 16];
type Budgets = RateLimiter<Key, HashMapStateStore<Key>, DefaultClock, StateInformationMiddleware>;

/// The budgets of one line of the table.
#[derive(Debug)]
struct Kept {
    limit: Limit,
    burst: NonZeroU32,
    budgets: RwLock<Arc<Budgets>>,
}

/// All budgets of one process, and how clients are told apart.
#[derive(Debug)]
pub struct Limits {
    kept: Vec<Kept>,
    /// The same for what is known by its address, by larger networks.
    sites: Vec<Kept>,
    /// Whose word counts about who asks.
    pub proxies: Proxies,
}

/// Where a budget stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Left {
    name: &'static str,
    burst: u32,
    seconds: u32,
    left: u32,
}

/// A budget is used up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Over {
    /// What is left of the budget.
    pub left: Left,
    wait: Duration,
}

impl Kept {
    fn new(limit: Limit, percent: u32) -> Self {
        let scaled = u64::from(limit.burst) * u64::from(percent) / PERCENT;
        let burst = NonZeroU32::new(u32::try_from(scaled).unwrap_or(u32::MAX)).unwrap_or(NonZeroU32::MIN);
        Self { limit, burst, budgets: RwLock::new(Arc::new(Self::budgets(limit, burst))) }
    }

    fn budgets(limit: Limit, burst: NonZeroU32) -> Budgets {
        let every = Duration::from_secs(u64::from(limit.seconds)) / burst.get();
        // Less than a nanosecond between two is no limit that can be measured.
        let quota = Quota::with_period(every).unwrap_or(Quota::per_second(burst)).allow_burst(burst);
        RateLimiter::keyed(quota).with_middleware::<StateInformationMiddleware>()
    }

    /// The budgets, with room for one more.
    fn current(&self) -> Arc<Budgets> {
        let budgets = Arc::clone(&self.budgets.read().unwrap_or_else(PoisonError::into_inner));
        if budgets.len() < KEYS_MAX {
            return budgets;
        }
        let mut current = self.budgets.write().unwrap_or_else(PoisonError::into_inner);
        if current.len() >= KEYS_MAX {
            current.retain_recent();
            if current.len() > KEYS_KEPT {
                tracing::warn!(
                    limit = self.limit.name,
                    "the rate-limit table is full; all budgets are reset"
                );
                *current = Arc::new(Self::budgets(self.limit, self.burst));
            }
        }
        Arc::clone(&current)
    }

    fn take(&self, key: Key, cost: u32) -> Result<Left, Over> {
        let cost = NonZeroU32::new(cost.min(self.burst.get())).unwrap_or(NonZeroU32::MIN);
        let Limit { name, seconds, .. } = self.limit;
        let left = |left| Left { name, burst: self.burst.get(), seconds, left };
        let budgets = self.current();
        match budgets.check_key_n(&key, cost) {
            Ok(Ok(state)) => Ok(left(state.remaining_burst_capacity())),
            Ok(Err(not_yet)) => {
                Err(Over { left: left(0), wait: not_yet.wait_time_from(budgets.clock().now()) })
            }
            // The cost was cut to the burst.
            Err(_) => Err(Over { left: left(0), wait: Duration::from_secs(u64::from(seconds)) }),
        }
    }
}

impl Limits {
    /// The budgets of a door.
    pub fn new(door: &Door) -> Self {
        let site = |limit: &Limit| Limit { burst: limit.burst.saturating_mul(SITE_FACTOR), ..*limit };
        Self {
            kept: LIMITS.iter().map(|limit| Kept::new(*limit, door.percent)).collect(),
            sites: LIMITS.iter().map(|limit| Kept::new(site(limit), door.percent)).collect(),
            proxies: Proxies::new(&door.trusted_proxies, door.client_header),
        }
    }

    /// The holder of the address that a request comes from.
    pub fn client(&self, request: &HttpRequest) -> IpAddr {
        let connection = request.peer_addr().map_or(IpAddr::from([0; 4]), |socket| socket.ip());
        self.proxies.client(connection, request.headers())
    }

    fn take(&self, counted: Counted, cost: u32, client: Client<'_>) -> Result<Option<Left>, Over> {
        let Some(kept) = self.kept.get(counted as usize) else { return Ok(None) };
        let left = kept.take(client.key(kept.limit.of), cost)?;
        let by_address = match kept.limit.of {
            Of::Address | Of::HandleAndAddress => true,
            Of::Person => client.person.is_none(),
            Of::Handle | Of::Everybody => false,
        };
        if let (true, Some(address), Some(kept)) =
            (by_address, client::site(client.address), self.sites.get(counted as usize))
        {
            kept.take(Client { address, ..client }.key(kept.limit.of), cost)?;
        }
        Ok(Some(left))
    }

    /// Charges one login by this handle, which is one: there, at home, and from anywhere.
    pub fn login(&self, request: &HttpRequest, handle: &str) -> Result<(), Problem> {
        self.tries(request, handle, [Counted::Tries, Counted::TriesAnywhere])
    }

    /// Charges one new password for this handle, which is one, in the same two ways.
    pub fn reset(&self, request: &HttpRequest, handle: &str) -> Result<(), Problem> {
        self.tries(request, handle, [Counted::Resets, Counted::ResetsAnywhere])
    }

    fn tries(&self, request: &HttpRequest, handle: &str, counted: [Counted; 2]) -> Result<(), Problem> {
        let client = Client { address: self.client(request), handle, ..Client::default() };
        let take = |counted| self.take(counted, 1, client).map(drop).map_err(Over::problem);
        counted.into_iter().try_for_each(take)
    }

    /// Takes what a request costs from the budget of this person, or of the address that it comes from if nobody is known.
    pub fn spend(
        &self,
        request: &HttpRequest,
        counted: Counted,
        cost: u32,
        person: Option<&Did>,
    ) -> Result<Option<Left>, Over> {
        self.take(counted, cost, Client { address: self.client(request), person, ..Client::default() })
    }

    /// Charges a request for what it was found to ask, one each.
    pub fn charge(
        &self,
        request: &HttpRequest,
        counted: &[Counted],
        person: Option<&Did>,
    ) -> Result<(), Problem> {
        let spend = |counted: &Counted| self.spend(request, *counted, 1, person);
        counted.iter().try_for_each(|counted| spend(counted).map(drop).map_err(Over::problem))
    }

    /// Charges one account against everybody's.
    pub fn registers(&self) -> Result<(), Problem> {
        self.take(Counted::RegistrationsOfAll, 1, Client::default()).map(drop).map_err(Over::problem)
    }
}

/// Who asks, as far as it is known.
#[derive(Clone, Copy, Debug)]
struct Client<'a> {
    address: IpAddr,
    person: Option<&'a Did>,
    handle: &'a str,
}

impl Default for Client<'_> {
    fn default() -> Self {
        Self { address: IpAddr::from([0; 4]), person: None, handle: "" }
    }
}

impl Client<'_> {
    fn key(&self, of: Of) -> Key {
        let address = self.address.to_string();
        match (of, self.person) {
            (Of::Everybody, _) => key(&["all"]),
            (Of::Person, Some(did)) => key(&["person", did.as_ref()]),
            (Of::Address, _) | (Of::Person, None) => key(&["address", &address]),
            (Of::Handle, _) => key(&["handle", self.handle]),
            (Of::HandleAndAddress, _) => key(&["both", &address, self.handle]),
        }
    }
}

fn key(parts: &[&str]) -> Key {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part.len().to_be_bytes());
        hash.update(part);
    }
    let mut key = Key::default();
    key.iter_mut().zip(hash.finalize()).for_each(|(key, byte)| *key = byte);
    key
}

impl Left {
    /// Writes both headers: the policy, and what is left of it.
    pub fn tell(self, headers: &mut HeaderMap) {
        let Self { name, burst, seconds, left } = self;
        let used = u64::from(burst.saturating_sub(left));
        let whole = (used * u64::from(seconds)).div_ceil(u64::from(burst.max(1)));
        let lines = [
            (POLICY, format!("\"{name}\";q={burst};w={seconds}")),
            (LEFT, format!("\"{name}\";r={left};t={whole}")),
        ];
        for (header, line) in lines {
            if let Ok(line) = HeaderValue::from_str(&line) {
                headers.insert(header, line);
            }
        }
    }
}

impl Over {
    /// What the client is answered.
    pub fn problem(self) -> Problem {
        let wait = u32::try_from(self.wait.as_secs().saturating_add(1)).unwrap_or(u32::MAX);
        let Left { name, burst, seconds, .. } = self.left;
        let most = format!("At most {burst} {name} in {seconds} seconds are taken");
        Problem::rate_limited(format!("{most}: go on in {wait} seconds."), wait)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(burst: u32, percent: u32) -> Kept {
        Kept::new(Limit { name: "x", of: Of::Address, burst, seconds: 3_600 }, percent)
    }

    #[test]
    fn a_budget_is_of_one_key_and_says_when_it_fills_again() {
        let kept = kept(10, 100);
        for left in (0..10).rev() {
            assert_eq!(kept.take([1; 16], 1).unwrap().left, left);
        }
        let over = kept.take([1; 16], 1).unwrap_err();
        assert!(over.wait <= Duration::from_secs(360) && over.wait > Duration::from_secs(300), "{over:?}");
        assert_eq!(over.problem().status, 429);
        assert_eq!(
            kept.take([2; 16], 4).unwrap().left,
            6,
            "another one's is whole, and a costly one takes more"
        );
        assert_eq!(kept.take([3; 16], 1_000).unwrap().left, 0, "nothing costs more than there is");
    }

    #[test]
    fn the_operator_scales_all_of_them() {
        assert_eq!(kept(10, 300).take([1; 16], 1).unwrap().left, 29);
        assert_eq!(kept(10, 1).take([1; 16], 1).unwrap().left, 0, "never to nothing");
        assert!(kept(u32::MAX, u32::MAX).take([1; 16], 1).is_ok());
    }

    #[test]
    fn the_table_of_budgets_is_bounded() {
        let kept = kept(10, 100);
        for n in 0..=u128::try_from(KEYS_MAX).unwrap() {
            assert!(kept.take(n.to_be_bytes(), 1).is_ok());
        }
        assert!(kept.current().len() <= KEYS_MAX);
    }

    #[test]
    fn people_addresses_and_handles_are_told_apart() {
        let did = Did::parse("did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK").unwrap();
        let nobody = Client { address: IpAddr::from([192, 0, 2, 7]), ..Client::default() };
        let person = Client { person: Some(&did), handle: "ada", ..nobody };
        assert_ne!(person.key(Of::Person), nobody.key(Of::Person));
        assert_eq!(person.key(Of::Address), nobody.key(Of::Person), "nobody is their address");
        assert_eq!(person.key(Of::Everybody), nobody.key(Of::Everybody));
        assert_ne!(person.key(Of::Handle), nobody.key(Of::Handle));
        let elsewhere = Client { address: IpAddr::from([192, 0, 2, 8]), ..person };
        assert_eq!(person.key(Of::Handle), elsewhere.key(Of::Handle));
        assert_ne!(person.key(Of::HandleAndAddress), elsewhere.key(Of::HandleAndAddress));
    }

    #[test]
    fn what_is_left_is_told_in_the_form_of_the_draft() {
        let mut headers = HeaderMap::new();
        Left { name: "reads", burst: 1_200, seconds: 60, left: 1_190 }.tell(&mut headers);
        assert_eq!(headers.get(POLICY).unwrap(), "\"reads\";q=1200;w=60");
        assert_eq!(headers.get(LEFT).unwrap(), "\"reads\";r=1190;t=1");
    }

    #[test]
    fn each_line_of_the_table_is_kept_where_its_name_says() {
        assert_eq!(Counted::ALL.len(), LIMITS.len());
        for (place, counted) in Counted::ALL.iter().enumerate() {
            assert_eq!(*counted as usize, place);
            assert!(LIMITS[place].burst > 0 && LIMITS[place].seconds > 0, "{counted:?}");
        }
    }
}
