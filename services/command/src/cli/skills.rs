//! Skills: found by their names, confirmed by their ids.

use clap::Subcommand;
use hanse_document::Skill;

use super::Language;
use super::value::read;

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
    #[command(after_help = "Example:\n  hanse skills add local:rust local:sql")]
    Add {
        /// Their ids, as `find` shows them.
        #[arg(required = true, value_name = "ID", value_parser = read::<Skill>)]
        ids: Vec<Skill>,
    },
    /// Take skills out of your profile.
    #[command(after_help = "Example:\n  hanse skills remove local:sql")]
    Remove {
        /// Their ids.
        #[arg(required = true, value_name = "ID", value_parser = read::<Skill>)]
        ids: Vec<Skill>,
    },
}
