//! Every attack by its name.

use std::pin::Pin;
use std::sync::Arc;

use super::front::Front;
use super::judge::{self, Scene};
use super::{fills, floods, invents, logs, stalls};
use crate::Result;

/// An attack that runs until it is told to end; what it did.
type Running = Pin<Box<dyn Future<Output = Result<String>> + Send>>;

/// What breaks by an attack besides what every attack could break.
type Judge = fn(&Scene<'_>) -> Result<Vec<String>>;

/// One attack.
pub(super) struct Attack {
    /// Its group and its name in it.
    pub(super) name: &'static str,
    /// What the peer does, in words.
    pub(super) what: &'static str,
    /// How long it lasts before the honest people begin; they work under it, too.
    pub(super) seconds: u64,
    /// Whether the peer keeps away from the victim, and the victim pins somebody whom the other node does not know.
    pub(super) apart: bool,
    pub(super) run: fn(Arc<Front>) -> Running,
    pub(super) judge: Judge,
}

impl Attack {
    /// The group that it belongs to.
    pub(super) fn group(&self) -> &'static str {
        self.name.split('/').next().unwrap_or_default()
    }

    const fn new(name: &'static str, what: &'static str, run: fn(Arc<Front>) -> Running) -> Self {
        Self { name, what, seconds: SECONDS, apart: false, run, judge: judge::nothing_else }
    }

    const fn judged(self, judge: Judge) -> Self {
        Self { judge, ..self }
    }

    const fn lasting(self, seconds: u64) -> Self {
        Self { seconds, ..self }
    }

    const fn apart(self) -> Self {
        Self { apart: true, ..self }
    }
}

/// As long as most attacks need to show what they do: some rounds of following, and longer than any rate limit's window.
const SECONDS: u64 = 15;
/// As long as 200 postings a second make 4,000.
const POSTINGS_SECONDS: u64 = 20;
/// The deliveries that a peer may make bring 64 bids in ten seconds; a job takes 200 of one home.
const BIDS_SECONDS: u64 = 40;
/// As long as a log takes to grow by some ten thousand leaves: every transport, that of the peer as well, hands out 4,096 in ten seconds.
const GROWING_SECONDS: u64 = 40;
/// As long as 41,000 take.
const LEAVES_SECONDS: u64 = 105;

/// All of them, in the order in which they are run.
pub(super) const ATTACKS: &[Attack] = &[
    Attack::new("floods/heads", "asks for heads", |front| Box::pin(floods::heads(front))),
    Attack::new("floods/ranges", "asks for pages of leaves", |front| Box::pin(floods::ranges(front))),
    Attack::new(
        "floods/empty-ranges",
        "asks for pages of no leaf, and of leaves behind every end",
        |front| Box::pin(floods::empty_ranges(front)),
    ),
    Attack::new("floods/deliveries", "delivers 256 KiB of documents that are for nobody", |front| {
        Box::pin(floods::deliveries(front))
    }),
    Attack::new("floods/matches", "asks who fits a job", |front| Box::pin(floods::matches(front))),
    Attack::new("floods/malformed", "sends what is no document, and no handshake", |front| {
        Box::pin(floods::malformed(front))
    }),
    Attack::new("floods/gossip", "gossips heads of its own and postings from nowhere", |front| {
        Box::pin(floods::gossip(front))
    }),
    Attack::new("floods/noise", "gossips nothing, as long as gossip may be", |front| {
        Box::pin(floods::noisy_gossip(front))
    }),
    Attack::new("floods/everything", "asks for all of it at once, and gossips", |front| {
        Box::pin(floods::everything(front))
    }),
    Attack::new("stalls/silent", "takes requests and answers none", |front| Box::pin(stalls::silent(front))),
    Attack::new("stalls/drips", "sends everything one byte at a time", |front| {
        Box::pin(stalls::drips(front))
    }),
    Attack::new("stalls/reconnects", "connects and is gone, again and again", |front| {
        Box::pin(stalls::reconnects(front))
    }),
    Attack::new("withholds/leaves", "announces leaves and says that it is busy", |front| {
        Box::pin(logs::leaves_busy(front))
    }),
    Attack::new("withholds/slowly", "announces leaves and hands out one at a time, without end", |front| {
        Box::pin(logs::leaves_slowly(front))
    }),
    Attack::new("withholds/documents", "logs people, jobs and reviews and keeps their documents", |front| {
        Box::pin(logs::documents(front))
    }),
    Attack::new("invents/postings", "gossips postings of people who are said to live elsewhere", |front| {
        Box::pin(invents::postings(front))
    })
    .lasting(POSTINGS_SECONDS)
    .judged(judge::few_invented),
    Attack::new("invents/bids", "bids on one job as hundreds of people", |front| {
        Box::pin(invents::bids(front))
    })
    .lasting(BIDS_SECONDS)
    .judged(judge::few_bids),
    Attack::new("invents/identities", "logs thousands of people", |front| Box::pin(fills::identities(front)))
        .lasting(GROWING_SECONDS),
    Attack::new("equivocates", "shows each node another history of one log", |front| {
        Box::pin(logs::equivocates(front))
    })
    .judged(judge::one_log_halted),
    Attack::new(
        "fills/pairs",
        "logs a page of leaves with 27 pairs of subjects that differ in the last bit",
        |front| Box::pin(fills::pairs(front)),
    ),
    Attack::new("fills/deep", "logs leaves whose subjects differ in the last bit", |front| {
        Box::pin(fills::deep(front))
    })
    .lasting(GROWING_SECONDS),
    Attack::new("fills/leaves", "logs 41,000 leaves", |front| Box::pin(fills::leaves(front)))
        .lasting(LEAVES_SECONDS),
    Attack::new("fills/documents", "logs postings as long as documents may be", |front| {
        Box::pin(fills::documents(front))
    })
    .lasting(GROWING_SECONDS),
    Attack::new(
        "forges",
        "gives the other node heads with a forged line of an auditor whom only the victim knows",
        |front| Box::pin(logs::forges(front)),
    )
    .apart(),
];
