//! Which command of this program does what a node calls an event.

use hanse_lifecycle::{Event as E, Machine as M};
use serde_json::Value;

use crate::json::Read as _;
use crate::request::Request;

/// A thing that has a life of its own: what it is, and how the commands about it name it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Thing {
    machine: M,
    id: String,
    milestone: Option<u64>,
}

impl Thing {
    /// The thing with this id; none if no command takes such an id.
    #[must_use]
    pub fn of(id: &str) -> Option<Self> {
        let machine = match id.split_once('_')?.0 {
            "job" => M::Job,
            "bid" => M::Bid,
            "invitation" => M::Invitation,
            "offer" => M::Contract,
            "dispute" => M::Dispute,
            _ => return None,
        };
        Some(Self { machine, id: id.to_owned(), milestone: None })
    }

    /// A milestone of a contract.
    #[must_use]
    pub fn milestone(contract: &str, number: u64) -> Self {
        Self { machine: M::Milestone, id: contract.to_owned(), milestone: Some(number) }
    }

    /// A review; of one that is to be written, the contract names it, and of one that is there, the leaf id of its commit.
    #[must_use]
    pub fn review(id: &str) -> Self {
        Self { machine: M::Review, id: id.to_owned(), milestone: None }
    }

    /// What a request is about, as far as it names it.
    #[must_use]
    pub fn asked(request: &Request) -> Option<Self> {
        let path = request.target.split('?').next()?;
        let thing = Self::of(path.split('/').nth(3)?)?;
        match request.body.as_ref().map(|body| body.number("/milestone")) {
            Some(number) if number > 0 => Some(Self::milestone(&thing.id, number)),
            _ => Some(thing),
        }
    }

    /// Which life it has.
    #[must_use]
    pub fn machine(&self) -> M {
        self.machine
    }

    /// The command that does the event, as it can be copied; the name of the event, where this program knows none.
    #[must_use]
    pub fn command(&self, event: &str) -> String {
        event.parse().ok().and_then(|event| self.command_of(event)).unwrap_or_else(|| event.to_owned())
    }

    /// The same for what a view says that its viewer may do.
    #[must_use]
    pub fn commands(&self, view: &Value) -> Vec<String> {
        view.texts("/allowed").into_iter().map(|event| self.command(event)).collect()
    }

    /// What there is to be typed, where a person can do it at all.
    fn command_of(&self, event: E) -> Option<String> {
        let (id, machine) = (&self.id, self.machine);
        let commands = match machine {
            M::Job => OF_JOB,
            M::Bid => OF_BID,
            M::Invitation => OF_INVITATION,
            M::Contract | M::Milestone => OF_CONTRACT,
            M::Review => OF_REVIEW,
            M::Dispute => OF_DISPUTE,
        };
        let (_, command) = commands.iter().find(|(known, _)| *known == event)?;
        let command = command.replace("{}", id);
        Some(match self.milestone {
            Some(number) => format!("{command} --milestone {number}"),
            None => command,
        })
    }
}

/// About reviews.
const OF_REVIEW: &[(E, &str)] =
    &[(E::Commit, "hanse review {} --rating 1..5"), (E::Reply, "hanse reply {} --text …")];
/// About disputes.
const OF_DISPUTE: &[(E, &str)] = &[
    (E::OpenDispute, "hanse contract dispute CONTRACT --claim … --then closes"),
    (E::Respond, "hanse dispute respond {} --text …"),
    (E::Reopen, "hanse dispute reopen {} --text …"),
    (E::ProposeSettlement, "hanse dispute settle {} --then closes"),
    (E::Settle, "hanse dispute settle {}"),
    (E::Escalate, "hanse dispute escalate {}"),
    (E::Rule, "hanse dispute rule {} --then closes --text …"),
    (E::Appeal, "hanse dispute appeal {} --text …"),
    (E::Withdraw, "hanse dispute withdraw {}"),
];
/// About postings.
const OF_JOB: &[(E, &str)] = &[
    (E::Publish, "hanse job post --title … --text …"),
    (E::Amend, "hanse job amend {} --text …"),
    (E::Pause, "hanse job pause {}"),
    (E::Resume, "hanse job resume {}"),
    (E::Heartbeat, "hanse job heartbeat {}"),
    (E::CloseUnfilled, "hanse job close {} --reason …"),
];
/// About invitations.
const OF_INVITATION: &[(E, &str)] = &[
    (E::Invite, "hanse invite JOB DID"),
    (E::Decline, "hanse decline {} --reason …"),
    (E::Rescind, "hanse rescind {}"),
];
/// About bids.
const OF_BID: &[(E, &str)] = &[
    (E::Submit, "hanse bid JOB --text …"),
    (E::Revise, "hanse bid revise {} --text …"),
    (E::Confirm, "hanse bid confirm {}"),
    (E::Read, "hanse bid show {}"),
    (E::Shortlist, "hanse shortlist {}"),
    (E::Unshortlist, "hanse unshortlist {}"),
    (E::Interview, "hanse interview {} --note …"),
    (E::Offer, "hanse offer {} --scope … --due YYYY-MM-DD"),
    (E::Withdraw, "hanse withdraw {}"),
    (E::Decline, "hanse decline {} --reason …"),
];
/// About contracts and their milestones.
const OF_CONTRACT: &[(E, &str)] = &[
    (E::Offer, "hanse offer BID --scope … --due YYYY-MM-DD"),
    (E::Accept, "hanse accept {}"),
    (E::Counter, "hanse counter {} --scope …"),
    (E::Decline, "hanse decline {} --reason …"),
    (E::Rescind, "hanse rescind {}"),
    (E::Deliver, "hanse deliver {} --note …"),
    (E::RequestChanges, "hanse request-changes {} --note …"),
    (E::AcceptDelivery, "hanse accept-delivery {}"),
    (E::AttestPaid, "hanse paid {}"),
    (E::ReportUnpaid, "hanse unpaid {}"),
    (E::ConfirmReceived, "hanse received {}"),
    (E::ProposeAmendment, "hanse amend {} --scope …"),
    (E::AcceptAmendment, "hanse accept-amendment {}"),
    (E::DeclineAmendment, "hanse decline-amendment {}"),
    (E::Pause, "hanse pause {} --reason …"),
    (E::Resume, "hanse resume {}"),
    (E::RequestClose, "hanse request-close {} --reason …"),
    (E::Cancel, "hanse cancel {} --reason …"),
    (E::Object, "hanse object {}"),
    (E::Terminate, "hanse terminate {} --reason …"),
    (E::Close, "hanse close {}"),
];

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_a_node_alone_does_is_shown_by_its_name() {
        let bid = Thing::of("bid_x").unwrap();
        assert_eq!(bid.command("not_selected"), "not_selected");
        assert_eq!(bid.command("dance"), "dance");
        assert_eq!(bid.command("withdraw"), "hanse withdraw bid_x");
        assert_eq!(Thing::milestone("offer_x", 2).command("attest_paid"), "hanse paid offer_x --milestone 2");
    }

    #[test]
    fn a_request_says_what_it_is_about() {
        let paid =
            Request::post(&["v1", "contracts", "offer_x", "attest-paid"], json!({"milestone": 3})).dry(true);
        assert_eq!(Thing::asked(&paid), Some(Thing::milestone("offer_x", 3)));
        let bid = Request::post(&["v1", "bids", "bid_x", "withdraw"], json!({}));
        assert_eq!(Thing::asked(&bid), Thing::of("bid_x"));
        assert_eq!(Thing::asked(&Request::get(&["v1", "node"])), None);
        assert_eq!(Thing::asked(&Request::get(&["v1", "profiles", "did:key:z6Mk"])), None);
    }
}
