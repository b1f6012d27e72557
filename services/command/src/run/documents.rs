//! Signed documents as they are.

use std::path::Path;

use hanse_document::Signed;

use super::{Run, write};
use crate::cli::{DocumentCommand, Documents};
use crate::error::CommandError;
use crate::terminal;
use crate::terminal::table::Card;
use hanse_client::api;
use hanse_client::json::Read as _;

impl Run {
    pub(super) fn documents(&mut self, command: &Documents) -> Result<(), CommandError> {
        let Documents::Document(command) = command;
        match command {
            DocumentCommand::Read { id, output } => {
                write(output.as_deref(), &self.caller.text(&api::document(id))?)
            }
            DocumentCommand::Publish { file, leaf_signature } => {
                self.publish_signed(file, leaf_signature.as_deref())
            }
        }
    }

    fn publish_signed(&mut self, file: &Path, leaf_signature: Option<&str>) -> Result<(), CommandError> {
        let text = terminal::file_or_input(file)?;
        let rejected =
            |rejection: hanse_document::Rejection| CommandError::Input(rejection.sentence().into_owned());
        // An editor ends a file with a line end, which nobody has signed.
        let document =
            Signed::parse(text.trim_end().as_bytes()).and_then(Signed::verify).map_err(rejected)?;
        let taken = self.caller.send(&api::publish(&document, leaf_signature))?;
        self.print(&taken, |taken| {
            let what = if taken.is("/created") { "published" } else { "was here already" };
            Card::default().with("document", taken.text("/id")).with("result", what).render()
        })
    }
}
