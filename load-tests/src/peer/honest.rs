//! Two honest people at two honest nodes, and what must go on working between them whatever a peer does.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use hanse_base::clock::{Clock as _, SystemClock};
use hanse_document::Date;
use serde_json::{Value, json};

use super::site::{LOOK, Node, Site};
use crate::client::{Client, get, post};
use crate::inputs::Seeded;
use crate::{Error, Result};

const PASSWORD: &str = "a gate that squeaks at 4";
/// Postings that the first node has from the beginning, so that a page of its log is worth asking for.
const POSTINGS: usize = 60;
/// Bytes of text in each.
const TEXT: usize = 700;
/// Days from now on which the work of a contract is due.
const DUE_DAYS: u32 = 30;
/// What honest people do takes seconds while nobody attacks. Who waits longer than this for any step of it is kept from it.
const STEP_WAIT: Duration = Duration::from_secs(90);

/// Somebody who is signed in.
pub(super) struct Account {
    home: SocketAddr,
    pub(super) token: String,
}

/// A client at the first node and a freelancer at the second.
pub(super) struct Honest {
    pub(super) ada: Account,
    pub(super) ben: Account,
    /// A posting of the client's that stays open, and the document that she signed.
    pub(super) job: (String, Vec<u8>),
}

impl Account {
    fn open(home: SocketAddr, handle: &str) -> Result<Self> {
        let account = json!({"handle": handle, "password": PASSWORD});
        let mut client = Client::connect(home)?;
        client.send(&post("/v1/accounts", None, &account), "201")?;
        let session: Value =
            serde_json::from_slice(&client.send(&post("/v1/sessions", None, &account), "200")?)?;
        let token = session.get("access_token").and_then(Value::as_str).ok_or("no token")?;
        Ok(Self { home, token: token.to_owned() })
    }

    /// Does what must succeed, sooner or later; a node that is busy, or whose answer does not come, is asked again with the same key.
    fn does(&self, path: &str, body: &Value) -> Result<Value> {
        static KEYS: AtomicU64 = AtomicU64::new(0);
        let key = KEYS.fetch_add(1, Ordering::Relaxed);
        let body = body.to_string();
        let head = format!(
            "POST {path} HTTP/1.1\r\nHost: peer\r\nContent-Type: application/json\r\nIdempotency-Key: {key}"
        );
        let request = format!(
            "{head}\r\nAuthorization: Bearer {}\r\nContent-Length: {}\r\n\r\n{body}",
            self.token,
            body.len()
        );
        waited(path, || {
            let (status, answer) = Client::connect(self.home)?.answer(request.as_bytes())?;
            let refused = || Error::from(format!("{path}: {status} {}", String::from_utf8_lossy(&answer)));
            Ok(match status {
                200..300 => Some(Ok(serde_json::from_slice(&answer)?)),
                429 | 503 => None,
                _ => Some(Err(refused())),
            })
        })?
    }

    /// What they see there, if there is anything.
    pub(super) fn sees(&self, path: &str) -> Result<Option<Value>> {
        let request =
            format!("GET {path} HTTP/1.1\r\nHost: peer\r\nAuthorization: Bearer {}\r\n\r\n", self.token);
        let (status, answer) = Client::connect(self.home)?.answer(request.as_bytes())?;
        if status == 200 { Ok(Some(serde_json::from_slice(&answer)?)) } else { Ok(None) }
    }

    /// Waits until a thing that they see is in this state.
    fn until(&self, path: &str, state: &str) -> Result<()> {
        waited(&format!("{path} becomes {state}"), || {
            let seen = self.sees(path)?;
            Ok(seen.filter(|seen| seen.get("state").and_then(Value::as_str) == Some(state)))
        })
        .map(drop)
    }

    /// Posts a job of this title; its id and document.
    fn posts(&self, title: &str, text: &str) -> Result<(String, Vec<u8>)> {
        let posted = self.does("/v1/jobs", &json!({"title": title, "text": text}))?;
        let document = posted.get("document").and_then(Value::as_str).ok_or("no document")?;
        Ok((id(&posted)?, document.as_bytes().to_vec()))
    }

    /// Waits until a search for its title finds a job.
    fn finds(&self, job: &str, title: &str) -> Result<()> {
        waited(&format!("the posting {title} is found"), || {
            let found = self.sees(&format!("/v1/jobs?text={title}"))?.unwrap_or_default();
            let items = found.get("items").and_then(Value::as_array).into_iter().flatten();
            let mut ids = items.filter_map(|item| item.get("id").and_then(Value::as_str));
            Ok(ids.any(|found| found == job).then_some(()))
        })
    }
}

impl Honest {
    /// Opens the accounts, fills the first node a little, and waits until the second vouches for it.
    pub(super) fn settle(site: &Site) -> Result<Self> {
        let (ada, ben) = (Account::open(site.a.http, "ada")?, Account::open(site.b.http, "ben")?);
        let mut seeded = Seeded::new(3);
        for _ in 0..POSTINGS {
            ada.posts("Gate", &seeded.text(TEXT))?;
        }
        let job = ada.posts("Fence", "It leans.")?;
        Ok(Self { ada, ben, job })
    }

    /// Does what people do, step by step; how long it took, or what did not come.
    pub(super) fn work(&self, site: &Site) -> Result<String> {
        let start = Instant::now();
        let before = [head(&site.a, "jobs")?.0, head(&site.a, "reputation")?.0];
        let (job, _) = self.ada.posts("Roof", "It leaks.")?;
        self.ben.finds(&job, "Roof")?;
        let found = start.elapsed();
        let (other, _) = self.ben.posts("Floor", "It creaks.")?;
        self.ada.finds(&other, "Floor")?;
        self.agree(&job)?;
        let agreed = start.elapsed();
        for (kind, before) in ["jobs", "reputation"].into_iter().zip(before) {
            vouched(&site.a, kind, before + 1)?;
        }
        for node in [&site.a, &site.b] {
            waited(&format!("{} is ready", node.name), || Ok(node.is_ready().then_some(())))?;
        }
        let (found, agreed, all) = (found.as_secs_f64(), agreed.as_secs_f64(), start.elapsed().as_secs_f64());
        Ok(format!(
            "a posting of a found at b after {found:.1} s, a contract active after {agreed:.1} s, both logs of a cosigned by b after {all:.1} s"
        ))
    }

    /// The freelancer bids on a job of the client's, who sees it; the bid.
    pub(super) fn bid(&self, job: &str) -> Result<String> {
        let bid = id(&self.ben.does(&format!("/v1/jobs/{job}/bids"), &json!({"text": "I can."}))?)?;
        self.ada.until(&format!("/v1/bids/{bid}"), "submitted")?;
        Ok(bid)
    }

    /// Bid, offer and acceptance, until both homes have the contract active.
    fn agree(&self, job: &str) -> Result<()> {
        let bid = self.bid(job)?;
        let due = Date::from_day(SystemClock.now().day() + DUE_DAYS)?.to_string();
        let offer = json!({"scope": "The roof.", "due": due});
        let contract = id(&self.ada.does(&format!("/v1/bids/{bid}/offer"), &offer)?)?;
        let at = format!("/v1/contracts/{contract}");
        self.ben.until(&at, "offered")?;
        self.ben.does(&format!("{at}/accept"), &json!({}))?;
        self.ada.until(&at, "active")?;
        self.ben.until(&at, "active")
    }
}

/// Waits until the other honest node has cosigned the newest head of the first one's log, which has at least so many leaves.
pub(super) fn vouched(node: &Node, kind: &str, least: u64) -> Result<()> {
    waited(&format!("b.example cosigns {}/{kind} from {least} leaves on", node.name), || {
        let (size, note) = head(node, kind)?;
        let cosigned = note.lines().any(|line| line.starts_with("\u{2014} b.example/auditor "));
        Ok((size >= least && cosigned).then_some(()))
    })
}

/// Size and note of the newest head of a node's own log.
fn head(node: &Node, kind: &str) -> Result<(u64, String)> {
    let path = format!("/log/{kind}/checkpoint");
    let note = String::from_utf8(Client::connect(node.http)?.send(&get(&path), "200")?)?;
    let size = note.lines().nth(1).ok_or("a note without a size")?.parse()?;
    Ok((size, note))
}

/// Looks until there is something. What fails on the way is tried again: a node that is attacked may be slow to answer.
pub(super) fn waited<T>(what: &str, mut look: impl FnMut() -> Result<Option<T>>) -> Result<T> {
    let deadline = Instant::now() + STEP_WAIT;
    loop {
        let looked = look();
        if let Ok(Some(found)) = looked {
            return Ok(found);
        }
        if Instant::now() > deadline {
            let why = looked.err().map(|error| format!(": {error}")).unwrap_or_default();
            return Err(format!("this did not happen within {} s: {what}{why}", STEP_WAIT.as_secs()).into());
        }
        thread::sleep(LOOK);
    }
}

/// The id of the thing that an answer shows.
fn id(published: &Value) -> Result<String> {
    let id = published.pointer("/view/id").and_then(Value::as_str);
    Ok(id.ok_or_else(|| Error::from("an answer without an id"))?.to_owned())
}
