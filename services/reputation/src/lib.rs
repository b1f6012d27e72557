#![doc = include_str!("../README.md")]

mod backed;
mod bulk;
mod concentration;
mod entry;
mod epoch;
mod explanation;
mod fixed;
mod flow;
mod graph;
mod ids;
mod node;
mod opinion;
mod parameters;
mod ranking;
pub mod record;
mod roster;
mod score;
mod sentence;
mod standpoint;
mod summary;

pub use backed::Backed;
pub use concentration::{Concentration, Loudness, Sample};
pub use entry::{Entry, EntryError, Label, Size, Verdict};
pub use epoch::Epoch;
pub use explanation::{Change, Explanation, Own, Route, Voice, history, replay};
pub use fixed::Fixed;
pub use graph::{Graph, Head};
pub use ids::{EntryId, Person};
pub use parameters::{ParameterError, Parameters, VERSION};
pub use ranking::{Ranking, rank};
pub use score::{Estimate, Finding, PrivateFinding, Score, ScoreError, Standing};
pub use sentence::{Known, Tongue, change_sentence, finding_words, sentences, summary_sentences};
pub use standpoint::{PrivateAnswer, Standpoint};
pub use summary::{Contract, Ending, ReviewState, Said, Summary};
