//! The paths under which C2SP tlog-tiles serves tiles and entry bundles.

use super::{TileError, TileId, WIDTH};
use crate::encoding;
use std::fmt;

/// The highest tile level that C2SP allows in a path.
const LEVEL_MAX: u64 = 63;

/// What a tile path names. A width of None is a full tile; a partial one has 1 to 255.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum TilePath {
    /// A tile of hashes.
    Hashes {
        /// Which tile.
        id: TileId,
        /// How many hashes, if fewer than 256.
        width: Option<u16>,
    },
    /// A bundle of entries, whose hashes are level 0 tile `index`.
    Entries {
        /// Which bundle, from the left.
        index: u64,
        /// How many entries, if fewer than 256.
        width: Option<u16>,
    },
}

impl fmt::Display for TilePath {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = match *self {
            Self::Hashes { id, width } => path(id.level, id.index, width),
            Self::Entries { index, width } => entries_path(index, width),
        };
        formatter.write_str(&text)
    }
}

/// The path of a tile below the log's prefix, such as `tile/0/x001/067` or `tile/0/x001/067.p/3`.
#[must_use]
pub fn path(level: u8, index: u64, width: Option<u16>) -> String {
    format!("tile/{level}/{}{}", index_text(index), width_text(width))
}

/// The path of a bundle of entries below the log's prefix, such as `tile/entries/x001/067.p/3`.
#[must_use]
pub fn entries_path(index: u64, width: Option<u16>) -> String {
    format!("tile/entries/{}{}", index_text(index), width_text(width))
}

/// Reads what [`path`] and [`entries_path`] print, and only that: every tile has one path.
///
/// # Errors
/// [`TileError::Path`] for any other text: a level above 63, a width outside 1 to 255, missing or surplus
/// zeroes.
pub fn parse_path(text: &str) -> Result<TilePath, TileError> {
    let parsed = parse(text).ok_or(TileError::Path)?;
    if parsed.to_string() == text { Ok(parsed) } else { Err(TileError::Path) }
}

fn parse(text: &str) -> Option<TilePath> {
    let (level, rest) = text.strip_prefix("tile/")?.split_once('/')?;
    let (index, width) = match rest.split_once(".p/") {
        Some((index, width)) => (index, Some(parse_width(width)?)),
        None => (rest, None),
    };
    let index = parse_index(index)?;
    if level == "entries" {
        return Some(TilePath::Entries { index, width });
    }
    let level = encoding::from_decimal(level).filter(|level| *level <= LEVEL_MAX)?;
    let id = TileId { level: u8::try_from(level).ok()?, index };
    Some(TilePath::Hashes { id, width })
}

fn parse_width(text: &str) -> Option<u16> {
    let width = encoding::from_decimal(text).filter(|width| (1..WIDTH).contains(width))?;
    u16::try_from(width).ok()
}

/// Lenient about zeroes: [`parse_path`] compares with what would be printed.
fn parse_index(text: &str) -> Option<u64> {
    let mut index: u64 = 0;
    for group in text.split('/') {
        let digits = group.strip_prefix('x').unwrap_or(group);
        if digits.len() != 3 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        index = index.checked_mul(1000)?.checked_add(digits.parse().ok()?)?;
    }
    Some(index)
}

/// Three digits a part, all but the last part led by an `x`: 1234067 is `x001/x234/067`.
fn index_text(index: u64) -> String {
    let mut text = format!("{:03}", index % 1000);
    let mut left = index / 1000;
    while left > 0 {
        text = format!("x{:03}/{text}", left % 1000);
        left /= 1000;
    }
    text
}

fn width_text(width: Option<u16>) -> String {
    width.map_or_else(String::new, |width| format!(".p/{width}"))
}
