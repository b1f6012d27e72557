//! Memory that many share: so much for all together, and no more than a part of it for one holder.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Bytes that are held, by their holders.
#[derive(Debug)]
pub struct Shares<H> {
    of_all: usize,
    of_one: usize,
    usage: Mutex<Usage<H>>,
}

#[derive(Debug)]
struct Usage<H> {
    sum: usize,
    by_holder: BTreeMap<H, usize>,
}

/// Bytes that one holder has until this is dropped.
#[derive(Debug)]
pub struct Share<H: Ord> {
    of: Arc<Shares<H>>,
    holder: H,
    bytes: usize,
}

impl<H: Ord + Clone> Shares<H> {
    /// So many bytes for all together, and at most so many for one.
    pub fn new(of_all: usize, of_one: usize) -> Arc<Self> {
        let usage = Mutex::new(Usage { sum: 0, by_holder: BTreeMap::new() });
        Arc::new(Self { of_all, of_one, usage })
    }

    /// A share of so many bytes, if they are left, for all and for this holder.
    pub fn take(self: &Arc<Self>, holder: H, bytes: usize) -> Option<Share<H>> {
        let mut usage = self.usage();
        let own = usage.by_holder.get(&holder).copied().unwrap_or_default();
        let fits = |usage: usize, most: usize| usage.checked_add(bytes).filter(|sum| *sum <= most);
        let (sum, own) = (fits(usage.sum, self.of_all)?, fits(own, self.of_one)?);
        usage.sum = sum;
        usage.by_holder.insert(holder.clone(), own);
        Some(Share { of: Arc::clone(self), holder, bytes })
    }
}

impl<H> Shares<H> {
    fn usage(&self) -> MutexGuard<'_, Usage<H>> {
        self.usage.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What all hold.
    #[cfg(test)]
    pub fn sum(&self) -> usize {
        self.usage().sum
    }
}

impl<H: Ord> Drop for Share<H> {
    fn drop(&mut self) {
        let mut usage = self.of.usage();
        usage.sum = usage.sum.saturating_sub(self.bytes);
        if let Some(own) = usage.by_holder.get_mut(&self.holder) {
            *own = own.saturating_sub(self.bytes);
            if *own == 0 {
                usage.by_holder.remove(&self.holder);
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
        assert!(shares.usage().by_holder.is_empty(), "whoever holds nothing is forgotten");
    }
}
