//! The tiles of a log: one row for each, up to 256 hashes.

use hanse_tlog::{Hash, TileId, TileSet, tile};

use super::{bigint, number};
use crate::{Sql, StoreError, Tx, column};

pub(super) const GET: &str = "SELECT tile.level, tile.index, tile.hashes \
     FROM unnest($2::smallint[], $3::bigint[]) AS wanted (level, index) \
     CROSS JOIN LATERAL (SELECT level, index, hashes FROM log_tile \
         WHERE origin = $1 AND level = wanted.level AND index = wanted.index OFFSET 0) AS tile";
pub(super) const PUT: &str = "INSERT INTO log_tile (origin, level, index, hashes) \
     SELECT $1, * FROM unnest($2::smallint[], $3::bigint[], $4::bytea[]) \
     ON CONFLICT (origin, level, index) DO UPDATE SET hashes = EXCLUDED.hashes";

const TABLE: &str = "log_tile";

/// Those of the tiles that there are, with all hashes they have now.
///
/// # Errors
/// Those of every statement; `Inconsistent` for bytes that are no tile.
pub async fn tiles(
    db: &impl Sql,
    origin: &str,
    ids: impl IntoIterator<Item = TileId>,
) -> Result<TileSet, StoreError> {
    let (levels, indexes) = places(ids)?;
    let mut set = TileSet::new();
    for row in db.query(GET, &[&origin, &levels, &indexes]).await? {
        let level: i16 = column(&row, TABLE, "level")?;
        let level =
            u8::try_from(level).map_err(|_| StoreError::Inconsistent { table: TABLE, column: "level" })?;
        let hashes = tile::hashes_from_bytes(column(&row, TABLE, "hashes")?)
            .map_err(|_| StoreError::Inconsistent { table: TABLE, column: "hashes" })?;
        set.insert(TileId { level, index: number(&row, TABLE, "index")? }, hashes);
    }
    Ok(set)
}

/// Adds tiles, or lets partial ones grow. The schema refuses to change a hash that stands.
///
/// # Errors
/// Those of every statement.
pub async fn put_tiles<'a>(
    tx: &Tx<'_>,
    origin: &str,
    tiles: impl Iterator<Item = (TileId, &'a [Hash])>,
) -> Result<(), StoreError> {
    let (ids, bytes): (Vec<TileId>, Vec<Vec<u8>>) =
        tiles.map(|(id, hashes)| (id, tile::hashes_to_bytes(hashes))).unzip();
    let (levels, indexes) = places(ids)?;
    tx.execute(PUT, &[&origin, &levels, &indexes, &bytes]).await?;
    Ok(())
}

fn places(ids: impl IntoIterator<Item = TileId>) -> Result<(Vec<i16>, Vec<i64>), StoreError> {
    let mut places = (Vec::new(), Vec::new());
    for id in ids {
        places.0.push(i16::from(id.level));
        places.1.push(bigint(id.index, "index")?);
    }
    Ok(places)
}
