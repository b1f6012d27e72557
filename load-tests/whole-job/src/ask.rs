//! One request by way of goose, and its answer held against what it must say.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use goose::metrics::GooseRequestMetric;
use goose::prelude::{GooseMethod, GooseRequest, GooseUser, TransactionError};
use hanse_command::Request;
use hanse_command::request::Method;
use serde_json::Value;

use crate::book::{Book, Person};

/// A node gives up a request after fifteen seconds at most, so that an answer that takes longer is late by its own word.
const ANSWER_WAIT: Duration = Duration::from_secs(15);
/// How long what one home has acknowledged may be on its way: to the other home, into the index, into a cosigned log. In peace it is a
/// second; a machine that is loaded to its limit takes several.
const ARRIVAL_WAIT: Duration = Duration::from_secs(60);
/// Between two looks.
const LOOK: Duration = Duration::from_millis(200);
/// Segments of a path from this length on are ids.
const ID_BYTES_MIN: usize = 24;
/// Bytes of a wrong answer that are shown.
const SHOWN_BYTES: usize = 300;

pub(crate) type Fault = Box<TransactionError>;

/// What all users of a run share.
#[derive(Debug)]
pub(crate) struct Run {
    /// URL of the home of the clients.
    pub(crate) a: String,
    /// URL of the home of the freelancers.
    pub(crate) b: String,
    /// What a stranger trusts.
    pub(crate) policy: String,
    /// A skill that both nodes know.
    pub(crate) skill: String,
    pub(crate) seed: u64,
    pub(crate) start: Instant,
    pub(crate) book: Arc<Mutex<Book>>,
}

impl Run {
    pub(crate) fn book(&self) -> MutexGuard<'_, Book> {
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// An answer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) bytes: Vec<u8>,
    pub(crate) json: Value,
}

impl Answer {
    /// Its JSON, if it is a success.
    pub(crate) fn success(&self) -> Result<&Value, String> {
        if (200..300).contains(&self.status) { Ok(&self.json) } else { Err(self.told()) }
    }

    /// Its JSON; nothing while the thing is not known there.
    pub(crate) fn found(&self) -> Result<Option<&Value>, String> {
        if self.status == 404 { Ok(None) } else { self.success().map(Some) }
    }

    fn told(&self) -> String {
        let shown = self.bytes.get(..SHOWN_BYTES).unwrap_or(&self.bytes);
        format!("{} {}", self.status, String::from_utf8_lossy(shown))
    }
}

/// Who asks.
#[derive(Clone, Copy, Debug)]
pub(crate) enum By<'a> {
    /// Nobody who is signed in, at this node.
    Stranger(&'a str),
    /// Somebody, at home.
    Person(&'a Person),
}

/// A goose user with what all share.
#[derive(Debug)]
pub(crate) struct Hand<'a> {
    pub(crate) user: &'a mut GooseUser,
    pub(crate) run: &'a Run,
}

impl Hand<'_> {
    /// Asks once; `judge` says what the answer is worth, or what is wrong with it.
    pub(crate) async fn ask<T>(
        &mut self,
        by: By<'_>,
        request: &Request,
        judge: impl Fn(&Answer) -> Result<T, String>,
    ) -> Result<T, Fault> {
        let known = |answer: &Answer| judge(answer).map(Some);
        let looked = self.look(by, request, &known).await?;
        looked.ok_or_else(|| Box::new(TransactionError::Custom("nothing was found".to_owned())))
    }

    /// Asks until `judge` finds what must arrive, and tells goose how long that took. An arrival that is late is a fault of this request.
    pub(crate) async fn until<T>(
        &mut self,
        by: By<'_>,
        request: &Request,
        what: &str,
        judge: impl Fn(&Answer) -> Result<Option<T>, String>,
    ) -> Result<T, Fault> {
        let start = Instant::now();
        loop {
            let found = self.look(by, request, &judge).await?;
            let took = start.elapsed();
            let late = found.is_none() && took > ARRIVAL_WAIT;
            if found.is_some() || late {
                let status = if late { Some("late") } else { None };
                self.user.record_custom_request_duration("WAIT", what, took, !late, None, status).await?;
            }
            match found {
                Some(found) => return Ok(found),
                None if late => {
                    let waited = ARRIVAL_WAIT.as_secs();
                    return Err(self.fault(&operation(request), &format!("late by {waited} s: {what}")));
                }
                None => tokio::time::sleep(LOOK).await,
            }
        }
    }

    async fn look<T>(
        &mut self,
        by: By<'_>,
        request: &Request,
        judge: &impl Fn(&Answer) -> Result<Option<T>, String>,
    ) -> Result<Option<T>, Fault> {
        let operation = operation(request);
        let start = Instant::now();
        let (mut metric, answer) = self.exchange(by, request, &operation).await?;
        let took = start.elapsed();
        self.run.book().answered(self.run.start.elapsed(), took);
        let judged = match answer {
            Ok(_) if took > ANSWER_WAIT => Err(format!("answered after {:.1} s", took.as_secs_f64())),
            Ok(answer) => judge(&answer),
            Err(error) => Err(error),
        };
        match judged {
            Ok(found) => {
                // To know nothing of a thing on its way is a good answer.
                self.user.set_success(&mut metric)?;
                if found.is_some() {
                    self.run.book().checked(&operation);
                }
                Ok(found)
            }
            Err(why) => {
                let fault = self.fault(&operation, &format!("{}: {why}", request.target));
                // Goose answers with an error of its own once it has noted the failure; the one to go on with is ours.
                drop(self.user.set_failure(&why, &mut metric, None, None));
                Err(fault)
            }
        }
    }

    async fn exchange(
        &mut self,
        by: By<'_>,
        request: &Request,
        operation: &str,
    ) -> Result<(GooseRequestMetric, Result<Answer, String>), Fault> {
        let home = match by {
            By::Stranger(url) => url,
            By::Person(person) => &person.home,
        };
        let url = format!("{home}{}", request.target);
        let method = match request.method {
            Method::Get => GooseMethod::Get,
            Method::Post => GooseMethod::Post,
            Method::Put => GooseMethod::Put,
            Method::Patch => GooseMethod::Patch,
            Method::Delete => GooseMethod::Delete,
        };
        let mut builder = self.user.get_request_builder(&method, &url)?;
        if let By::Person(person) = by {
            builder = builder.bearer_auth(&person.token);
        }
        if let Some(body) = &request.body {
            builder = builder.json(body);
        }
        let name = operation.split_once(' ').map_or(operation, |(_, path)| path);
        let made = GooseRequest::builder().method(method).path(url.as_str()).name(name);
        let sent = self.user.request(made.set_request_builder(builder).build()).await?;
        let answer = match sent.response {
            Ok(response) => {
                let status = response.status().as_u16();
                let bytes = response.bytes().await.map_err(|error| error.to_string());
                bytes.map(|bytes| Answer {
                    status,
                    json: serde_json::from_slice(&bytes).unwrap_or_default(),
                    bytes: bytes.to_vec(),
                })
            }
            Err(error) => Err(error.to_string()),
        };
        Ok((sent.request, answer))
    }

    /// Notes what was wrong.
    pub(crate) fn fault(&self, operation: &str, why: &str) -> Fault {
        let what = format!("{operation}: {why}");
        self.run.book().fault(&what);
        Box::new(TransactionError::Custom(what))
    }
}

/// Method and path of a request without what differs from one to the next.
pub(crate) fn operation(request: &Request) -> String {
    let method = match request.method {
        Method::Get => "GET",
        Method::Post => "POST",
        Method::Put => "PUT",
        Method::Patch => "PATCH",
        Method::Delete => "DELETE",
    };
    let (path, query) = request.target.split_once('?').unwrap_or((&request.target, ""));
    let told = |segment: &str| match segment {
        did if did.starts_with("did:") => "{did}".to_owned(),
        id if id.len() >= ID_BYTES_MIN => "{id}".to_owned(),
        word => word.to_owned(),
    };
    let path: Vec<String> = path.split('/').map(told).collect();
    // A search is another thing than a page of all.
    let search = if query.starts_with("text=") { "?text" } else { "" };
    format!("{method} {}{search}", path.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use hanse_command::api;
    use hanse_command::requests::JobQuery;

    #[test]
    fn an_operation_is_told_without_its_ids() {
        let id = "job_zQmYtUc4iTCbbfVSDNKvtQqrfyezPPnFvE33wFmutw9PBBk";
        let told = |request: &Request| operation(request);
        assert_eq!(told(&api::job(id)), "GET /v1/jobs/{id}");
        assert_eq!(told(&api::why_not(id, "did:key:z6Mk", "en")), "GET /v1/jobs/{id}/matches/{did}");
        assert_eq!(told(&api::offer(id, Value::Null)), "POST /v1/bids/{id}/offer");
        let search = JobQuery { text: Some("gate".into()), ..JobQuery::default() };
        assert_eq!(told(&api::search(&search)), "GET /v1/jobs?text");
    }

    #[test]
    fn what_is_unknown_is_not_there_yet_and_a_failure_is_wrong() {
        let answer = |status| Answer { status, bytes: b"why".to_vec(), json: Value::Bool(true) };
        assert_eq!(answer(404).found(), Ok(None));
        assert_eq!(answer(404).success(), Err("404 why".to_owned()));
        assert_eq!(answer(503).found(), Err("503 why".to_owned()));
        assert_eq!(answer(201).found(), Ok(Some(&Value::Bool(true))));
    }
}
