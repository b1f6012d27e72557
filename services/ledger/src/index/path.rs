//! Where a node of the prefix tree stands: the first bits of the subject keys below it.

use std::fmt;

use hanse_tlog::Hash;

use super::SubjectKey;
use super::subtree::SUBTREE_LEVELS;

/// Bits of a subject key, and so the depth of the deepest node.
pub const DEPTH_MAX: u16 = 256;

/// The first `depth` bits of a subject key.
///
/// Ordered by depth, then by bits; [`Path::to_bytes`] orders bytewise the same way.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Path {
    depth: u16,
    /// Zero beyond `depth`, so that equal paths are equal values.
    bits: [u8; 32],
}

impl Path {
    /// The root of the tree: no bits.
    pub const ROOT: Self = Self { depth: 0, bits: [0; 32] };

    /// The node at `depth` on the way to `key`; a depth over [`DEPTH_MAX`] means [`DEPTH_MAX`].
    #[must_use]
    pub fn of(key: &SubjectKey, depth: u16) -> Self {
        let depth = depth.min(DEPTH_MAX);
        let mut bits = *key.as_bytes();
        for (byte, first_bit) in bits.iter_mut().zip((0_u16..).step_by(8)) {
            let kept = depth.saturating_sub(first_bit).min(8);
            *byte &= u8::MAX.checked_shl(8 - u32::from(kept)).unwrap_or(0);
        }
        Self { depth, bits }
    }

    /// Number of bits, 0 to 256.
    #[must_use]
    pub const fn depth(&self) -> u16 {
        self.depth
    }

    /// The first of the keys below this path.
    #[must_use]
    pub(super) const fn key(&self) -> SubjectKey {
        SubjectKey::from_bytes(self.bits)
    }

    /// The path one bit longer; of one that is as long as a key, itself.
    #[must_use]
    pub(super) fn child(&self, right: bool) -> Self {
        if self.depth >= DEPTH_MAX {
            return *self;
        }
        let (mut bits, depth) = (self.bits, self.depth);
        if right && let Some(byte) = bits.get_mut(usize::from(depth >> 3)) {
            *byte |= 0x80 >> (depth & 7);
        }
        Self { depth: depth + 1, bits }
    }

    /// The path one bit shorter; none for the root.
    #[must_use]
    pub(super) fn parent(&self) -> Option<Self> {
        self.depth.checked_sub(1).map(|depth| Self::of(&self.key(), depth))
    }

    /// Where the top of the subtree stands that holds the node at this path.
    #[must_use]
    pub fn top(&self) -> Self {
        Self::of(&self.key(), self.depth - self.depth % SUBTREE_LEVELS)
    }

    /// Two bytes of big-endian depth, then the bits packed from the high end, the rest of the last byte zero.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let packed = usize::from(self.depth.div_ceil(8));
        self.depth.to_be_bytes().into_iter().chain(self.bits.into_iter().take(packed)).collect()
    }

    /// A path from [`Path::to_bytes`]; `None` for anything that it does not write.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (head, packed) = bytes.split_first_chunk()?;
        let depth = u16::from_be_bytes(*head);
        if depth > DEPTH_MAX {
            return None;
        }
        let mut bits = [0; 32];
        for (bit, byte) in bits.iter_mut().zip(packed) {
            *bit = *byte;
        }
        let path = Self::of(&SubjectKey::from_bytes(bits), depth);
        (path.to_bytes() == bytes).then_some(path)
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.depth, Hash::from_bytes(self.bits))
    }
}

impl fmt::Debug for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Path({self})")
    }
}

/// Which way the key turns below `depth`: `false` left, `true` right.
pub(super) fn turns_right(key: &SubjectKey, depth: u16) -> bool {
    let byte = key.as_bytes().get(usize::from(depth >> 3));
    byte.is_some_and(|byte| byte >> (7 - (depth & 7)) & 1 == 1)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn bits_beyond_the_depth_are_cut() {
        let key = SubjectKey::from_bytes([0xff; 32]);
        assert_eq!(Path::of(&key, 0), Path::ROOT);
        assert_eq!(Path::of(&key, 3).to_bytes(), [0, 3, 0b1110_0000]);
        assert_eq!(Path::of(&key, 8).to_bytes(), [0, 8, 0xff]);
        assert_eq!(Path::of(&key, 9).to_bytes(), [0, 9, 0xff, 0x80]);
        assert_eq!(Path::of(&key, 256).to_bytes().len(), 34);
        assert_eq!(Path::of(&key, 300), Path::of(&key, 256));
    }

    #[test]
    fn only_the_one_byte_form_is_read() {
        for bytes in [&[][..], &[0], &[0, 3], &[0, 3, 0b1111_0000], &[0, 3, 0b1110_0000, 0], &[1, 1, 0]] {
            assert_eq!(Path::from_bytes(bytes), None, "{bytes:?}");
        }
        let mut too_deep = vec![1, 1];
        too_deep.extend([0; 33]);
        assert_eq!(Path::from_bytes(&too_deep), None);
    }

    proptest! {
        #[test]
        fn bytes_keep_value_and_order(a: [u8; 32], m in 0_u16..=256, b: [u8; 32], n in 0_u16..=256) {
            let (left, right) = (Path::of(&SubjectKey::from_bytes(a), m), Path::of(&SubjectKey::from_bytes(b), n));
            prop_assert_eq!(Path::from_bytes(&left.to_bytes()), Some(left));
            prop_assert_eq!(left.cmp(&right), left.to_bytes().cmp(&right.to_bytes()));
        }
    }
}
