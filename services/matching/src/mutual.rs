//! Mutual picks: a nightly list of pairs in which neither side would rather have another who would rather have them.
//! Deferred acceptance (Gale and Shapley 1962), freelancers proposing, on short lists and with quotas.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// The length of each list that counts: who is further down is no pick.
pub const LIST_MAX: usize = 50;

/// One side's wishes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wishes {
    /// How many of the other side are wanted at once.
    pub quota: usize,
    /// The others by number, the most wanted first.
    pub list: Vec<usize>,
}

/// The stable pairs (freelancer, job), in order. A pair needs both lists; of each list the first [`LIST_MAX`] count. Among
/// all stable results it is the best for every freelancer, and it does not depend on the order of proposals.
#[must_use]
pub fn picks(freelancers: &[Wishes], jobs: &[Wishes]) -> Vec<(usize, usize)> {
    let ranks: Vec<BTreeMap<usize, usize>> =
        jobs.iter().map(|job| job.list.iter().take(LIST_MAX).copied().zip(0..).collect()).collect();
    let mut held: Vec<BTreeSet<(usize, usize)>> = vec![BTreeSet::new(); jobs.len()];
    let mut next = vec![0_usize; freelancers.len()];
    let mut open: VecDeque<usize> = freelancers
        .iter()
        .enumerate()
        .flat_map(|(number, it)| std::iter::repeat_n(number, it.quota))
        .collect();
    while let Some(freelancer) = open.pop_front() {
        let Some((wishes, place)) = freelancers.get(freelancer).zip(next.get_mut(freelancer)) else {
            continue;
        };
        let Some(job) = wishes.list.iter().take(LIST_MAX).nth(*place).copied() else { continue };
        *place = place.saturating_add(1);
        let rank = ranks.get(job).and_then(|ranks| ranks.get(&freelancer)).copied();
        let (Some(rank), Some(quota), Some(held)) =
            (rank, jobs.get(job).map(|job| job.quota), held.get_mut(job))
        else {
            open.push_back(freelancer);
            continue;
        };
        // A list that names a job twice proposes to it once.
        if !held.insert((rank, freelancer)) {
            open.push_back(freelancer);
        }
        if held.len() > quota {
            open.extend(held.pop_last().map(|(_, refused)| refused));
        }
    }
    let mut pairs: Vec<(usize, usize)> =
        held.iter().enumerate().flat_map(|(job, held)| held.iter().map(move |(_, it)| (*it, job))).collect();
    pairs.sort_unstable();
    pairs
}
