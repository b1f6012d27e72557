//! Times of single operations, and what is made of them.

use std::hint::black_box;
use std::time::{Duration, Instant};

use serde::Serialize;

use crate::Result;

/// The times of one kind of operation.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Times {
    /// How many were timed.
    pub(crate) samples: usize,
    /// Microseconds that half, 95 and 99 of a hundred stay within.
    pub(crate) p50_us: f64,
    pub(crate) p95_us: f64,
    pub(crate) p99_us: f64,
    /// The slowest.
    pub(crate) max_us: f64,
    /// Operations in a second of the clock on the wall, all workers together.
    pub(crate) per_second: f64,
}

/// One figure: what the code takes, and what the machine takes for the least that must be done.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Figure {
    pub(crate) what: String,
    pub(crate) limit_is: String,
    pub(crate) ours: Times,
    pub(crate) limit: Times,
    /// `ours.p50_us / limit.p50_us`: 1 is the limit itself.
    pub(crate) ratio: f64,
    /// Whether the other side is no limit but somebody else's code that does the like.
    pub(crate) beside: bool,
    /// What the figure should be.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) targets: Vec<Target>,
    /// How large the file is, if the figure is about one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) file: Option<FileSize>,
}

/// What a figure should be on a machine of two cores, and what it was. Nothing fails where it is missed.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Target {
    /// With the bound and its unit, as in `p99 under 20 ms`.
    pub(crate) what: String,
    /// In the unit of the bound.
    pub(crate) measured: f64,
    pub(crate) met: bool,
}

impl Target {
    pub(crate) fn at_most(what: &str, measured: f64, bound: f64) -> Self {
        Self { what: what.to_owned(), measured, met: measured <= bound }
    }

    pub(crate) fn at_least(what: &str, measured: f64, bound: f64) -> Self {
        Self { what: what.to_owned(), measured, met: bound <= measured }
    }
}

/// Something that is no time: bytes, or how many in a second.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Value {
    pub(crate) what: String,
    pub(crate) value: f64,
    pub(crate) unit: &'static str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) targets: Vec<Target>,
}

impl Value {
    pub(crate) fn new(what: impl Into<String>, value: f64, unit: &'static str) -> Self {
        Self { what: what.into(), value, unit, targets: Vec::new() }
    }

    pub(crate) fn aimed_at(mut self, target: Target) -> Self {
        self.targets.push(target);
        self
    }
}

/// Bytes of a file.
#[derive(Clone, Copy, Debug, Serialize)]
pub(crate) struct FileSize {
    pub(crate) bytes: usize,
    /// For each contract in it.
    pub(crate) each: usize,
}

impl Figure {
    pub(crate) fn new(
        what: impl Into<String>,
        limit_is: impl Into<String>,
        ours: Times,
        limit: Times,
    ) -> Self {
        let ratio = ours.p50_us / limit.p50_us;
        let (what, limit_is) = (what.into(), limit_is.into());
        Self { what, limit_is, ours, limit, ratio, beside: false, targets: Vec::new(), file: None }
    }

    /// The same beside somebody else's code.
    pub(crate) fn beside(
        what: impl Into<String>,
        other_is: impl Into<String>,
        ours: Times,
        other: Times,
    ) -> Self {
        Self { beside: true, ..Self::new(what, other_is, ours, other) }
    }

    pub(crate) fn aimed_at(mut self, target: Target) -> Self {
        self.targets.push(target);
        self
    }
}

/// The durations of `units` operations each, over `wall` in all.
pub(crate) fn summary(durations: &[Duration], units: usize, wall: Duration) -> Times {
    let divisor = f64::from(u32::try_from(units.max(1)).unwrap_or(u32::MAX));
    let mut sorted: Vec<f64> = durations.iter().map(|one| one.as_secs_f64() * 1e6 / divisor).collect();
    sorted.sort_by(f64::total_cmp);
    let at = |percent: usize| {
        let rank = (sorted.len() * percent).div_ceil(100).saturating_sub(1);
        sorted.get(rank).copied().unwrap_or(f64::NAN)
    };
    let count = f64::from(u32::try_from(sorted.len()).unwrap_or(u32::MAX));
    let per_second = count * divisor / wall.as_secs_f64();
    Times {
        samples: sorted.len(),
        p50_us: at(50),
        p95_us: at(95),
        p99_us: at(99),
        max_us: at(100),
        per_second,
    }
}

/// Times two operations in turn, so that whatever else the machine does meets both alike. Each call does `units` of them.
pub(crate) fn in_turn<A, B>(
    samples: usize,
    units: usize,
    mut ours: impl FnMut(usize) -> Result<A>,
    mut limit: impl FnMut(usize) -> Result<B>,
) -> Result<(Times, Times)> {
    let (mut times, mut limits) = (Vec::with_capacity(samples), Vec::with_capacity(samples));
    for sample in 0..samples {
        let start = Instant::now();
        black_box(limit(sample)?);
        limits.push(start.elapsed());
        let start = Instant::now();
        black_box(ours(sample)?);
        times.push(start.elapsed());
    }
    let wall = |times: &[Duration]| times.iter().sum();
    Ok((summary(&times, units, wall(&times)), summary(&limits, units, wall(&limits))))
}

/// Resident memory of this process, with all that runs in it.
#[cfg(feature = "node")]
pub(crate) fn resident_bytes() -> Result<u64> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")?.trim().strip_suffix(" kB"));
    Ok(line.ok_or("/proc/self/status has no VmRSS")?.parse::<u64>()? * 1024)
}
