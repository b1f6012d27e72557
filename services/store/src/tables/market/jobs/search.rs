//! Which postings fit a search. What "fits" means stands here once, for pages and for alerts.

use hanse_lifecycle::State;

use super::{ShownJob, read_shown};
use crate::{Row, Sql, StoreError, ToSql, Tx, column};

/// Whether the job `j` fits the search `s`, both being relations of the statement. What a search leaves out fits everything; what a
/// posting leaves out fits no search that asks for it. A language fits with any of its regions, and one of a region with the language
/// itself: one tag begins with the other. Two ranges of pay fit if they meet; an end that is unstated is open. The
/// distance is that of the great circle on a sphere of the Earth's volume (6,371 km), as in matching; one degree of latitude is at
/// least 111 km, so that the index can leave out most.
macro_rules! fits {
    () => {
        "(s.skill IS NULL OR j.skills @> ARRAY[s.skill]) \
         AND (s.language IS NULL OR (split_part(j.language, '-', 1) = split_part(s.language, '-', 1) \
             AND (starts_with(j.language || '-', s.language || '-') OR starts_with(s.language || '-', j.language || '-')))) \
         AND (s.remote IS NULL OR j.remote = s.remote) AND (s.client IS NULL OR j.client = s.client) \
         AND (s.pay_kind IS NULL OR j.pay_kind = s.pay_kind) AND (s.currency IS NULL OR j.currency = s.currency) \
         AND (s.pay_per IS NULL OR j.pay_per = s.pay_per) \
         AND (s.least_pay IS NULL OR j.pay_max >= s.least_pay OR (j.pay_max IS NULL AND j.pay_min IS NOT NULL)) \
         AND (s.most_pay IS NULL OR j.pay_min <= s.most_pay OR (j.pay_min IS NULL AND j.pay_max IS NOT NULL)) \
         AND (s.country IS NULL OR j.country = s.country) \
         AND (s.within_km IS NULL OR (j.latitude_e4 BETWEEN s.latitude_e4 - s.within_km * 90 - 1 \
             AND s.latitude_e4 + s.within_km * 90 + 1 \
             AND 12742 * asin(least(1, sqrt(power(sind((j.latitude_e4 - s.latitude_e4) / 20000::float8), 2) \
                 + cosd(j.latitude_e4 / 10000::float8) * cosd(s.latitude_e4 / 10000::float8) \
                 * power(sind((j.longitude_e4 - s.longitude_e4) / 20000::float8), 2)))) <= s.within_km)) \
         AND (s.posted_since IS NULL OR j.posted_at >= s.posted_since) \
         AND (s.least_seats IS NULL OR j.seats >= s.least_seats) \
         AND (s.least_hours IS NULL OR j.hours >= s.least_hours) AND (s.most_hours IS NULL OR j.hours <= s.most_hours) \
         AND (s.words IS NULL OR j.search @@ s.words[1])"
    };
}
pub(crate) use fits;

/// The columns of a search. A query stands in an array: alone it would have to fit a page of the table of saved searches, which one of many
/// words does not. From the parameters $1 to $18 in the order of [`Search::values`].
macro_rules! columns {
    () => {
        "CASE WHEN $1::text IS NOT NULL THEN ARRAY[$1::text::tsquery] END AS words, $2::text AS skill, $3::text AS language, $4::boolean AS remote, \
         $5::text AS client, $6::text AS pay_kind, $7::text AS currency, $8::text AS pay_per, $9::bigint AS least_pay, \
         $10::bigint AS most_pay, $11::text AS country, $12::int AS latitude_e4, $13::int AS longitude_e4, \
         $14::int AS within_km, $15::bigint AS posted_since, $16::int AS least_seats, $17::int AS least_hours, \
         $18::int AS most_hours"
    };
}
pub(crate) use columns;

pub(super) const SEARCH: &str = concat!(
    "SELECT found.*, document.commitment, document.bytes FROM (\
     SELECT j.id, j.client, j.home, j.state, j.head, j.posting, j.version, j.posted_at, j.expires_at, j.active_at FROM job j, (SELECT ",
    columns!(),
    ") s WHERE ($19::text IS NULL OR j.state = $19) AND ($20::bigint IS NULL OR (j.posted_at, j.id) < ($20, $21::bytea)) AND ",
    fits!(),
    " ORDER BY j.posted_at DESC, j.id DESC LIMIT $22) AS found LEFT JOIN document ON document.id = found.posting \
     ORDER BY found.posted_at DESC, found.id DESC"
);

// For each of the terms 4 if the title has it, 2 if a skill has it, 1 if only the text has it: how often says nothing.
pub(super) const RELEVANT: &str = concat!(
    "SELECT found.*, document.commitment, document.bytes FROM (SELECT * FROM (\
     SELECT j.id, j.client, j.home, j.state, j.head, j.posting, j.version, j.posted_at, j.expires_at, j.active_at, \
         (SELECT coalesce(sum(CASE WHEN j.search @@ title THEN 4 WHEN j.search @@ named THEN 2 WHEN j.search @@ anywhere THEN 1 END), 0) \
         FROM unnest($20::text[]::tsquery[], $21::text[]::tsquery[], $22::text[]::tsquery[]) AS term (title, named, anywhere)) AS relevance \
     FROM job j, (SELECT ",
    columns!(),
    ") s WHERE ($19::text IS NULL OR j.state = $19) AND ",
    fits!(),
    ") AS fitting WHERE $23::bigint IS NULL OR (relevance, posted_at, id) < ($23, $24::bigint, $25::bytea) \
     ORDER BY relevance DESC, posted_at DESC, id DESC LIMIT $26) AS found LEFT JOIN document ON document.id = found.posting \
     ORDER BY found.relevance DESC, found.posted_at DESC, found.id DESC"
);

/// How long a search may take. What no index knows is compared posting by posting: a filter that nothing fits looks at all that is open, a
/// hundred thousand in a tenth of a second.
pub(super) const PATIENCE: &str = "SELECT set_config('statement_timeout', '2s', true)";

/// Which postings; what is absent is not asked for.
#[derive(Clone, Debug, Default)]
pub struct Search<'a> {
    /// What it must be found by, as the text of a `tsquery`.
    pub words: Option<String>,
    /// One skill.
    pub skill: Option<&'a str>,
    /// The posting's language, or one of its regions.
    pub language: Option<&'a str>,
    /// Remote or on site.
    pub remote: Option<bool>,
    /// Of one client.
    pub client: Option<&'a str>,
    /// `money`, `barter` or `time_credits`.
    pub pay_kind: Option<&'a str>,
    /// Paid in this currency.
    pub currency: Option<&'a str>,
    /// Paid by the `hour` or for the `project`.
    pub pay_per: Option<&'a str>,
    /// May pay at least so much, in minor units.
    pub least_pay: Option<i64>,
    /// May pay at most so much, in minor units.
    pub most_pay: Option<i64>,
    /// At a place in this country.
    pub country: Option<&'a str>,
    /// At a place near this one.
    pub near: Option<Near>,
    /// Posted then or later, Unix seconds.
    pub posted_since: Option<i64>,
    /// For so many people or more.
    pub least_seats: Option<i32>,
    /// So many hours a week or more.
    pub least_hours: Option<i32>,
    /// So many hours a week or fewer.
    pub most_hours: Option<i32>,
}

/// Around a point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Near {
    /// Ten-thousandths of a degree.
    pub latitude_e4: i32,
    /// Ten-thousandths of a degree.
    pub longitude_e4: i32,
    /// Kilometres, at most 20,000: more overflows the statement.
    pub within_km: i32,
}

impl Search<'_> {
    /// The parameters $1 to $18 of `columns!`, for whoever keeps them until the statement has run.
    pub(crate) fn values(&self) -> [Box<dyn ToSql + Sync + Send + '_>; 18] {
        [
            Box::new(self.words.as_deref()),
            Box::new(self.skill),
            Box::new(self.language),
            Box::new(self.remote),
            Box::new(self.client),
            Box::new(self.pay_kind),
            Box::new(self.currency),
            Box::new(self.pay_per),
            Box::new(self.least_pay),
            Box::new(self.most_pay),
            Box::new(self.country),
            Box::new(self.near.map(|near| near.latitude_e4)),
            Box::new(self.near.map(|near| near.longitude_e4)),
            Box::new(self.near.map(|near| near.within_km)),
            Box::new(self.posted_since),
            Box::new(self.least_seats),
            Box::new(self.least_hours),
            Box::new(self.most_hours),
        ]
    }
}

/// Where a posting stands among all: its time, Unix seconds, and its hash.
pub type Place = (i64, [u8; 32]);

/// What counts for the place of a posting, each the text of a `tsquery`; the three have one length.
#[derive(Clone, Copy, Debug)]
pub struct Relevance<'a> {
    /// Each term, in a title.
    pub title: &'a [String],
    /// In a title or among skills.
    pub named: &'a [String],
    /// Anywhere.
    pub anywhere: &'a [String],
}

/// Postings that fit, with their documents, in a state if one is said, newest first, at most `limit`; only what comes after a posting in
/// that order, if one is said. The transaction is for this alone.
///
/// # Errors
/// One that `is_timeout` after two seconds.
pub async fn search(
    db: &Tx<'_>,
    search: &Search<'_>,
    state: Option<State>,
    after: Option<Place>,
    limit: i64,
) -> Result<Vec<ShownJob>, StoreError> {
    let (posted_at, hash) = after.map(|(posted_at, hash)| (posted_at, hash.to_vec())).unzip();
    let state = state.map(State::name);
    run(db, SEARCH, search, &[&state, &posted_at, &hash, &limit]).await?.iter().map(read_shown).collect()
}

/// The same by relevance, and the newest first among those that are as relevant: each with what it has.
///
/// # Errors
/// One that `is_timeout` after two seconds.
pub async fn relevant(
    db: &Tx<'_>,
    search: &Search<'_>,
    relevance: Relevance<'_>,
    state: Option<State>,
    after: Option<(i64, Place)>,
    limit: i64,
) -> Result<Vec<(i64, ShownJob)>, StoreError> {
    let (score, place) = after.unzip();
    let (posted_at, hash) = place.map(|(posted_at, hash)| (posted_at, hash.to_vec())).unzip();
    let state = state.map(State::name);
    let Relevance { title, named, anywhere } = relevance;
    let more: [&(dyn ToSql + Sync); 8] =
        [&state, &title, &named, &anywhere, &score, &posted_at, &hash, &limit];
    let rows = run(db, RELEVANT, search, &more).await?;
    rows.iter().map(|row| Ok((column(row, "job", "relevance")?, read_shown(row)?))).collect()
}

/// Runs a statement that begins with the parameters of a search.
pub(crate) async fn run(
    db: &Tx<'_>,
    statement: &'static str,
    search: &Search<'_>,
    more: &[&(dyn ToSql + Sync)],
) -> Result<Vec<Row>, StoreError> {
    let values = search.values();
    let mut params: Vec<&(dyn ToSql + Sync)> = Vec::new();
    for value in &values {
        params.push(value.as_ref());
    }
    params.extend(more);
    db.execute(PATIENCE, &[]).await?;
    db.query(statement, &params).await
}
