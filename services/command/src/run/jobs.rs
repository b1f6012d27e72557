//! Jobs, and invitations to bid on them.

use hanse_api::requests::{JobQuery, JobRequest};
use hanse_api::words::JobState;
use hanse_document::Timestamp;
use hanse_document::kind::job::{OPEN_DAYS_MAX, OpenDays};
use hanse_lifecycle::Machine;
use serde::Deserialize as _;
use serde_json::{Value, json};

use super::{Run, show};
use crate::cli::{AmendArgs, InvitationCommand, InviteArgs, JobCommand, Jobs};
use crate::clock;
use crate::error::CommandError;
use hanse_client::api;
use hanse_client::client::ClientError;
use hanse_client::json::Missing;
use hanse_client::json::Read as _;

/// Seconds of a day.
const DAY: i64 = 86_400;
/// What an amended posting says anew, as the API shows it.
const SAID: [&str; 12] = [
    "title",
    "text",
    "seats",
    "hours_per_week",
    "language",
    "languages",
    "pay",
    "place",
    "predecessor",
    "questions",
    "schedule",
    "skills",
];

impl Run {
    pub(super) fn jobs(&mut self, command: &Jobs) -> Result<(), CommandError> {
        match command {
            Jobs::Job(command) => self.job(command),
            Jobs::Invite(args) => self.invite(args),
            Jobs::Invitations { job: None } => {
                self.answer(&api::invitations(), |page| show::invitations(page, "Nobody has invited you."))
            }
            Jobs::Invitations { job: Some(job) } => self.answer(&api::invitations_to(job), |page| {
                show::invitations(page, "You have invited nobody to this job: hanse invite JOB DID")
            }),
            Jobs::Invitation(InvitationCommand::Show(id)) => {
                self.answer(&api::invitation(&id.id), show::invitation)
            }
        }
    }

    fn job(&mut self, command: &JobCommand) -> Result<(), CommandError> {
        match command {
            JobCommand::Post(args) => {
                let posting = args.request(&mut |names, job| self.needed(names, job))?;
                self.publish(&api::post_job(posting), args.trial, "posted")
            }
            JobCommand::Search(args) => {
                let asked = args.search(|| self.me())?;
                self.answer(&api::search(&asked), show::jobs)
            }
            JobCommand::List { state, limit, cursor } => self.own_jobs(*state, *limit, cursor.clone()),
            JobCommand::Show(job) => self.answer(&api::job(&job.id), show::job),
            JobCommand::Amend(args) => self.amend(args),
            JobCommand::Repost { job, days, trial } => {
                self.publish(&api::repost_job(job, *days), *trial, "posted again")
            }
            JobCommand::Move(step) => self.step(Machine::Job, step.step()),
        }
    }

    fn own_jobs(
        &mut self,
        state: Option<JobState>,
        limit: u32,
        cursor: Option<String>,
    ) -> Result<(), CommandError> {
        let client = Some(self.me()?);
        let asked = JobQuery { client, state, limit: Some(limit), cursor, ..JobQuery::default() };
        self.answer(&api::search(&asked), show::own_jobs)
    }

    fn amend(&mut self, args: &AmendArgs) -> Result<(), CommandError> {
        let view = self.caller.send(&api::job(&args.job))?;
        let before = said_before(&view, clock::now())?;
        let posting = args.over(before, &mut |names, job| self.needed(names, job))?;
        self.publish(&api::amend_job(&args.job, posting), args.trial, "amended")
    }

    fn invite(&mut self, args: &InviteArgs) -> Result<(), CommandError> {
        self.publish(&api::invite(&args.job, &args.request()?), args.trial, "invited")
    }
}

/// What a posting says, to be said anew; it ends when it would have ended, within a day.
fn said_before(view: &Value, now: Timestamp) -> Result<JobRequest, CommandError> {
    let said = SAID.iter().filter_map(|name| Some(((*name).to_owned(), view.get(name)?.clone())));
    let mut said: serde_json::Map<String, Value> = said.collect();
    said.insert("days".to_owned(), json!(days_left(view.text("/expires_at"), now)?.get()));
    JobRequest::deserialize(Value::Object(said)).map_err(|error| {
        CommandError::Input(format!("the job says what this program cannot read, and would lose it: {error}"))
    })
}

/// Whole days until then, and one at least: rounded down, because a posting must not live longer than it may.
fn days_left(expires_at: &str, now: Timestamp) -> Result<OpenDays, CommandError> {
    let missing = || ClientError::from(Missing("/expires_at".to_owned()));
    let end = Timestamp::parse(expires_at).map_err(|_| missing())?;
    let days = (end.unix() - now.unix()) / DAY;
    let days = u32::try_from(days.clamp(1, i64::from(OPEN_DAYS_MAX))).map_err(|_| missing())?;
    Ok(OpenDays::new(days).map_err(|_| missing())?)
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::*;
    use crate::cli::{Cli, Command};

    fn view() -> Value {
        json!({"id": "job_x", "client": "did:key:z6Mk", "home": "a.example", "state": "open", "allowed": [], "head": "job_x",
            "title": "Old", "text": "Forty slates.", "seats": 2, "languages": ["fr"], "skills": ["local:roofing"],
            "questions": ["Are you insured?"], "schedule": {"start": "2027-01-11"}, "posting": "job_x", "version": 1,
            "posted_at": "2026-11-01T10:00:00Z", "expires_at": "2026-12-01T10:00:00Z"})
    }

    fn amended(line: &[&str], before: JobRequest) -> Value {
        let line = ["hanse", "job", "amend", "job_x"].iter().chain(line);
        let Command::Jobs(Jobs::Job(JobCommand::Amend(args))) = Cli::parse_from(line).command else {
            panic!("another command")
        };
        args.over(before, &mut |_, _| panic!("no skill is named")).unwrap()
    }

    #[test]
    fn an_amended_job_keeps_what_is_not_named() {
        let before = || said_before(&view(), "2026-11-20T09:00:00Z".parse().unwrap()).unwrap();
        let kept = amended(&[], before());
        let same = json!({"title": "Old", "text": "Forty slates.", "seats": 2, "days": 11, "languages": ["fr"],
            "skills": ["local:roofing"], "questions": ["Are you insured?"], "schedule": {"start": "2027-01-11"}});
        assert_eq!(kept, same);
        let line =
            ["--title", "New", "--end", "2027-02-01", "--question", "When?", "--days", "3", "--remote"];
        let changed = amended(&line, before());
        assert_eq!(changed["title"], "New");
        assert_eq!(changed["schedule"], json!({"start": "2027-01-11", "end": "2027-02-01"}));
        assert_eq!((&changed["questions"], &changed["days"]), (&json!(["When?"]), &json!(3)));
        assert_eq!((&changed["place"], &changed["seats"]), (&json!({"kind": "remote"}), &json!(2)));
    }

    #[test]
    fn days_that_are_left_are_whole_and_never_none() {
        let left = |now: &str| days_left("2026-12-01T10:00:00Z", now.parse().unwrap()).unwrap().get();
        assert_eq!(left("2026-11-30T10:00:01Z"), 1);
        assert_eq!(left("2026-11-29T09:59:59Z"), 2);
        assert_eq!(left("2027-01-01T10:00:00Z"), 1);
        assert_eq!(left("2026-01-01T10:00:00Z"), 90);
        assert!(days_left("soon", "2026-11-30T10:00:00Z".parse().unwrap()).is_err());
    }
}
