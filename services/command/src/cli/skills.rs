//! Skills: found by their names, confirmed by their ids.

use clap::Subcommand;
use hanse_document::{Line, Skill};

use super::Language;
use super::value::{read, skill};

/// What a node takes as a phrase.
const PHRASE_CHARS_MAX: usize = 200;

/// A skill as somebody names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SkillName {
    /// By its id, which is taken as it is.
    Id(Skill),
    /// In words, which a node is asked about.
    Words(Line<1, PHRASE_CHARS_MAX>),
}

/// What is done with skills. Nothing is decided for anybody: a skill is in a profile because the person has put it there.
#[derive(Debug, Subcommand)]
pub enum SkillsCommand {
    /// Find the skills that a phrase may mean, best first.
    #[command(
        after_help = "Examples:\n  hanse skills find 'faire du pain' --language fr\n  hanse skills find rust"
    )]
    Find {
        /// The phrase.
        text: String,
        /// Its language; any, if absent.
        #[arg(long, value_enum)]
        language: Option<Language>,
        /// How many to show.
        #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..=50))]
        limit: u32,
    },
    /// Show a skill: its names, and what else meets a need for it.
    #[command(after_help = "Example:\n  hanse skills show local:rust")]
    Show {
        /// Its id, as `find` shows it.
        id: String,
    },
    /// Confirm that you have skills: your profile then names them.
    #[command(after_help = "Examples:\n  hanse skills add local:rust local:sql\n  \
        hanse skills add 'bake bread' Airflow        what no skill is called becomes a tag of your own")]
    Add {
        /// Each in your words, or by its id as `find` shows it.
        #[arg(required = true, value_name = "SKILL", value_parser = skill)]
        skills: Vec<SkillName>,
    },
    /// Take skills out of your profile.
    #[command(after_help = "Example:\n  hanse skills remove local:sql")]
    Remove {
        /// Their ids.
        #[arg(required = true, value_name = "ID", value_parser = read::<Skill>)]
        ids: Vec<Skill>,
    },
}
