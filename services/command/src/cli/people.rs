//! Accounts, logins, profiles.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use hanse_document::code;
use hanse_document::kind::profile::{Headline, PersonName, TravelKm};
use hanse_document::kind::{Pay, Place, Point};

use super::value::{place, point, read, skill, who};
use super::{PeopleCommand, SkillName, SkillsCommand, Who, YesNo};
use crate::pay;

/// Accounts, logins, profiles.
#[derive(Debug, Subcommand)]
pub enum People {
    /// Open an account at a node, which keeps your key for you, and sign in.
    #[command(after_help = "Example:\n  hanse --node https://lyon.example register ada")]
    Register {
        /// 3 to 32 of a-z, 0-9 and inner hyphens.
        handle: String,
        /// Where the password comes from.
        #[command(flatten)]
        password: Password,
    },
    /// Sign in.
    #[command(after_help = "Examples:\n  hanse --node https://lyon.example login ada\n  \
        hanse login ada --password-file secret.txt --scope jobs:write")]
    Login {
        /// Your account's name.
        handle: String,
        /// Where the password comes from.
        #[command(flatten)]
        password: Password,
        /// What this login may do (may be repeated); everything if absent. `hanse node` lists the scopes.
        #[arg(long, value_name = "SCOPE")]
        scope: Vec<String>,
    },
    /// Show who you are here: your account, the node, and what this login may do.
    #[command(after_help = "Example:\n  hanse whoami")]
    Whoami,
    /// End the login, here and at the node.
    #[command(after_help = "Example:\n  hanse logout")]
    Logout,
    /// Write or show a profile.
    #[command(subcommand)]
    Profile(ProfileCommand),
    /// Find people.
    #[command(subcommand)]
    People(PeopleCommand),
    /// List the skills of your profile, find others by name, confirm that you have them.
    #[command(
        after_help = "Examples:\n  hanse skills\n  hanse skills find 'bake bread'\n  hanse skills add local:rust"
    )]
    Skills {
        /// What to do with them; without a subcommand, those of your profile are listed.
        #[command(subcommand)]
        command: Option<SkillsCommand>,
    },
}

/// Profiles.
#[derive(Debug, Subcommand)]
pub enum ProfileCommand {
    /// Write your profile: what you name changes, the rest stays.
    #[command(
        after_help = "Examples:\n  hanse profile set --name 'Ada Martin' --language fr --language en --rate '45 EUR/hour'\n  \
        hanse profile set --file profile.json        replaces the whole profile"
    )]
    Set(Box<ProfileArgs>),
    /// Show somebody's profile.
    #[command(after_help = "Examples:\n  hanse profile show\n  hanse profile show did:key:z6Mk…")]
    Show {
        /// The person, or `me`; you, if absent.
        #[arg(value_parser = who)]
        did: Option<Who>,
    },
    /// Say whether you are found in the directory of your home; without an answer, show it.
    #[command(after_help = "Examples:\n  hanse profile listed\n  hanse profile listed no")]
    Listed {
        /// `no` leaves you out; your profile stays public.
        answer: Option<YesNo>,
    },
}

/// Where a password comes from; asked for, if from nowhere else.
#[derive(Args)]
#[group(id = "current password")]
pub struct Password {
    /// Read the password from this file.
    #[arg(long, value_name = "FILE")]
    pub password_file: Option<PathBuf>,
    /// From the environment, so that it is in no list of processes.
    #[arg(long, env = "HANSE_PASSWORD", hide = true, hide_env_values = true)]
    pub password: Option<String>,
}

impl std::fmt::Debug for Password {
    /// Without the password.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Password").field("password_file", &self.password_file).finish_non_exhaustive()
    }
}

/// A profile; what is absent stays as it was.
#[derive(Debug, Args)]
pub struct ProfileArgs {
    /// A JSON file with the whole profile, as the API takes it; `-` reads standard input.
    #[arg(long, value_name = "FILE", exclusive = true)]
    pub file: Option<PathBuf>,
    /// The name to be called by.
    #[arg(long, value_parser = read::<PersonName>)]
    pub name: Option<PersonName>,
    /// One line.
    #[arg(long, value_parser = read::<Headline>)]
    pub headline: Option<Headline>,
    /// A few paragraphs; `-` reads them from standard input.
    #[arg(long)]
    pub about: Option<String>,
    /// A language that you work in, as in fr or pt-BR (may be repeated).
    #[arg(long, value_name = "TAG", value_parser = read::<code::Language>)]
    pub language: Vec<code::Language>,
    /// A skill in your words, or by its id (may be repeated); what no skill is called becomes a tag of your own.
    #[arg(long, value_name = "SKILL", value_parser = skill)]
    pub skill: Vec<SkillName>,
    /// Where you work from, as in 'Lyon, FR'. A town that GeoNames (CC BY 4.0) has is found by those who look near it.
    #[arg(long, value_parser = place)]
    pub place: Option<Place>,
    /// The point of that place, as in 45.764,4.8357, if it is another than the town's.
    #[arg(long, value_name = "LAT,LON", value_parser = point, requires = "place", allow_hyphen_values = true)]
    pub at: Option<Point>,
    /// What you ask for, as in '45 EUR/hour', 'barter: bread' or 'time'.
    #[arg(long, value_parser = pay::parse)]
    pub rate: Option<Pay>,
    /// Whether you work remotely.
    #[arg(long)]
    pub remote: Option<YesNo>,
    /// How far you travel.
    #[arg(long, value_name = "KM", value_parser = read::<TravelKm>)]
    pub travel_km: Option<TravelKm>,
}
