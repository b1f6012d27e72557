//! What an input costs, in bytes that were allocated for it in all: no clock, and the same on every machine. A parser that copies its
//! input once for each of its parts, or believes a length that it is told, shows here.

use std::alloc::System;

use cap::Cap;

#[global_allocator]
static ALLOCATOR: Cap<System> = Cap::new(System, usize::MAX);

/// What an input may cost.
#[derive(Clone, Copy, Debug)]
pub struct Budget {
    /// Whatever its length.
    pub base: usize,
    /// For each of its bytes.
    pub each: usize,
}

impl Budget {
    /// For an input of this length.
    #[must_use]
    pub const fn of(&self, length: usize) -> usize {
        self.base.saturating_add(self.each.saturating_mul(length))
    }
}

/// The bytes that this process has allocated until now.
pub(crate) fn allocated() -> usize {
    ALLOCATOR.total_allocated()
}
