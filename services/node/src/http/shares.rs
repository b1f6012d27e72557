//! Memory that many share: so much for all together, and no more than a part of it for one holder.

pub(crate) mod paced;
pub(crate) mod sent;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Bytes that are held, by their holders.
#[derive(Debug)]
pub(crate) struct Shares<H> {
    of_all: usize,
    of_one: usize,
    held: Mutex<Held<H>>,
}

#[derive(Debug)]
struct Held<H> {
    sum: usize,
    by_holder: BTreeMap<H, usize>,
}

/// Bytes that one holder has until this is dropped.
#[derive(Debug)]
pub(crate) struct Share<H: Ord> {
    of: Arc<Shares<H>>,
    holder: H,
    bytes: usize,
}

impl<H: Ord + Clone> Shares<H> {
    /// So many bytes for all together, and at most so many for one.
    pub(crate) fn new(of_all: usize, of_one: usize) -> Arc<Self> {
        let held = Mutex::new(Held { sum: 0, by_holder: BTreeMap::new() });
        Arc::new(Self { of_all, of_one, held })
    }

    /// A share of so many bytes, if they are left, for all and for this holder.
    pub(crate) fn take(self: &Arc<Self>, holder: H, bytes: usize) -> Option<Share<H>> {
        let mut held = self.held();
        let own = held.by_holder.get(&holder).copied().unwrap_or_default();
        let fits = |held: usize, most: usize| held.checked_add(bytes).filter(|sum| *sum <= most);
        let (sum, own) = (fits(held.sum, self.of_all)?, fits(own, self.of_one)?);
        held.sum = sum;
        held.by_holder.insert(holder.clone(), own);
        Some(Share { of: Arc::clone(self), holder, bytes })
    }
}

impl<H> Shares<H> {
    fn held(&self) -> MutexGuard<'_, Held<H>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What all hold.
    #[cfg(test)]
    pub(crate) fn sum(&self) -> usize {
        self.held().sum
    }
}

impl<H: Ord> Drop for Share<H> {
    fn drop(&mut self) {
        let mut held = self.of.held();
        held.sum = held.sum.saturating_sub(self.bytes);
        if let Some(own) = held.by_holder.get_mut(&self.holder) {
            *own = own.saturating_sub(self.bytes);
            if *own == 0 {
                held.by_holder.remove(&self.holder);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_hold_so_much_together_one_a_part_of_it_and_it_comes_back() {
        let shares = Shares::new(100, 50);
        let first = shares.take("ada", 50).unwrap();
        assert!(shares.take("ada", 1).is_none(), "ada has her part");
        let second = shares.take("ben", 49).unwrap();
        assert!(shares.take("carl", 2).is_none(), "99 are held");
        let third = shares.take("carl", 1).unwrap();
        drop(first);
        assert!(shares.take("carl", 49).is_some() && shares.take("carl", 50).is_none());
        assert!(shares.take("dora", usize::MAX).is_none());
        drop((second, third));
        assert_eq!(shares.sum(), 0);
        assert!(shares.held().by_holder.is_empty(), "whoever holds nothing is forgotten");
    }
}
