//! Keeps one trouble from filling the log: of the warnings and errors of one place in the code a few a minute are written, and
//! then how many were not.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use std::{io, mem, thread};

use tracing::{Event, Level, Metadata};
use tracing_subscriber::layer::{Context, Filter};

/// Lines of one place in the code in a minute. A database that is away is noticed in some fifteen places at once, many times a
/// second; more than these say nothing new.
const LINES_MAX: u64 = 5;
/// Requests that failed, in a minute: each line has the id by which a person asks for help.
const REQUESTS_MAX: u64 = 60;
const MINUTE: Duration = Duration::from_secs(60);
/// Where the lines of requests come from.
const REQUESTS: &str = "node/src/observe.rs";

/// Counts lines; clones share the counts.
#[derive(Clone, Debug)]
pub(crate) struct Flood(Arc<Mutex<Counts>>);

/// Lines of this minute by place in the code, of which there are as many as the program has.
type Counts = BTreeMap<Place, u64>;

/// File and line, as the program was compiled.
type Place = (&'static str, u32);

impl Flood {
    pub(crate) fn new() -> Self {
        Self(Arc::default())
    }

    /// Tells what was left out, once a minute, from a thread that lives as long as the program.
    pub(crate) fn tell(&self) -> io::Result<()> {
        let flood = self.clone();
        let run = move || {
            loop {
                thread::sleep(MINUTE);
                for ((file, line), lines) in flood.left_out() {
                    // INFO is never left out.
                    tracing::info!(file, line, lines, "more lines like the last ones were left out");
                }
            }
        };
        thread::Builder::new().name("log-flood".to_owned()).spawn(run).map(drop)
    }

    /// What was left out in the minute that has passed, which ends with this.
    fn left_out(&self) -> Vec<(Place, u64)> {
        let places = mem::take(&mut *self.counts()).into_iter();
        let over = places.map(|(place, lines)| (place, lines.saturating_sub(most(place))));
        over.filter(|(_, lines)| *lines > 0).collect()
    }

    /// Counts a line; whether it is to be written.
    fn passes(&self, place: Place) -> bool {
        let mut counts = self.counts();
        let lines = counts.entry(place).or_default();
        *lines = lines.saturating_add(1);
        *lines <= most(place)
    }

    fn counts(&self) -> MutexGuard<'_, Counts> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn most((file, _): Place) -> u64 {
    if file.ends_with(REQUESTS) { REQUESTS_MAX } else { LINES_MAX }
}

impl<S> Filter<S> for Flood {
    fn enabled(&self, _: &Metadata<'_>, _: &Context<'_, S>) -> bool {
        true
    }

    fn event_enabled(&self, event: &Event<'_>, _: &Context<'_, S>) -> bool {
        let metadata = event.metadata();
        *metadata.level() > Level::WARN
            || self.passes((metadata.file().unwrap_or_default(), metadata.line().unwrap_or_default()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_says_a_few_things_and_how_many_it_did_not_say() {
        let flood = Flood::new();
        let (one, other) = (("engine/src/lead.rs", 7), ("engine/src/react.rs", 7));
        let written = (0..100).filter(|_| flood.passes(one)).count();
        assert_eq!(written, 5);
        assert!(flood.passes(other), "another place is not concerned");
        assert_eq!(flood.left_out(), [(one, 95)]);
        assert!(flood.passes(one), "a new minute");
        assert_eq!(flood.left_out(), []);
    }
}
