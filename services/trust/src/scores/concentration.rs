//! Who speaks through this node: measured over a sample, for everybody to see.

use std::sync::PoisonError;

use hanse_api::views::Concentration;
use hanse_base::error::UseError;
use hanse_reputation::{Fixed, Loudness, Standpoint};

use crate::Trust;

/// Pairs that are drawn: under a second on a graph of a million people.
const PAIRS: u32 = 500;
/// A measurement holds for an hour: who speaks does not change by the minute.
const HOLDS_SECONDS: i64 = 3_600;

impl Trust {
    /// The share of all evidence that comes from the loudest hundredth of raters, as last measured within the hour.
    ///
    /// # Errors
    /// `NotReady` as long as the logs were not read, `Busy`.
    pub async fn concentration(&self) -> Result<Concentration, UseError> {
        let now = self.now().unix();
        let kept = *self.scores().concentration.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((at, found)) = kept
            && (at..at.saturating_add(HOLDS_SECONDS)).contains(&now)
        {
            return Ok(found);
        }
        let found = self.in_state(|state| {
            let (sample, mut loudness) = (state.graph.sample(), Loudness::default());
            for (viewer, subject) in (0..PAIRS).filter_map(|number| sample.pair(number)) {
                // The two of a pair are different people.
                if let Ok(seen) = state.graph.explain(Standpoint::own(viewer), &subject) {
                    loudness.add(&seen);
                }
            }
            Ok(loudness.share(sample.raters()))
        });
        let hanse_reputation::Concentration { pairs, covered, raters, loudest } = found.await?;
        let thousandths = loudest.map(|share| share.times(Fixed::whole(1_000)).steps() >> Fixed::BITS);
        let loudest_thousandths = thousandths.and_then(|share| u32::try_from(share).ok());
        let found = Concentration { pairs, covered, raters, loudest_thousandths };
        *self.scores().concentration.lock().unwrap_or_else(PoisonError::into_inner) = Some((now, found));
        Ok(found)
    }
}
