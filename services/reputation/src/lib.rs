#![doc = include_str!("../README.md")]

mod backed;
mod concentration;
mod entry;
mod epoch;
mod fixed;
mod graph;
mod ids;
mod parameters;
pub mod record;
mod score;
mod sentence;
mod summary;

pub use backed::Backed;
pub use concentration::{Concentration, Loudness, Sample};
pub use entry::{Entry, EntryError, Label, Size, Verdict};
pub use epoch::Epoch;
pub use fixed::Fixed;
pub use graph::{Graph, Head};
pub use hanse_ledger::SubjectKey;
pub use ids::{EntryId, lot};
pub use parameters::{ParameterError, Parameters, VERSION};
pub use score::explanation::{Change, Explanation, Own, Route, Voice, history, replay};
pub use score::ranking::{Ranking, rank};
pub use score::standpoint::{PrivateAnswer, Standpoint};
pub use score::{Estimate, Finding, PrivateFinding, Score, ScoreError, Standing};
pub use sentence::{Known, SentenceLanguage, change_sentence, finding_words, sentences, summary_sentences};
pub use summary::{Contract, Ending, ReviewState, Said, Summary};
