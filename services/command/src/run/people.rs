//! Accounts, logins, profiles.

use hanse_api::requests::ProfileRequest;
use serde::Deserialize as _;
use serde_json::Value;

use super::{Run, show};
use crate::cli::{Password, People, PeopleCommand, ProfileCommand};
use crate::error::CommandError;
use crate::terminal::{self, out};
use hanse_client::api;

impl Run {
    pub(super) fn people(&mut self, command: &People) -> Result<(), CommandError> {
        match command {
            People::Register { handle, password } => self.register(handle, password),
            People::Login { handle, password, scope } => self.login(handle, password, scope),
            People::Whoami => self.whoami(),
            People::Logout => self.logout(),
            People::Profile(command) => self.profile(command),
            People::People(PeopleCommand::Search(args)) => {
                self.answer(&api::people(&args.search()), show::listed)
            }
            People::Skills { command } => self.skills(command.as_ref()),
        }
    }

    fn register(&mut self, handle: &str, password: &Password) -> Result<(), CommandError> {
        let password = self.password(password, true)?;
        let person = self.caller.send(&api::register(handle, &password))?;
        self.caller.login(handle, &password, &[])?;
        self.print(&person, show::registered)
    }

    fn login(&mut self, handle: &str, password: &Password, scopes: &[String]) -> Result<(), CommandError> {
        let password = self.password(password, false)?;
        let session = self.caller.login(handle, &password, scopes)?;
        let shown = serde_json::json!({
            "did": session.did, "handle": session.handle, "node": session.node, "scope": session.scope,
        });
        self.print(&shown, show::signed_in)
    }

    pub(super) fn password(&self, password: &Password, new: bool) -> Result<String, CommandError> {
        let url = self.caller.client().url();
        if url.starts_with("http://")
            && !["http://localhost", "http://127.", "http://[::1]"].iter().any(|own| url.starts_with(own))
        {
            out::note(&format!("{url} is not encrypted: the password can be read on its way"));
        }
        terminal::password("Password: ", password.password_file.as_deref(), password.password.as_deref(), new)
    }

    /// Asks the node, which knows whether the login still holds.
    fn whoami(&mut self) -> Result<(), CommandError> {
        let person = self.caller.send(&api::me())?;
        let session = self.caller.session()?.clone();
        self.print(&person, |person| show::oneself(person, &session.node, &session.scope))
    }

    fn logout(&mut self) -> Result<(), CommandError> {
        self.caller.logout()?;
        self.print(&Value::Null, |_| "signed out".to_owned())
    }

    fn profile(&mut self, command: &ProfileCommand) -> Result<(), CommandError> {
        match command {
            ProfileCommand::Show { did } => {
                let did = self.person(did.as_ref())?;
                self.answer(&api::profile(&did), show::profile)
            }
            ProfileCommand::Listed { answer } => {
                let request = answer.map_or_else(api::listing, |answer| api::put_listing(answer.is_yes()));
                self.answer(&request, show::listing)
            }
            ProfileCommand::Set(args) => {
                let profile = args.over(self.own_profile()?, |names| self.named(names, None))?;
                self.answer(&api::put_profile(profile), |answer| {
                    show::profile(answer.pointer("/view").unwrap_or(answer))
                })
            }
        }
    }

    /// One's profile as it is, to be written anew with changes; an empty one, if there is none.
    pub(super) fn own_profile(&mut self) -> Result<ProfileRequest, CommandError> {
        let did = self.person(None)?;
        let view = self.caller.send(&api::profile(&did))?;
        let Some(profile) = view.get("profile") else { return Ok(ProfileRequest::default()) };
        ProfileRequest::deserialize(profile).map_err(|error| {
            CommandError::Input(format!(
                "your profile says what this program cannot read, and would lose it: {error}"
            ))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::{Cli, Command};
    use clap::Parser as _;
    use serde_json::json;

    #[test]
    fn a_profile_keeps_what_is_not_named() {
        let line = [
            "hanse",
            "profile",
            "set",
            "--headline",
            "New",
            "--language",
            "fr",
            "--remote",
            "no",
            "--rate",
            "time: 3",
        ];
        let Command::People(People::Profile(ProfileCommand::Set(args))) = Cli::parse_from(line).command
        else {
            panic!("another command")
        };
        let before =
            json!({"name": "Ada", "headline": "Old", "languages": ["en", "de"], "skills": ["local:x"]});
        assert_eq!(
            args.over(ProfileRequest::deserialize(&before).unwrap(), |_| panic!("no skill is named"))
                .unwrap(),
            json!({"name": "Ada", "headline": "New", "languages": ["fr"], "skills": ["local:x"], "remote": false,
                "rate": {"kind": "time_credits", "hours": 3}})
        );
    }
}
