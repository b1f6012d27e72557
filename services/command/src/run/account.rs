//! One's own account.

use std::fs::{self, OpenOptions};
use std::io;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use serde_json::Value;

use super::Run;
use crate::cli::{Account, BlocksCommand, EmailCommand, NewPassword, SessionsCommand};
use crate::error::CommandError;
use crate::terminal::table::{Card, Table};
use crate::terminal::{self, out};
use hanse_client::api;
use hanse_client::json::Read as _;

/// Width of what a program says of itself.
const AGENT: Option<usize> = Some(32);

impl Run {
    pub(super) fn account(&mut self, command: &Account) -> Result<(), CommandError> {
        match command {
            Account::Password { password, new } => {
                let (password, new) = (self.password(password, false)?, new_password(new)?);
                self.answer(&api::change_password(&password, &new), |_| {
                    "changed: your other logins have ended".to_owned()
                })
            }
            Account::Sessions { command } => self.sessions(command.as_ref()),
            Account::RecoveryCodes(password) => {
                let password = self.password(password, false)?;
                self.answer(&api::recovery_codes(&password), super::show::recovery_codes)
            }
            Account::ResetPassword { handle, letter: true, .. } => {
                self.answer(&api::ask_for_reset(handle), |_| {
                    "if the account has an address, a letter with a code is on its way\n  \
                     next: hanse reset-password HANDLE --code CODE"
                        .to_owned()
                })
            }
            Account::ResetPassword { handle, code, new, .. } => {
                let code = code.clone().map_or_else(|| terminal::answer("Code: "), Ok)?;
                let request = api::reset_password(handle, code.trim(), &new_password(new)?);
                self.answer(&request, |_| {
                    format!("changed: every login has ended\n  next: hanse login {handle}")
                })
            }
            Account::Handle { handle } => {
                let session = self.caller.session()?.clone();
                self.answer(&api::rename(handle), |person| {
                    super::show::oneself(person, &session.node, &session.scope)
                })
            }
            Account::Email { command } => self.email(command.as_ref()),
            Account::Blocks { command: None } => self.answer(&api::blocks(), blocks),
            Account::Blocks { command: Some(BlocksCommand::Add { did }) } => {
                self.answer(&api::block(did), |_| "blocked".to_owned())
            }
            Account::Blocks { command: Some(BlocksCommand::Remove { did }) } => {
                self.answer(&api::unblock(did), |_| "unblocked".to_owned())
            }
            Account::Export { file } => self.export(file),
        }
    }

    fn sessions(&mut self, command: Option<&SessionsCommand>) -> Result<(), CommandError> {
        match command {
            None => self.answer(&api::logins(), logins),
            Some(SessionsCommand::End { id: Some(id), .. }) => {
                self.answer(&api::end_login(id), |_| "ended".to_owned())
            }
            Some(SessionsCommand::End { id: None, .. }) => {
                self.answer(&api::end_other_logins(), |_| "ended: this login is the only one".to_owned())
            }
        }
    }

    fn email(&mut self, command: Option<&EmailCommand>) -> Result<(), CommandError> {
        let shown = |email: &Value| {
            Card::default()
                .with("address", email.text("/address"))
                .with("yours since", email.text("/verified_at"))
                .render()
        };
        match command {
            None => self.answer(&api::email(), shown),
            Some(EmailCommand::Set { address, password }) => {
                let password = self.password(password, false)?;
                self.answer(&api::put_email(Some(address), &password), |_| {
                    "a letter with a code is on its way\n  next: hanse email verify CODE".to_owned()
                })
            }
            Some(EmailCommand::Verify { code }) => self.answer(&api::verify_email(code), shown),
            Some(EmailCommand::Remove(password)) => {
                let password = self.password(password, false)?;
                self.answer(&api::put_email(None, &password), |_| "forgotten".to_owned())
            }
        }
    }

    /// Writes the archive as it comes, readable by its owner only; it has its name once it is whole.
    fn export(&mut self, file: &Path) -> Result<(), CommandError> {
        let mut stream = self.caller.open(&api::export())?;
        let mut part = file.as_os_str().to_owned();
        part.push(".part");
        let part = Path::new(&part);
        let mut write = || -> io::Result<u64> {
            let mut to = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(part)?;
            let bytes = io::copy(&mut stream, &mut to)?;
            to.sync_all()?;
            fs::rename(part, file)?;
            Ok(bytes)
        };
        let bytes = write().map_err(CommandError::file(file))?;
        out::note(&format!("{} written, {bytes} bytes", file.display()));
        Ok(())
    }
}

fn new_password(new: &NewPassword) -> Result<String, CommandError> {
    let NewPassword { new_password_file: file, new_password: given } = new;
    terminal::password("New password: ", file.as_deref(), given.as_deref(), true)
}

fn logins(page: &Value) -> String {
    let columns =
        [("", None), ("SINCE", None), ("RENEWED", None), ("ENDS", None), ("PROGRAM", AGENT), ("ID", None)];
    let mut table = Table::new(&columns);
    for login in page.list("/items") {
        table.row([
            if login.is("/current") { "*" } else { "" }.to_owned(),
            login.text("/created_at").to_owned(),
            login.text("/refreshed_at").to_owned(),
            login.text("/expires_at").to_owned(),
            login.text("/agent").to_owned(),
            login.text("/id").to_owned(),
        ]);
    }
    table.render("You have no logins.")
}

fn blocks(page: &Value) -> String {
    let mut table = Table::new(&[("PERSON", None), ("SINCE", None)]);
    for block in page.list("/items") {
        table.row([block.text("/did").to_owned(), block.text("/at").to_owned()]);
    }
    table.render("You have blocked nobody.")
}
