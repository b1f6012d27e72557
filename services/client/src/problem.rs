//! What a node answers when it refuses (RFC 9457), told so that a person knows what to do next.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::commands::Thing;

/// A problem document of a node.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// `/problems/<slug>`; the slug is stable.
    #[serde(rename = "type")]
    pub kind: String,
    /// The HTTP status.
    pub status: u16,
    /// The slug in words.
    #[serde(default)]
    pub title: String,
    /// What happened and what to do next.
    #[serde(default)]
    pub detail: String,
    /// The request id, for the operator.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instance: Option<String>,
    /// What the caller may do with the thing now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub allowed: Option<Vec<String>>,
    /// The last document of the thing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub head: Option<String>,
    /// What the request was about, which the client knows.
    #[serde(skip)]
    pub about: Option<Thing>,
}

impl Problem {
    /// The slug of the reason, which never changes.
    #[must_use]
    pub fn slug(&self) -> &str {
        self.kind.rsplit('/').next().unwrap_or_default()
    }

    /// Whether the same request may be accepted a moment later, because something is still on its way.
    #[must_use]
    pub fn is_passing(&self) -> bool {
        matches!(
            self.slug(),
            "in-flight"
                | "too-early"
                | "busy"
                | "database-away"
                | "timed-out"
                | "still-running"
                | "not-ready"
                | "unavailable"
        )
    }

    /// What a person can do about it, if this program knows better than the detail.
    #[must_use]
    pub fn advice(&self) -> Option<&'static str> {
        Some(match self.slug() {
            "token-missing" | "token-expired" | "token-foreign" | "token-forged" | "session-ended" => {
                "sign in again: hanse login HANDLE"
            }
            "scope-missing" => {
                "sign in without --scope, or with the missing one: hanse login HANDLE --scope …"
            }
            "bad-credentials" => {
                "check the handle and the password; `hanse register HANDLE` opens a new account"
            }
            "weak-password" => "take a sentence, or let a password manager make one",
            "rate-limited" => "wait as long as it says, and do the same again",
            "handle-taken" => "choose another handle, or sign in: hanse login HANDLE",
            "key-elsewhere" => "send what you have signed yourself to POST /v1/documents",
            "not-found" => {
                "check the id; `hanse job search`, `hanse bids` and `hanse contracts` list what there is"
            }
            "wrong-prev" | "precondition-failed" => {
                "it has changed since you looked: show it again, then decide"
            }
            "job-not-open" => "look for another one: hanse job search",
            "bid-exists" => {
                "see it with `hanse bids`; `hanse bid revise BID` changes it, `hanse withdraw BID` takes it back"
            }
            "answers-missing" => {
                "`hanse job show JOB` lists the questions: give one --answer for each, in their order"
            }
            "milestone-unsaid" | "no-milestone" => {
                "`hanse contract show CONTRACT` lists them: name one with --milestone N"
            }
            "not-hourly" | "nothing-delivered" => "say it with --note, --digest or both",
            "repeat-unsaid" => "`hanse job repost JOB`, or name the earlier posting with --repeats JOB",
            "no-proposal" | "proposal-waits" | "other-terms" => {
                "`hanse contract show CONTRACT` shows what is proposed; accept-amendment and decline-amendment answer it"
            }
            "in-flight" | "too-early" | "busy" | "database-away" | "timed-out" | "still-running"
            | "not-ready" | "unavailable" => "wait some seconds and do the same again",
            "log-halted" => "nothing was changed; tell the node's operator, who alone can resume the log",
            "outcome-unknown" => "see whether it was done before you do it again",
            _ if self.status >= 500 => "try again, and give the operator the request id if it stays",
            _ => return None,
        })
    }
}

impl fmt::Display for Problem {
    /// Several lines: the reason, what is allowed instead, what to do next, and the id for the operator.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let detail = if self.detail.is_empty() { &self.title } else { &self.detail };
        write!(f, "{} ({} {})", detail.trim_end_matches('.'), self.status, self.slug())?;
        match self.allowed.as_deref() {
            None => {}
            Some([]) => write!(f, "\n  allowed now: nothing by you")?,
            Some(events) => {
                write!(f, "\n  allowed now:")?;
                for event in events {
                    let command = self.about.as_ref().map(|thing| thing.command(event));
                    write!(f, "\n    {}", command.as_ref().unwrap_or(event))?;
                }
            }
        }
        if let Some(head) = &self.head {
            write!(f, "\n  newest document: {head}")?;
        }
        if let Some(advice) = self.advice() {
            write!(f, "\n  next: {advice}")?;
        }
        if let Some(id) = &self.instance {
            write!(f, "\n  request id: {id}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Problem {}

#[cfg(test)]
mod tests {
    use super::*;

    fn problem(json: &str) -> Problem {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn what_is_allowed_instead_is_told_as_commands() {
        let told = problem(
            r#"{"type":"/problems/not-now","status":409,"title":"Not now","detail":"The contract is paid.",
                "allowed":["confirm_received","close","dance"],"head":"step_x","instance":"r-1","new":"key"}"#,
        );
        assert_eq!(told.slug(), "not-now");
        assert!(told.to_string().contains("allowed now:\n    confirm_received\n    close\n    dance\n"));
        let told = Problem { about: Thing::of("offer_x"), ..told };
        assert_eq!(
            told.to_string(),
            "The contract is paid (409 not-now)\n  allowed now:\n    hanse received offer_x\n    hanse close offer_x\n    \
             dance\n  newest document: step_x\n  request id: r-1"
        );
    }

    #[test]
    fn nothing_allowed_is_said_and_a_bare_problem_is_readable() {
        let ended =
            problem(r#"{"type":"/problems/not-now","status":409,"detail":"It is closed.","allowed":[]}"#);
        assert!(ended.to_string().ends_with("allowed now: nothing by you"));
        let bare = problem(r#"{"type":"about:blank","status":502,"title":"Bad gateway"}"#);
        assert!(bare.to_string().starts_with("Bad gateway (502 about:blank)\n  next: try again"));
    }

    #[test]
    fn only_what_passes_by_itself_is_worth_waiting_for() {
        for (slug, passing) in
            [("in-flight", true), ("too-early", true), ("not-now", false), ("own-job", false)]
        {
            let problem = problem(&format!(r#"{{"type":"/problems/{slug}","status":409}}"#));
            assert_eq!(problem.is_passing(), passing, "{slug}");
        }
    }
}
