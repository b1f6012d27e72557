//! What one peer may ask of us, and what all may ask together.

use std::time::Duration;

use super::limiter::{Bucket, Over, Quota};
use crate::wire::message::{RANGE_ENTRIES_MAX, Request};
use crate::wire::method::Method;

const WINDOW: Duration = Duration::from_secs(10);

/// Heads are asked on connecting, on hints and about once a minute.
const HEADS: Quota = Quota { burst: 20, period: WINDOW };

/// Log entries, counted as asked for: 256 full pages, more than a node that catches up can store, so that its disk is what it waits for.
const ENTRIES: Quota = Quota { burst: 65_536, period: WINDOW };

/// What a request for log entries costs at least: with their documents a few may fill an answer, of 1 MiB as any page.
const ENTRIES_MIN: u64 = 32;

/// Log entries to all peers together, half a gigabyte of full pages, four of pages that few entries fill: what the database serves beside
/// its own work.
const ENTRIES_GLOBAL: Quota = Quota { burst: 131_072, period: WINDOW };

/// Delivered documents: each is parsed, verified and stored before the receipt, in some milliseconds for the two or three of one move.
/// That is forty moves a second between two homes, a tenth of what the database takes.
const DOCUMENTS: Quota = Quota { burst: 1_024, period: WINDOW };

/// Searches: each takes up to some tens of milliseconds of one core where a million people have their home. 4 a second let a node
/// ask anew for 240 different jobs a minute; it keeps what it has heard for as long.
const SEARCHES: Quota = Quota { burst: 40, period: WINDOW };

/// Searches of all peers together: a fraction of one core, whatever they ask.
const SEARCHES_GLOBAL: Quota = Quota { burst: 160, period: WINDOW };

/// Messages, and pieces of attachments: a largest attachment is forty, and five of them in ten seconds are what a home takes from one other.
const TALKS: Quota = Quota { burst: 256, period: WINDOW };

/// Gossiped messages: 200 a second, 10 for each of 20 nodes, whose messages a neighbour may all forward. The
/// burst is half of the inbound queue, so that one peer cannot fill it at once.
const GOSSIP: Quota = Quota { burst: 500, period: Duration::from_millis(2_500) };

/// The buckets of one peer.
#[derive(Debug, Clone)]
pub(crate) struct Quotas {
    heads: Bucket,
    entries: Bucket,
    documents: Bucket,
    searches: Bucket,
    talks: Bucket,
    gossip: Bucket,
}

impl Quotas {
    pub(crate) const fn new() -> Self {
        Self {
            heads: Bucket::new(HEADS),
            entries: Bucket::new(ENTRIES),
            documents: Bucket::new(DOCUMENTS),
            searches: Bucket::new(SEARCHES),
            talks: Bucket::new(TALKS),
            gossip: Bucket::new(GOSSIP),
        }
    }

    /// Charges one gossiped message.
    pub(crate) fn gossip(&mut self, now: Duration) -> Result<(), Over> {
        self.gossip.take(now, 1)
    }

    /// Charges a request to this peer's bucket and, for entries and searches, to the one of all peers; to neither
    /// if either is over.
    pub(crate) fn request(
        &mut self,
        global: &mut Global,
        request: &Request,
        now: Duration,
    ) -> Result<(), Over> {
        let cost = cost(request);
        match Method::of(request) {
            Method::Heads => self.heads.take(now, cost),
            Method::Deliver => self.documents.take(now, cost),
            Method::Talk => self.talks.take(now, cost),
            Method::Range => {
                self.entries.check(now, cost)?;
                global.entries.take(now, cost)?;
                self.entries.take(now, cost)
            }
            Method::Match => {
                self.searches.check(now, cost)?;
                global.searches.take(now, cost)?;
                self.searches.take(now, cost)
            }
        }
    }
}

/// The buckets of all peers together.
#[derive(Debug, Clone)]
pub(crate) struct Global {
    entries: Bucket,
    searches: Bucket,
}

impl Global {
    pub(crate) const fn new() -> Self {
        Self { entries: Bucket::new(ENTRIES_GLOBAL), searches: Bucket::new(SEARCHES_GLOBAL) }
    }
}

/// What a request costs: what it asks for, not what it gets.
fn cost(request: &Request) -> u32 {
    let cost = match request {
        Request::Heads | Request::Match { .. } | Request::Talk { .. } => 1,
        Request::Range { start, end, .. } => end.saturating_sub(*start).clamp(ENTRIES_MIN, RANGE_ENTRIES_MAX),
        Request::Deliver { documents } => u64::try_from(documents.len()).unwrap_or(u64::MAX),
    };
    u32::try_from(cost).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::Bytes;
    use crate::wire::search::Search;

    fn range(count: u64) -> Request {
        Request::Range { origin: "a.example/jobs".to_owned(), start: 5, end: 5 + count }
    }

    #[test]
    fn each_protocol_has_its_own_bucket() {
        let (mut quotas, mut global) = (Quotas::new(), Global::new());
        let now = Duration::ZERO;
        for _ in 0..20 {
            assert_eq!(quotas.request(&mut global, &Request::Heads, now), Ok(()));
        }
        assert!(quotas.request(&mut global, &Request::Heads, now).is_err());
        let documents = Request::Deliver { documents: vec![Bytes::new(); 128] };
        for _ in 0..8 {
            assert_eq!(quotas.request(&mut global, &documents, now), Ok(()));
        }
        assert!(quotas.request(&mut global, &documents, now).is_err());
        for _ in 0..256 {
            assert_eq!(quotas.request(&mut global, &range(256), now), Ok(()));
        }
        assert!(quotas.request(&mut global, &range(1), now).is_err());
    }

    #[test]
    fn all_peers_together_are_bounded_and_a_refusal_charges_nobody() {
        let mut global = Global::new();
        let now = Duration::ZERO;
        for _ in 0..2 {
            let mut peer = Quotas::new();
            for _ in 0..256 {
                assert_eq!(peer.request(&mut global, &range(256), now), Ok(()));
            }
        }
        let mut last = Quotas::new();
        assert!(last.request(&mut global, &range(256), now).is_err());
        for _ in 0..256 {
            assert_eq!(last.request(&mut global, &range(256), now + WINDOW), Ok(()));
        }
    }

    #[test]
    fn searches_are_bounded_for_a_peer_and_for_all() {
        let search = Search { job: Bytes::new(), client: [0; 7], freelancer: [0; 7], limit: 50 };
        let search = Request::Match { search };
        let (mut global, now) = (Global::new(), Duration::ZERO);
        for _ in 0..4 {
            let mut peer = Quotas::new();
            for _ in 0..40 {
                assert_eq!(peer.request(&mut global, &search, now), Ok(()));
            }
            assert!(peer.request(&mut global, &search, now).is_err());
            assert_eq!(
                peer.request(&mut global, &range(256), now),
                Ok(()),
                "logs have a bucket of their own"
            );
        }
        let mut last = Quotas::new();
        assert!(last.request(&mut global, &search, now).is_err());
        for _ in 0..40 {
            assert_eq!(last.request(&mut global, &search, now + WINDOW), Ok(()), "a refusal charged nobody");
        }
    }

    #[test]
    fn a_page_that_asks_for_everything_costs_one_page() {
        assert_eq!(cost(&Request::Range { origin: String::new(), start: 0, end: u64::MAX }), 256);
    }
}
