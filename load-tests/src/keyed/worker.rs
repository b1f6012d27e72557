//! Two people of one home: one posts, the other bids and delivers. Every request has a key, and is repeated with it until the answer
//! is definite.

use std::collections::BTreeMap;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::sync::atomic::Ordering;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use socket2::SockRef;

use super::Run;
use crate::Result;
use crate::inputs::Seeded;

/// Longer than a node may take over any answer.
const ANSWER_WAIT: Duration = Duration::from_secs(40);
/// Before a request is repeated.
const PAUSE: Duration = Duration::from_millis(100);
/// A key that has no definite answer by then has none.
const DEFINITE_WAIT: Duration = Duration::from_secs(180);
/// A request is cut off within so many microseconds: most are done after some thousand.
const RESET_WITHIN_US: u64 = 12_000;
const PASSWORD: &str = "a gate that squeaks at 4";

/// A request that has its definite answer.
pub(super) struct Done {
    pub(super) key: String,
    /// The answer, if it is a no.
    pub(super) refused: Option<String>,
    pub(super) replayed: bool,
    pub(super) waited: Duration,
}

pub(super) struct Worker<'a> {
    run: &'a Run,
    number: u64,
    seeded: Seeded,
    client: Account,
    freelancer: Account,
    contract: String,
    pub(super) done: Vec<Done>,
    pub(super) tries: u64,
}

struct Account {
    handle: String,
    token: String,
}

struct Answer {
    status: u16,
    replayed: bool,
    body: Value,
}

impl Answer {
    fn id(&self) -> String {
        self.body.pointer("/view/id").and_then(Value::as_str).unwrap_or_default().to_owned()
    }

    /// Whether another try may be answered otherwise.
    fn is_definite(&self) -> bool {
        let slug = self.body.get("type").and_then(Value::as_str).unwrap_or_default();
        !(self.status >= 500 || [401, 408, 429].contains(&self.status) || slug.ends_with("/still-running"))
    }
}

impl<'a> Worker<'a> {
    /// Opens both accounts, and brings a contract between them to where work can be delivered.
    pub(super) fn settle(run: &'a Run, number: u64) -> Result<Self> {
        let account = |role: &str| -> Result<Account> {
            let handle = format!("{role}{number}");
            let body = json!({"handle": handle, "password": PASSWORD});
            ask(run, "POST", "/v1/accounts", None, &[], Some(&body))?;
            let token = login(run, &handle)?;
            Ok(Account { handle, token })
        };
        let (client, freelancer) = (account("ada")?, account("ben")?);
        let seeded = Seeded::new(number);
        let contract = String::new();
        let mut worker =
            Self { run, number, seeded, client, freelancer, contract, done: Vec::new(), tries: 0 };
        let job =
            worker.keyed(true, "settle/job", "/v1/jobs", &json!({"title": "A gate", "text": "Mend it."}))?;
        let bid =
            worker.keyed(false, "settle/bid", &format!("/v1/jobs/{job}/bids"), &json!({"text": "I can."}))?;
        let terms = json!({"scope": "The gate.", "due": due()});
        worker.contract = worker.keyed(true, "settle/offer", &format!("/v1/bids/{bid}/offer"), &terms)?;
        let at = format!("/v1/contracts/{}", worker.contract);
        worker.keyed(false, "settle/accept", &format!("{at}/accept"), &json!({}))?;
        let deadline = Instant::now() + DEFINITE_WAIT;
        while worker.read(&at)?.get("state").and_then(Value::as_str) != Some("active") {
            if Instant::now() > deadline {
                return Err("a contract does not become active".into());
            }
            thread::sleep(PAUSE);
        }
        worker.done.clear();
        Ok(worker)
    }

    /// Works until the run is over.
    pub(super) fn work(&mut self) -> Result<()> {
        for turn in 0.. {
            if self.run.over.load(Ordering::SeqCst) {
                break;
            }
            let name = format!("{}/{turn}", self.number);
            let key = format!("job {name}");
            let job = self.keyed(true, &key, "/v1/jobs", &json!({"title": key, "text": "Mend it."}))?;
            let key = format!("bid {name}");
            self.keyed(false, &key, &format!("/v1/jobs/{job}/bids"), &json!({"text": key}))?;
            let key = format!("deliver {name}");
            let deliver = format!("/v1/contracts/{}/deliver", self.contract);
            self.keyed(false, &key, &deliver, &json!({"note": key}))?;
        }
        Ok(())
    }

    /// Asks until the answer is definite, cutting off some tries; the id of what was made.
    fn keyed(&mut self, as_client: bool, key: &str, path: &str, body: &Value) -> Result<String> {
        let start = Instant::now();
        let mut last = String::new();
        loop {
            if start.elapsed() > DEFINITE_WAIT {
                return Err(format!("{key}: no definite answer; the last was {last}").into());
            }
            self.tries += 1;
            let account = if as_client { &mut self.client } else { &mut self.freelancer };
            let headers = [("Idempotency-Key", key)];
            let cut = (self.seeded.below(2) == 0
                && self.run.resets.load(Ordering::SeqCst) < self.run.resets_max)
                .then(|| Duration::from_micros(self.seeded.below(RESET_WITHIN_US)));
            let request = Request { method: "POST", path, token: Some(&account.token), headers: &headers };
            match request.send(self.run, Some(body), cut) {
                Ok(Some(answer)) if answer.status == 401 => {
                    if let Ok(token) = login(self.run, &account.handle) {
                        account.token = token;
                    }
                }
                Ok(Some(answer)) if answer.is_definite() => {
                    let no = !(200..300).contains(&answer.status);
                    let refused = no.then(|| format!("{} {}", answer.status, answer.body));
                    let (id, replayed) = (answer.id(), answer.replayed);
                    let waited = start.elapsed();
                    self.done.push(Done { key: key.to_owned(), refused, replayed, waited });
                    self.run.answers.fetch_add(1, Ordering::SeqCst);
                    return Ok(id);
                }
                Ok(Some(answer)) => last = format!("{} {}", answer.status, answer.body),
                // Cut off by us, or by what happens to the node: nobody knows what became of it.
                Ok(None) => {}
                Err(error) => last = error.to_string(),
            }
            if cut.is_none() {
                thread::sleep(PAUSE);
            }
        }
    }

    /// What is there for each key.
    pub(super) fn effects(&mut self) -> Result<BTreeMap<String, u32>> {
        self.client.token = login(self.run, &self.client.handle)?;
        self.freelancer.token = login(self.run, &self.freelancer.handle)?;
        let mut found = BTreeMap::new();
        let mut count = |key: Option<&Value>| {
            if let Some(key) = key.and_then(Value::as_str) {
                *found.entry(key.to_owned()).or_default() += 1;
            }
        };
        let mine = format!("job {}/", self.number);
        for job in self.pages("/v1/jobs")? {
            count(
                job.get("title").filter(|title| title.as_str().is_some_and(|title| title.starts_with(&mine))),
            );
        }
        for bid in self.pages("/v1/bids")? {
            count(bid.get("text"));
        }
        let contract = self.read(&format!("/v1/contracts/{}", self.contract))?;
        for happened in contract.get("history").and_then(Value::as_array).into_iter().flatten() {
            count(happened.pointer("/said/note"));
        }
        found.remove("I can.");
        Ok(found)
    }

    fn pages(&self, path: &str) -> Result<Vec<Value>> {
        let mut items = Vec::new();
        let mut cursor = String::new();
        loop {
            let page = self.read(&format!("{path}?limit=50{cursor}"))?;
            items.extend(page.get("items").and_then(Value::as_array).into_iter().flatten().cloned());
            let Some(next) = page.get("next").and_then(Value::as_str) else { return Ok(items) };
            cursor = format!("&cursor={next}");
        }
    }

    fn read(&self, path: &str) -> Result<Value> {
        Ok(ask(self.run, "GET", path, Some(&self.freelancer.token), &[], None)?.body)
    }
}

/// The day when work is due: some months ahead of the year's beginning that is next.
fn due() -> String {
    let days = std::time::UNIX_EPOCH.elapsed().map_or(0, |since| since.as_secs() / 86_400) + 30;
    // Civil date of a day number (Howard Hinnant's days_from_civil, inverted).
    let z = days + 719_468;
    let (era, doe) = (z / 146_097, z % 146_097);
    let yoe = (doe - doe / 1_460 + doe / 36_524 - doe / 146_096) / 365;
    let doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    let mp = (5 * doy + 2) / 153;
    let month = if mp < 10 { mp + 3 } else { mp - 9 };
    let year = yoe + era * 400 + u64::from(month <= 2);
    format!("{year:04}-{month:02}-{:02}", doy - (153 * mp + 2) / 5 + 1)
}

fn login(run: &Run, handle: &str) -> Result<String> {
    let body = json!({"handle": handle, "password": PASSWORD});
    let session = ask(run, "POST", "/v1/sessions", None, &[], Some(&body))?.body;
    Ok(session.get("access_token").and_then(Value::as_str).ok_or("no token")?.to_owned())
}

/// Asks for what must be answered with success, sooner or later.
fn ask(
    run: &Run,
    method: &str,
    path: &str,
    token: Option<&str>,
    headers: &[(&str, &str)],
    body: Option<&Value>,
) -> Result<Answer> {
    let start = Instant::now();
    loop {
        let answer = Request { method, path, token, headers }.send(run, body, None);
        match answer {
            Ok(Some(answer)) if (200..300).contains(&answer.status) => return Ok(answer),
            Ok(Some(answer)) if answer.is_definite() || answer.status == 401 => {
                return Err(format!("{method} {path}: {} {}", answer.status, answer.body).into());
            }
            Ok(_) | Err(_) if start.elapsed() < DEFINITE_WAIT => thread::sleep(PAUSE),
            Ok(_) => return Err(format!("{method} {path}: no answer").into()),
            Err(error) => return Err(error),
        }
    }
}

struct Request<'a> {
    method: &'a str,
    path: &'a str,
    token: Option<&'a str>,
    headers: &'a [(&'a str, &'a str)],
}

impl Request<'_> {
    /// Sends it on a connection of its own. With `cut` the connection is reset after that time, and there is no answer.
    fn send(&self, run: &Run, body: Option<&Value>, cut: Option<Duration>) -> Result<Option<Answer>> {
        let Self { method, path, token, headers } = self;
        let mut head = format!("{method} {path} HTTP/1.1\r\nHost: keyed\r\nConnection: close\r\n");
        if let Some(token) = token {
            head.push_str(&format!("Authorization: Bearer {token}\r\n"));
        }
        for (name, value) in *headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        let body = body.map(Value::to_string).unwrap_or_default();
        let length = body.len();
        head.push_str(&format!("Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}"));
        let mut stream = TcpStream::connect_timeout(&run.node, ANSWER_WAIT)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(ANSWER_WAIT))?;
        stream.write_all(head.as_bytes())?;
        if let Some(after) = cut {
            thread::sleep(after);
            // Without linger the close is a reset, as when a telephone loses its network and comes back.
            SockRef::from(&stream).set_linger(Some(Duration::ZERO))?;
            drop(stream);
            run.resets.fetch_add(1, Ordering::SeqCst);
            return Ok(None);
        }
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer)?;
        read(&answer).map(Some)
    }
}

fn read(answer: &[u8]) -> Result<Answer> {
    let at = answer.windows(4).position(|four| four == b"\r\n\r\n").ok_or("the answer ended early")?;
    let (head, body) = answer.split_at(at + 4);
    let head = std::str::from_utf8(head)?.to_ascii_lowercase();
    let status = head.split(' ').nth(1).ok_or("an answer without a status")?.parse()?;
    // A body that broke off is no answer.
    let body = if body.is_empty() { Value::Null } else { serde_json::from_slice(body)? };
    Ok(Answer { status, replayed: head.contains("idempotency-replayed: true"), body })
}
