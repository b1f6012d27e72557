//! The own logs for anybody: the newest checkpoint and the tiles below it, as C2SP tlog-tiles has them.

use hanse_base::error::{Failure, UseError};
use hanse_base::names::LogKind;
use hanse_store::{Connection, log};
use hanse_tlog::tile::{self, TilePath, WIDTH};

use crate::heads::with_cosignatures;
use crate::{LogError, Logbook, sound_leaves};

impl Logbook {
    /// The newest checkpoint of an own log, `reputation` or `jobs`, with the lines of who cosigned it. None for another name.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn checkpoint(&self, kind: &str) -> Result<Option<String>, UseError> {
        let Some(kind) = LogKind::parse(kind) else { return Ok(None) };
        let connection = self.store().connection().await?;
        let origin = &self.log_keys().own(kind).origin;
        let newest = log::checkpoints_below(&connection, origin, i64::MAX.unsigned_abs(), 1).await?;
        match newest.first() {
            Some(kept) => Ok(Some(with_cosignatures(&connection, origin, kept).await?)),
            None => Ok(None),
        }
    }

    /// The bytes of a tile or an entry bundle of an own log by its C2SP path, such as `tile/0/x001/067.p/3`. None if there is no
    /// such log or path, or if the tile is not that full yet.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn tile(&self, kind: &str, path: &str) -> Result<Option<Vec<u8>>, UseError> {
        let (Some(kind), Ok(path)) = (LogKind::parse(kind), tile::parse_path(path)) else { return Ok(None) };
        let connection = self.store().connection().await?;
        let origin = &self.log_keys().own(kind).origin;
        Ok(match path {
            // A tile that no log can have has no row either, and its number would not fit one.
            TilePath::Hashes { id, .. } if i64::try_from(id.index).is_err() => None,
            TilePath::Hashes { id, width } => {
                let tiles = log::tiles(&connection, origin, [id]).await?;
                let hashes =
                    tiles.get(&id).and_then(|hashes| hashes.get(..usize::from(width.unwrap_or(256))));
                hashes.map(tile::hashes_to_bytes)
            }
            TilePath::Entries { index, width } => {
                bundle(&connection, origin, index, width.map_or(WIDTH, u64::from)).await?
            }
        })
    }
}

async fn bundle(db: &Connection, origin: &str, index: u64, width: u64) -> Result<Option<Vec<u8>>, Failure> {
    // Beyond every log that PostgreSQL can number.
    let Some(start) = index.checked_mul(WIDTH).filter(|start| i64::try_from(*start).is_ok()) else {
        return Ok(None);
    };
    let end = start.saturating_add(width);
    if log::find(db, origin).await?.is_none_or(|row| row.size < end) {
        return Ok(None);
    }
    let leaves = sound_leaves(db, origin, start, end).await?;
    let leaves: Vec<&[u8]> = leaves.iter().map(|leaf| leaf.bytes.as_slice()).collect();
    let packed = tile::bundle(&leaves).map_err(|error| LogError::damaged(origin, error.to_string()))?;
    Ok(Some(packed))
}
