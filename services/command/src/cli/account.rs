//! One's own account.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::Password;

/// One's own account.
#[derive(Debug, Subcommand)]
pub enum Account {
    /// Change your password; all your other logins end.
    #[command(
        after_help = "Examples:\n  hanse password\n  hanse password --password-file old.txt --new-password-file new.txt"
    )]
    Password {
        /// Where the current password comes from.
        #[command(flatten)]
        password: Password,
        /// Where the new one comes from.
        #[command(flatten)]
        new: NewPassword,
    },
    /// List your logins, or end others.
    #[command(
        after_help = "Examples:\n  hanse sessions\n  hanse sessions end 01a22a5c-…\n  hanse sessions end --others"
    )]
    Sessions {
        /// What to do with them; without a subcommand, they are listed.
        #[command(subcommand)]
        command: Option<SessionsCommand>,
    },
    /// Make eight new recovery codes; all before them are void. Each sets a new password, once.
    #[command(after_help = "Example:\n  hanse recovery-codes")]
    RecoveryCodes(Password),
    /// Set a new password with a code: one of your recovery codes, one from a letter, or one from the operator.
    #[command(after_help = "Examples:\n  hanse reset-password ada --code 9x4k-c2mn-70vh-qd3w\n  \
        hanse reset-password ada --letter            have a code sent to your address")]
    ResetPassword {
        /// Your account's name.
        handle: String,
        /// The code; asked for, if absent.
        #[arg(long, conflicts_with = "letter")]
        code: Option<String>,
        /// Have a code sent to the address of the account, and do no more.
        #[arg(long)]
        letter: bool,
        /// Where the new password comes from.
        #[command(flatten)]
        new: NewPassword,
    },
    /// Take another handle; the one before stays yours for 90 days.
    #[command(after_help = "Example:\n  hanse handle ada-l")]
    Handle {
        /// 3 to 32 of a-z, 0-9 and inner hyphens.
        handle: String,
    },
    /// Show, set, confirm or remove your private e-mail address.
    #[command(
        after_help = "Examples:\n  hanse email\n  hanse email set ada@mail.example\n  hanse email verify 9x4k-c2mn-70vh-qd3w"
    )]
    Email {
        /// What to do with it; without a subcommand, it is shown.
        #[command(subcommand)]
        command: Option<EmailCommand>,
    },
    /// List whom you have blocked, block or unblock somebody.
    #[command(
        after_help = "Examples:\n  hanse blocks\n  hanse blocks add did:key:z6Mk…\n  hanse blocks remove did:key:z6Mk…"
    )]
    Blocks {
        /// What to do with them; without a subcommand, they are listed.
        #[command(subcommand)]
        command: Option<BlocksCommand>,
    },
    /// Fetch everything that the node keeps of you, as one ZIP archive.
    #[command(after_help = "Example:\n  hanse export me.zip")]
    Export {
        /// Where to write it.
        file: PathBuf,
    },
}

/// Where a new password comes from; asked for twice, if from nowhere else.
#[derive(Args)]
pub struct NewPassword {
    /// Read the new password from this file.
    #[arg(long, value_name = "FILE")]
    pub new_password_file: Option<PathBuf>,
    /// From the environment, so that it is in no list of processes.
    #[arg(long, env = "HANSE_NEW_PASSWORD", hide = true, hide_env_values = true)]
    pub new_password: Option<String>,
}

impl std::fmt::Debug for NewPassword {
    /// Without the password.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("NewPassword")
            .field("new_password_file", &self.new_password_file)
            .finish_non_exhaustive()
    }
}

/// What is done with logins.
#[derive(Debug, Subcommand)]
pub enum SessionsCommand {
    /// End a login, or all but this one.
    #[command(after_help = "Examples:\n  hanse sessions end 01a22a5c-…\n  hanse sessions end --others")]
    End {
        /// Its id.
        #[arg(required_unless_present = "others", conflicts_with = "others")]
        id: Option<String>,
        /// End all of them but the one that this program uses.
        #[arg(long)]
        others: bool,
    },
}

/// What is done with an address.
#[derive(Debug, Subcommand)]
pub enum EmailCommand {
    /// Have a code sent to an address.
    #[command(after_help = "Example:\n  hanse email set ada@mail.example")]
    Set {
        /// The address.
        address: String,
        /// Where the password comes from.
        #[command(flatten)]
        password: Password,
    },
    /// Give the code that was sent: from now on the address is yours.
    #[command(after_help = "Example:\n  hanse email verify 9x4k-c2mn-70vh-qd3w")]
    Verify {
        /// The code.
        code: String,
    },
    /// Have the address forgotten.
    #[command(after_help = "Example:\n  hanse email remove")]
    Remove(Password),
}

/// What is done with blocks.
#[derive(Debug, Subcommand)]
pub enum BlocksCommand {
    /// Block somebody: they cannot bid on your jobs any more, and are not told why.
    #[command(after_help = "Example:\n  hanse blocks add did:key:z6Mk…")]
    Add {
        /// The person.
        did: String,
    },
    /// Unblock somebody.
    #[command(after_help = "Example:\n  hanse blocks remove did:key:z6Mk…")]
    Remove {
        /// The person.
        did: String,
    },
}
