//! Mutual picks: every night (UTC), pairs of open postings and people whose home is here of which neither side would rather have another
//! that would rather have them. The lists are those of the index; the rules are `hanse-matching`'s.

#[cfg(test)]
mod tests;

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

use hanse_api::requests::PicksQuery;
use hanse_api::views::{Pick, Picks};
use hanse_base::error::{Failure, UseError};
use hanse_base::present;
use hanse_base::rounds::Rounds;
use hanse_document::{Date, Did};
use hanse_matching::explain::explain;
use hanse_matching::mutual::{LIST_MAX, Wishes, picks};
use hanse_matching::query::{Query, Setting};
use hanse_matching::rank::Ranked;
use hanse_matching::score::millionths;
use hanse_matching::sentence;
use hanse_store::accounts;
use hanse_store::picks::{self as kept, NewPick, NightRow, OpenRow};
use sha2::{Digest as _, Sha256};
use tokio_util::sync::CancellationToken;

use super::index::State;
use super::{language, today};
use crate::Discovery;

/// Whoever scores less is no pick. Of the judged real texts (`services/eval/real`) three of four pairs that are good pass where the client named no
/// skills, and half where they did; of those who are listed and bad, one in fourteen and fewer than one in a hundred.
const LEAST: f64 = 0.4;
/// Postings that one person is picked for: as many as somebody can look into in a day.
const OF_PERSON: usize = 3;
/// People who are picked for one posting, if it has so many free seats: a list that its client talks through.
const OF_JOB_MAX: usize = 5;
/// Postings of one client: whoever posts hundreds does not take everybody's night.
const OF_CLIENT_MAX: usize = 20;
/// Postings of one night, of more another choice each night: each costs a ranking, all of them minutes.
const JOBS_MAX: usize = 5_000;
/// Postings in one piece of work: about a second, so that a process that stops need not wait.
const PIECE: usize = 32;
/// Postings in one look at the database.
const PAGE: i64 = 500;
/// Pairs that are shown at once: no freelancer has more than three, a client seldom more.
const SHOWN_MAX: i64 = 100;

/// Whom a posting could do with, the best first.
#[derive(Clone, Debug)]
struct Wanted {
    job: [u8; 32],
    seats: usize,
    list: Vec<Liked>,
}

/// Somebody on such a list.
#[derive(Clone, Copy, Debug)]
struct Liked {
    person: [u8; 32],
    score: f64,
    /// What decides between equal scores, as everywhere.
    tie: [u8; 32],
}

/// Makes each night's pairs until it is cancelled.
pub async fn run(discovery: Discovery, cancel: CancellationToken) -> Result<(), Failure> {
    let mut made = None;
    let mut rounds =
        Rounds::new("picks", discovery.base().signals(), cancel, discovery.config().pace.deliver);
    let round = async |made: &mut Option<u32>| {
        let day = today(&discovery);
        if *made != Some(day) && make(&discovery, day).await? {
            *made = Some(day);
        }
        Ok::<_, UseError>(())
    };
    while rounds.round(round(&mut made)).await {
        rounds.pace().await;
    }
    Ok(())
}

/// Makes the pairs of a day, unless they are made. `false` while there is no index to make them from.
pub async fn make(discovery: &Discovery, day: u32) -> Result<bool, UseError> {
    if kept::made(&discovery.store().connection().await?, day.into()).await? {
        return Ok(true);
    }
    if discovery.indexed().is_none() {
        return Ok(false);
    }
    let open = open_jobs(discovery, day).await?;
    let mut lists = Vec::new();
    for piece in open.chunks(PIECE) {
        let piece = piece.to_vec();
        lists.extend(piecewise(discovery, move |discovery| wanted(discovery, &piece)).await?);
    }
    let people: BTreeSet<[u8; 32]> =
        lists.iter().flat_map(|list| list.list.iter().map(|liked| liked.person)).collect();
    let night = NightRow {
        day: day.into(),
        made_at: discovery.now().unix(),
        jobs: i32::try_from(open.len()).unwrap_or(i32::MAX),
        people: i32::try_from(people.len()).unwrap_or(i32::MAX),
    };
    let pairs = piecewise(discovery, move |_| Ok(pairs(&lists))).await?;
    let pairs: Vec<([u8; 32], Vec<[u8; 32]>)> = pairs.into_iter().collect();
    let mut explained = Vec::new();
    for piece in pairs.chunks(PIECE) {
        let piece = piece.to_vec();
        explained.extend(piecewise(discovery, move |discovery| reasons(discovery, &piece)).await?);
    }
    let mut connection = discovery.store().connection().await?;
    let tx = connection.begin().await?;
    if kept::keep(&tx, night, &explained).await? {
        tx.commit().await?;
        tracing::info!(
            day,
            jobs = night.jobs,
            people = night.people,
            pairs = explained.len(),
            "mutual picks"
        );
    }
    Ok(true)
}

/// The postings of a night, each with its free seats.
async fn open_jobs(discovery: &Discovery, day: u32) -> Result<Vec<([u8; 32], usize)>, UseError> {
    let connection = discovery.store().connection().await?;
    let (mut beyond, mut all) = (Vec::new(), Vec::new());
    loop {
        let page = kept::open_jobs(&connection, &beyond, PAGE).await?;
        let Some(last) = page.last() else { break };
        beyond = last.id.to_vec();
        all.extend(page);
    }
    Ok(chosen(all, day))
}

/// Of many postings those of this night: by a number that nobody can choose, which is another one each night.
fn chosen(open: Vec<OpenRow>, day: u32) -> Vec<([u8; 32], usize)> {
    let number = |row: &OpenRow| -> [u8; 32] {
        Sha256::new().chain_update(day.to_be_bytes()).chain_update(row.id).finalize().into()
    };
    let mut numbered: Vec<([u8; 32], OpenRow)> = open.into_iter().map(|row| (number(&row), row)).collect();
    numbered.sort_unstable_by_key(|(number, _)| *number);
    let mut of: BTreeMap<Did, usize> = BTreeMap::new();
    let mut jobs = Vec::new();
    for (_, row) in numbered {
        let Some(free) = usize::try_from(row.free).ok().filter(|free| *free > 0) else { continue };
        let count = of.entry(row.client).or_default();
        *count = count.saturating_add(1);
        if *count <= OF_CLIENT_MAX && jobs.len() < JOBS_MAX {
            jobs.push((row.id, free.min(OF_JOB_MAX)));
        }
    }
    jobs
}

/// Whom each of these postings could do with.
fn wanted(discovery: &Discovery, jobs: &[([u8; 32], usize)]) -> Result<Vec<Wanted>, UseError> {
    let mut lists = Vec::new();
    for (job, seats) in jobs {
        let list = ranked(discovery, job, |_, query, ranking| {
            let good = ranking.iter().filter(|ranked| ranked.score.h > LEAST).take(LIST_MAX);
            good.map(|ranked| Liked { person: ranked.id, score: ranked.score.h, tie: query.tie(&ranked.id) })
                .collect::<Vec<_>>()
        })?;
        lists.extend(list.map(|list| Wanted { job: *job, seats: *seats, list }));
    }
    Ok(lists)
}

/// The pairs, by posting. The score is one for both sides, and so is the order of a person's list; who is on no posting's list
/// cannot be picked, so that a person's list need only hold the postings that would have them.
fn pairs(lists: &[Wanted]) -> BTreeMap<[u8; 32], Vec<[u8; 32]>> {
    let mut by_person: BTreeMap<[u8; 32], Vec<(usize, Liked)>> = BTreeMap::new();
    for (number, wanted) in (0_usize..).zip(lists) {
        for liked in &wanted.list {
            by_person.entry(liked.person).or_default().push((number, *liked));
        }
    }
    let numbers: BTreeMap<[u8; 32], usize> = by_person.keys().copied().zip(0_usize..).collect();
    let people: Vec<[u8; 32]> = by_person.keys().copied().collect();
    let freelancers: Vec<Wishes> = by_person
        .into_values()
        .map(|mut jobs| {
            jobs.sort_by(|(_, a), (_, b)| better(a, b));
            Wishes { quota: OF_PERSON, list: jobs.into_iter().map(|(number, _)| number).collect() }
        })
        .collect();
    let jobs: Vec<Wishes> = lists
        .iter()
        .map(|wanted| Wishes {
            quota: wanted.seats,
            list: wanted.list.iter().filter_map(|liked| numbers.get(&liked.person).copied()).collect(),
        })
        .collect();
    let mut pairs: BTreeMap<[u8; 32], Vec<[u8; 32]>> = BTreeMap::new();
    for (freelancer, job) in picks(&freelancers, &jobs) {
        if let (Some(person), Some(wanted)) = (people.get(freelancer), lists.get(job)) {
            pairs.entry(wanted.job).or_default().push(*person);
        }
    }
    pairs
}

fn better(a: &Liked, b: &Liked) -> Ordering {
    b.score.total_cmp(&a.score).then(a.tie.cmp(&b.tie))
}

/// The reasons for each pair. One whose posting or person has changed so that it is none any more is left out.
fn reasons(discovery: &Discovery, pairs: &[([u8; 32], Vec<[u8; 32]>)]) -> Result<Vec<NewPick>, UseError> {
    let mut kept = Vec::new();
    for (job, people) in pairs {
        let explained = ranked(discovery, job, |state, query, ranking| {
            let good = ranking.iter().filter(|ranked| people.contains(&ranked.id) && ranked.score.h > LEAST);
            let good = good.filter_map(|ranked| {
                let explanation = explain(query, ranking, state.people.get(&ranked.id)?, ranked);
                Some((ranked.id, millionths(ranked.score.h), explanation))
            });
            good.collect::<Vec<_>>()
        })?;
        for (person, score, explanation) in explained.into_iter().flatten() {
            let explanation = serde_json::to_string(&explanation)
                .map_err(|error| Failure::unreadable("an explanation", error))?;
            let score = i32::try_from(score).unwrap_or(i32::MAX);
            kept.push(NewPick { job: *job, person, score, explanation });
        }
    }
    Ok(kept)
}

/// Looks at the ranking for an open posting, without its own client; nothing if it is not open any more.
fn ranked<T>(
    discovery: &Discovery,
    job: &[u8; 32],
    look: impl FnOnce(&State, &Query<'_>, &[Ranked]) -> T,
) -> Result<Option<T>, UseError> {
    discovery.matching().read(|state, space| {
        let posting = state.jobs.get(job)?;
        let query =
            Query::new(posting, Setting { weights: discovery.config().ranking, ..state.knowledge.setting() });
        let mut ranking = state.people.rank(&query, space);
        ranking.retain(|ranked| state.clients.get(job) != Some(&ranked.id));
        Some(look(state, &query, &ranking))
    })
}

/// One piece of work beside the tasks. It takes no turn from callers: one at a time, once a night.
async fn piecewise<T: Send + 'static>(
    discovery: &Discovery,
    work: impl FnOnce(&Discovery) -> Result<T, UseError> + Send + 'static,
) -> Result<T, UseError> {
    let discovery = discovery.clone();
    tokio::task::spawn_blocking(move || work(&discovery)).await.map_err(Failure::Cut)?
}

impl Discovery {
    /// The pairs of the newest night that a person is in, as freelancer or as client.
    ///
    /// # Errors
    /// `BadField` for a language that is neither `en` nor `fr`.
    pub async fn picks(&self, did: &Did, query: &PicksQuery) -> Result<Picks, UseError> {
        let language = language(query.language.as_deref())?;
        let connection = self.store().connection().await?;
        let Some(night) = kept::newest(&connection).await? else {
            return Ok(Picks { day: None, made_at: None, items: Vec::new() });
        };
        let rows = kept::of(&connection, night.day, did, SHOWN_MAX).await?;
        let blocked = accounts::blocks(&connection, did, accounts::BLOCKS_MAX).await?;
        let is_blocked = |person: &Did| blocked.iter().any(|block| block.whom == *person);
        let wanted = rows.into_iter().filter(|row| !is_blocked(&row.client) && !is_blocked(&row.freelancer));
        let items = wanted.filter_map(|row| {
            // Another version of this node may have written it; the next night is written by this one.
            let explanation = serde_json::from_str(&row.explanation).ok()?;
            let own = row.freelancer == *did;
            let sentences = if own {
                sentence::for_freelancer(&explanation, language)
            } else {
                sentence::sentences(&explanation, language)
            };
            Some(Pick {
                role: if own { "freelancer" } else { "client" }.to_owned(),
                job: row.job.to_string(),
                title: row.title,
                client: row.client.to_string(),
                home: row.home,
                freelancer: row.freelancer.to_string(),
                explanation,
                sentences,
            })
        });
        let day = u32::try_from(night.day).ok().and_then(|day| Date::from_day(day).ok());
        Ok(Picks {
            day: day.map(|day| day.to_string()),
            made_at: Some(present::time(night.made_at)),
            items: items.collect(),
        })
    }
}
