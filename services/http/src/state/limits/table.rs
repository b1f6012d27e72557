//! The limits themselves: what a client may do in which time, and why so much.

use actix_web::http::Method;

/// Whose budget it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Of {
    /// One address: an IPv4 address, or an IPv6 network of 64 bits.
    Address,
    /// One person with a good token; without one, their address.
    Person,
    /// One handle, whoever tries it.
    Handle,
    /// One handle, tried from one address.
    HandleAndAddress,
    /// Everybody together.
    Everybody,
}

/// `burst` at once, and as many again in `seconds`, evenly.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limit {
    pub name: &'static str,
    pub of: Of,
    pub burst: u32,
    pub seconds: u32,
}

const MINUTE: u32 = 60;
const HOUR: u32 = 3_600;

macro_rules! limits {
    ($($(#[$reason:meta])+ $variant:ident = ($name:literal, $of:ident, $burst:literal, $seconds:expr),)+) => {
        /// What is counted. Each is one budget for each of whom it is.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Counted { $($(#[$reason])+ $variant,)+ }

        impl Counted {
            /// All of them, in the order of [`LIMITS`].
            #[cfg(test)]
            pub const ALL: &[Self] = &[$(Self::$variant,)+];
        }

        /// The table; SECURITY.md has the same with what it costs to reach each.
        pub(super) const LIMITS: &[Limit] = &[
            $(Limit { name: $name, of: Of::$of, burst: $burst, seconds: $seconds },)+
        ];
    };
}

limits! {
    /// Ten pages of ten requests in ten seconds, and 20 a second for a program; costly reads count as several.
    Reads = ("reads", Person, 1_200, MINUTE),
    /// What changes something and has no line of its own: a person's day is some hundred.
    Writes = ("writes", Person, 300, 10 * MINUTE),
    /// Postings stay for 30 days and are gossiped to everybody: an agency posts some dozen at once.
    Postings = ("postings", Person, 60, HOUR),
    /// Each is read by a client; a person who reads what they bid on writes a few an hour.
    Bids = ("bids", Person, 60, HOUR),
    /// Bid and withdraw in turn leaves a text with the client each time.
    Withdrawals = ("withdrawals", Person, 30, HOUR),
    /// Each asks every peer, which answers this node 40 in ten seconds: one person must not use that up.
    FederationSearches = ("federation-searches", Person, 8, 10),
    /// Opening streams of events; a client that loses its connection opens a few a minute.
    Streams = ("streams", Person, 30, MINUTE),
    /// New tokens for old ones, every quarter of an hour: three hundred people behind one address, each of them at two devices.
    Refreshes = ("refreshes", Address, 600, 10 * MINUTE),
    /// A login costs 50 ms of a core: an office behind one address signs in in the morning.
    Logins = ("logins", Address, 60, 10 * MINUTE),
    /// Somebody who has forgotten which of their passwords it was.
    Tries = ("tries", HandleAndAddress, 10, 15 * MINUTE),
    /// Guesses at one account from anywhere: 2,500 a day, of at least 10⁸ that a password takes.
    TriesAnywhere = ("tries-anywhere", Handle, 100, HOUR),
    /// What a signed-in person confirms with their password: who has a token guesses it no quicker than at the door.
    Passwords = ("passwords", Person, 10, 15 * MINUTE),
    /// Codes that set a new password: somebody who reads theirs from a slip of paper. Each costs as much as a login, and is one.
    Resets = ("resets", HandleAndAddress, 10, 15 * MINUTE),
    /// The same from anywhere; a code has 2⁸⁰ forms.
    ResetsAnywhere = ("resets-anywhere", Handle, 100, HOUR),
    /// Letters with codes: some get lost, some are asked for twice. Of one account there are five a day, whoever asks.
    Letters = ("letters", Person, 10, HOUR),
    /// An archive reads everything that is kept of a person.
    Exports = ("exports", Person, 5, HOUR),
    /// Accounts are for ever: a class registers at once behind one address.
    Registrations = ("registrations", Address, 30, HOUR),
    /// All registrations: what many addresses do together fills no more than 100 MB a day.
    RegistrationsOfAll = ("registrations-of-all", Everybody, 600, HOUR),
    /// Identities with own keys cost their maker nothing, and every node of the federation a leaf for ever.
    Identities = ("identities", Address, 10, HOUR),
    /// All of them: 2,880 a day, 15 MB on each node of the federation.
    IdentitiesOfAll = ("identities-of-all", Everybody, 120, HOUR),
}

/// Reads that cost more than one row, by route, with how many reads each counts for.
pub const COSTS: &[(&str, u32)] = &[
    ("/v1/reputation/{did}/evidence", 20),
    ("/v1/reputation/{did}/score/history", 20),
    ("/v1/reputation/{did}/score", 10),
    ("/v1/jobs/{id}/matches", 10),
    ("/v1/jobs/{id}/matches/{did}", 10),
    ("/v1/me/recommended-jobs", 10),
    ("/v1/jobs", 5),
    ("/v1/reputation/{did}", 4),
    ("/v1/logs/{node}/{kind}/entries", 4),
    ("/v1/skills/link", 4),
    ("/v1/skills", 2),
];

/// What a request counts as, and for how much; `None` if it is free.
pub fn counted(method: &Method, route: Option<&str>) -> Option<(Counted, u32)> {
    let route = route.unwrap_or_default();
    let reads = || COSTS.iter().find(|(costly, _)| *costly == route).map_or(1, |(_, cost)| *cost);
    Some(match (method.as_str(), route) {
        // Whoever looks after the node must see it when others are told to wait.
        ("GET" | "HEAD", "/healthz" | "/readyz") => return None,
        ("GET" | "HEAD", "/v1/events") => (Counted::Streams, 1),
        ("GET" | "HEAD", "/v1/me/export") => (Counted::Exports, 1),
        ("POST", "/v1/sessions" | "/v1/password-resets") => (Counted::Logins, 1),
        ("POST", "/v1/password-resets/request") => (Counted::Letters, 1),
        ("PUT", "/v1/me/password" | "/v1/me/email") | ("POST", "/v1/me/recovery-codes") => {
            (Counted::Passwords, 1)
        }
        ("POST", "/v1/sessions/refresh") => (Counted::Refreshes, 1),
        ("POST", "/v1/accounts") => (Counted::Registrations, 1),
        ("POST", "/v1/jobs" | "/v1/jobs/{id}/repost") => (Counted::Postings, 1),
        ("POST", "/v1/jobs/{id}/bids" | "/v1/jobs/{id}/invitations") => (Counted::Bids, 1),
        ("POST", "/v1/bids/{id}/withdraw") => (Counted::Withdrawals, 1),
        // It changes nothing, as little as what is no route.
        ("GET" | "HEAD", _) | ("POST", "/v1/skills/link") => (Counted::Reads, reads()),
        (_, "") => (Counted::Reads, 1),
        ("POST" | "PUT" | "DELETE" | "PATCH", _) => (Counted::Writes, 1),
        _ => (Counted::Reads, 1),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_makes_something_for_ever_has_its_own_budget() {
        let of = |method: Method, route| counted(&method, Some(route)).map(|(counted, _)| counted);
        assert_eq!(of(Method::POST, "/v1/jobs"), Some(Counted::Postings));
        assert_eq!(of(Method::POST, "/v1/jobs/{id}/bids"), Some(Counted::Bids));
        assert_eq!(of(Method::POST, "/v1/bids/{id}/withdraw"), Some(Counted::Withdrawals));
        assert_eq!(of(Method::POST, "/v1/accounts"), Some(Counted::Registrations));
        assert_eq!(of(Method::POST, "/v1/sessions"), Some(Counted::Logins));
        assert_eq!(of(Method::DELETE, "/v1/sessions"), Some(Counted::Writes));
        assert_eq!(of(Method::PUT, "/v1/me/profile"), Some(Counted::Writes));
        assert_eq!(of(Method::GET, "/v1/events"), Some(Counted::Streams));
        assert_eq!(of(Method::GET, "/v1/me/export"), Some(Counted::Exports));
        assert_eq!(of(Method::PUT, "/v1/me/password"), Some(Counted::Passwords));
        assert_eq!(of(Method::POST, "/v1/me/recovery-codes"), Some(Counted::Passwords));
        assert_eq!(of(Method::POST, "/v1/password-resets"), Some(Counted::Logins), "it costs as much");
        assert_eq!(of(Method::POST, "/v1/password-resets/request"), Some(Counted::Letters));
        assert_eq!(of(Method::GET, "/readyz"), None);
        assert_eq!(of(Method::POST, "/v1/sessions/refresh"), Some(Counted::Refreshes));
        let preflight = counted(&Method::OPTIONS, Some("/v1/jobs"));
        assert_eq!(preflight, Some((Counted::Reads, 1)), "browsers ask before they write");
        assert_eq!(counted(&Method::POST, Some("/v1/skills/link")), Some((Counted::Reads, 4)));
        for method in [Method::GET, Method::POST] {
            assert_eq!(counted(&method, None), Some((Counted::Reads, 1)), "what is not there");
        }
    }

    /// The same table, for people.
    #[test]
    fn security_md_says_the_same_numbers() {
        let text =
            std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../SECURITY.md")).unwrap();
        let number = |text: &str| text.trim_end_matches(" s").replace(',', "").parse::<u32>().unwrap();
        let rows: Vec<Vec<&str>> = text
            .lines()
            .filter(|line| line.starts_with("| `"))
            .map(|line| line.trim_matches('|').split(" | ").map(str::trim).collect())
            .collect();
        assert_eq!(rows.len(), LIMITS.len());
        for (row, limit) in rows.iter().zip(LIMITS) {
            let [name, of, burst, seconds, cost] = row.as_slice() else { panic!("{row:?}") };
            let whose = match limit.of {
                Of::Address => "address",
                Of::Person => "person",
                Of::Handle => "handle",
                Of::HandleAndAddress => "handle and address",
                Of::Everybody => "everybody",
            };
            assert_eq!((*name, *of), (format!("`{}`", limit.name).as_str(), whose));
            assert_eq!((number(burst), number(seconds)), (limit.burst, limit.seconds), "{name}");
            assert!(!cost.is_empty(), "{name}");
        }
    }
}
