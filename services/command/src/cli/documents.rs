//! Signed documents as they are.

use std::path::PathBuf;

use clap::Subcommand;

/// Signed documents as they are.
#[derive(Debug, Subcommand)]
pub enum Documents {
    /// Read a signed document byte for byte, or publish one that you have signed with your own key.
    #[command(subcommand)]
    Document(DocumentCommand),
}

/// What is done with a document.
#[derive(Debug, Subcommand)]
pub enum DocumentCommand {
    /// Write the bytes that were signed. Public documents are for everybody, those of a bid or a contract for its sides.
    #[command(
        after_help = "Examples:\n  hanse document read job_…\n  hanse document read offer_… -o offer.json"
    )]
    Read {
        /// The document's id.
        id: String,
        /// Where to write it; else standard output.
        #[arg(short, long, value_name = "FILE")]
        output: Option<PathBuf>,
    },
    /// Publish what you have signed yourself; the signature is the credential, and no login is needed. What is wrong with it is found
    /// before anything is sent.
    #[command(after_help = "Examples:\n  hanse document publish job.json\n  \
        hanse document publish identity.json --leaf-signature 0a3f…")]
    Publish {
        /// Its canonical bytes, as they were signed; `-` reads standard input.
        file: PathBuf,
        /// With an identity: the signature over its leaf, 128 hex digits.
        #[arg(long, value_name = "HEX")]
        leaf_signature: Option<String>,
    },
}
