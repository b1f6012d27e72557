//! The directory: those whose home is here and who do not want to be left out, by what their profiles say.

use hanse_document::{Did, DocumentId, Kind};

use crate::rows::{bytes32, id, parsed};
use crate::tables::documents;
use crate::tables::jobs::{Place, Relevance, Search, columns, run_search};
use crate::{Row, Sql, StoreError, ToSql, Tx, column};

/// Whether the profile `j` fits the search `s`, as postings fit (`jobs/search.rs`): what a profile leaves out fits no search that asks for it,
/// a language fits with any of its regions, two ranges of pay fit if they meet.
macro_rules! fits {
    () => {
        "(s.skill IS NULL OR j.skills @> ARRAY[s.skill]) \
         AND (s.language IS NULL OR EXISTS (SELECT FROM unnest(j.languages) AS own (tag) \
             WHERE starts_with(own.tag || '-', s.language || '-') OR starts_with(s.language || '-', own.tag || '-'))) \
         AND (s.remote IS NULL OR j.remote = s.remote) AND (s.currency IS NULL OR j.currency = s.currency) \
         AND (s.pay_per IS NULL OR j.pay_per = s.pay_per) \
         AND (s.least_pay IS NULL OR j.pay_max >= s.least_pay OR (j.pay_max IS NULL AND j.pay_min IS NOT NULL)) \
         AND (s.most_pay IS NULL OR j.pay_min <= s.most_pay OR (j.pay_min IS NULL AND j.pay_max IS NOT NULL)) \
         AND (s.country IS NULL OR j.country = s.country) \
         AND (s.within_km IS NULL OR (j.latitude_e4 BETWEEN s.latitude_e4 - s.within_km * 90 - 1 \
             AND s.latitude_e4 + s.within_km * 90 + 1 \
             AND 12742 * asin(least(1, sqrt(power(sind((j.latitude_e4 - s.latitude_e4) / 20000::float8), 2) \
                 + cosd(j.latitude_e4 / 10000::float8) * cosd(s.latitude_e4 / 10000::float8) \
                 * power(sind((j.longitude_e4 - s.longitude_e4) / 20000::float8), 2)))) <= s.within_km)) \
         AND (s.words IS NULL OR j.search @@ s.words[1]) \
         AND NOT EXISTS (SELECT FROM account WHERE account.did = j.did AND account.unlisted)"
    };
}

/// A page of those among `$from`, the newest first.
macro_rules! newest {
    ($from:expr) => {
        concat!(
            "SELECT found.*, document.commitment, document.bytes FROM (SELECT j.did, j.document AS id, j.updated_at FROM ",
            $from,
            " j, (SELECT ",
            columns!(),
            ") s WHERE ($19::bigint IS NULL OR (j.updated_at, j.document) < ($19, $20::bytea)) AND j.folded IS NOT NULL AND ",
            fits!(),
            " ORDER BY j.updated_at DESC, j.document DESC LIMIT $21) AS found JOIN document ON document.id = found.id \
             ORDER BY found.updated_at DESC, found.id DESC"
        )
    };
}

pub(super) const LISTED: &str = newest!("profile");
// By the index of words: of a rare one the planner believes that it soon finds a page among the newest.
pub(super) const LISTED_BY_WORDS: &str =
    newest!("(SELECT * FROM profile WHERE search @@ $1::text::tsquery OFFSET 0)");

// As for postings: 4 in the headline, 2 among the skills, 1 in the text; how often says nothing.
pub(super) const RELEVANT: &str = concat!(
    "SELECT found.*, document.commitment, document.bytes FROM (SELECT * FROM (SELECT j.did, j.document AS id, j.updated_at, \
         (SELECT coalesce(sum(CASE WHEN j.search @@ title THEN 4 WHEN j.search @@ named THEN 2 WHEN j.search @@ anywhere THEN 1 END), 0) \
         FROM unnest($19::text[]::tsquery[], $20::text[]::tsquery[], $21::text[]::tsquery[]) AS term (title, named, anywhere)) AS relevance \
     FROM profile j, (SELECT ",
    columns!(),
    ") s WHERE j.folded IS NOT NULL AND ",
    fits!(),
    ") AS fitting WHERE $22::bigint IS NULL OR (relevance, updated_at, id) < ($22, $23::bigint, $24::bytea) \
     ORDER BY relevance DESC, updated_at DESC, id DESC LIMIT $25) AS found JOIN document ON document.id = found.id \
     ORDER BY found.relevance DESC, found.updated_at DESC, found.id DESC"
);

// A profile that was replaced meanwhile is not said to be folded.
pub(super) const FOLD: &str = "UPDATE profile SET folded = $2, folding = $3, search = $4::text::tsvector, languages = $5, skills = $6, remote = $7, \
     country = $8, latitude_e4 = $9, longitude_e4 = $10, currency = $11, pay_per = $12, pay_min = $13, pay_max = $14 \
     WHERE did = $1 AND document = $2";
pub(super) const STALE: &str = "SELECT did, stale.document AS id, commitment, bytes FROM ( \
     (SELECT did, document FROM profile WHERE folded IS DISTINCT FROM document LIMIT $2) \
     UNION (SELECT did, document FROM profile WHERE folding < $1 ORDER BY folding LIMIT $2)) AS stale \
     LEFT JOIN LATERAL (SELECT commitment, bytes FROM document WHERE id = stale.document OFFSET 0) AS document ON true";
pub(super) const UNLISTED: &str = "SELECT unlisted FROM account WHERE did = $1";
pub(super) const SET_UNLISTED: &str = "UPDATE account SET unlisted = $2 WHERE did = $1";

/// What a profile is found by; what it leaves unstated is absent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Folded<'a> {
    /// Its words, as the text of a `tsvector`.
    pub search: String,
    /// Tags of languages.
    pub languages: Vec<&'a str>,
    /// Ids of skills.
    pub skills: Vec<&'a str>,
    /// Whether the person takes remote work.
    pub remote: Option<bool>,
    /// Of the place.
    pub country: Option<&'a str>,
    /// Ten-thousandths of a degree, north and east.
    pub point: Option<(i32, i32)>,
    /// Of a rate in money.
    pub currency: Option<&'a str>,
    /// `hour` or `project`.
    pub pay_per: Option<&'static str>,
    /// The least, in minor units.
    pub pay_min: Option<i64>,
    /// The most.
    pub pay_max: Option<i64>,
}

/// A profile that is folded otherwise than now, or not at all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StaleProfile {
    /// Whose.
    pub did: Did,
    /// The document.
    pub document: DocumentId,
    /// Its bytes; `None` if it was erased or is damaged.
    pub bytes: Option<Vec<u8>>,
}

/// Somebody in the directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedRow {
    /// Who.
    pub did: Did,
    /// Their newest profile.
    pub document: DocumentId,
    /// When it came, Unix seconds.
    pub updated_at: i64,
    /// Its bytes; `None` if they are damaged.
    pub bytes: Option<Vec<u8>>,
}

impl ListedRow {
    /// Where it stands among all.
    #[must_use]
    pub fn place(&self) -> Place {
        (self.updated_at, *self.document.hash())
    }
}

/// Says what a profile is found by; nothing happens if it is not the newest any more. Without `folded` by nothing.
pub async fn fold_profile(
    tx: &Tx<'_>,
    did: &Did,
    document: &DocumentId,
    folding: i16,
    folded: Option<&Folded<'_>>,
) -> Result<(), StoreError> {
    let folded = folded.cloned().unwrap_or_default();
    let (latitude_e4, longitude_e4) = folded.point.unzip();
    let values: [&(dyn ToSql + Sync); 14] = [
        &did.as_str(),
        &document.hash().as_slice(),
        &folding,
        &folded.search,
        &folded.languages,
        &folded.skills,
        &folded.remote,
        &folded.country,
        &latitude_e4,
        &longitude_e4,
        &folded.currency,
        &folded.pay_per,
        &folded.pay_min,
        &folded.pay_max,
    ];
    tx.execute(FOLD, &values).await?;
    Ok(())
}

/// Profiles that are not folded, or by a smaller folding: at most twice so many.
pub async fn stale_profiles(
    db: &impl Sql,
    folding: i16,
    limit: i64,
) -> Result<Vec<StaleProfile>, StoreError> {
    const TABLE: &str = "profile";
    let read = |row: &Row| {
        Ok(StaleProfile {
            did: parsed(row, TABLE, "did")?,
            document: id(row, TABLE, "id", Kind::Profile)?,
            bytes: documents::kept(row)?,
        })
    };
    db.query(STALE, &[&folding, &limit]).await?.iter().map(read).collect()
}

/// People who fit, the newest profile first, at most `limit`; only those after a place, if one is said. The transaction is for this alone.
///
/// # Errors
/// One that `is_timeout` after two seconds.
pub async fn listed(
    tx: &Tx<'_>,
    search: &Search<'_>,
    after: Option<Place>,
    limit: i64,
) -> Result<Vec<ListedRow>, StoreError> {
    let (at, hash) = after.map(|(at, hash)| (at, hash.to_vec())).unzip();
    let statement = if search.words.is_some() { LISTED_BY_WORDS } else { LISTED };
    run_search(tx, statement, search, &[&at, &hash, &limit]).await?.iter().map(read).collect()
}

/// The same by relevance, and the newest first among those that are as relevant: each with what it has.
///
/// # Errors
/// One that `is_timeout` after two seconds.
pub async fn listed_by_relevance(
    tx: &Tx<'_>,
    search: &Search<'_>,
    Relevance { title, named, anywhere }: Relevance<'_>,
    after: Option<(i64, Place)>,
    limit: i64,
) -> Result<Vec<(i64, ListedRow)>, StoreError> {
    let (score, place) = after.unzip();
    let (at, hash) = place.map(|(at, hash)| (at, hash.to_vec())).unzip();
    let more: [&(dyn ToSql + Sync); 7] = [&title, &named, &anywhere, &score, &at, &hash, &limit];
    let rows = run_search(tx, RELEVANT, search, &more).await?;
    rows.iter().map(|row| Ok((column(row, "profile", "relevance")?, read(row)?))).collect()
}

/// Whether a person does not want to be in the directory; `None` for somebody without an account here.
pub async fn is_unlisted(db: &impl Sql, did: &Did) -> Result<Option<bool>, StoreError> {
    let row = db.query_opt(UNLISTED, &[&did.as_str()]).await?;
    row.as_ref().map(|row| column(row, "account", "unlisted")).transpose()
}

/// Says whether a person is left out of the directory.
pub async fn set_unlisted(db: &impl Sql, did: &Did, unlisted: bool) -> Result<(), StoreError> {
    db.execute(SET_UNLISTED, &[&did.as_str(), &unlisted]).await?;
    Ok(())
}

fn read(row: &Row) -> Result<ListedRow, StoreError> {
    const TABLE: &str = "profile";
    Ok(ListedRow {
        did: parsed(row, TABLE, "did")?,
        document: DocumentId::new(Kind::Profile, bytes32(row, TABLE, "id")?),
        updated_at: column(row, TABLE, "updated_at")?,
        bytes: documents::kept(row)?,
    })
}
