//! Disputes, and people who rule in them.

use serde_json::json;

use super::{Run, show};
use crate::cli::{ArbiterCommand, DisputeArgs, DisputeCommand, Disputes};
use crate::error::CommandError;
use hanse_client::api;

impl Run {
    /// Everything about disputes.
    pub(super) fn disputes(&mut self, command: &Disputes) -> Result<(), CommandError> {
        match command {
            Disputes::Disputes { contract: None } => self.answer(&api::disputes(), show::disputes),
            Disputes::Disputes { contract: Some(contract) } => {
                self.answer(&api::disputes_over(contract), |all| show::disputes(&json!({ "items": all })))
            }
            Disputes::Dispute(DisputeCommand::Show(id)) => self.answer(&api::dispute(&id.id), show::dispute),
            Disputes::Dispute(command) => {
                let Some((event, moved, said, done)) = command.step()? else { return Ok(()) };
                self.publish(&api::move_dispute(&moved.dispute, event, &said), moved.trial, done)
            }
            Disputes::Arbiters => self.answer(&api::arbiters(), show::arbiters),
            Disputes::Arbiter(ArbiterCommand::Announce(args)) => {
                self.publish(&api::announce_arbiter(&args.request()?), args.trial, "announced")
            }
            Disputes::Arbiter(ArbiterCommand::Show { who }) => {
                let did = self.person(Some(who))?;
                self.answer(&api::arbiter(&did), show::arbiter)
            }
            Disputes::Arbiter(ArbiterCommand::Withdraw) => {
                self.answer(&api::withdraw_arbiter(), |_| "you take no new cases".to_owned())
            }
        }
    }

    /// Opens a dispute.
    pub(super) fn open_dispute(&mut self, args: &DisputeArgs) -> Result<(), CommandError> {
        self.publish(&api::open_dispute(&args.contract, &args.request()?), args.trial, "dispute opened")
    }
}
