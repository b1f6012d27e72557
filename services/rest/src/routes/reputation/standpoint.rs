//! From whose place a score is seen: what its routes take.

use hanse_api::words;
use hanse_document::Did;
use hanse_reputation::SentenceLanguage;
use hanse_trust::ScoreQuestion;
use serde::Deserialize;
use utoipa::IntoParams;

use crate::respond;
use hanse_http::problem::Problem;

/// From whose place one looks, and in which language it is told.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct Standpoint {
    /// `did:key:z6Mk…`: adopt this person's standpoint, "see as they see". Without it you look from your own, and are signed in.
    #[param(value_type = Option<Did>, inline)]
    #[serde(default)]
    viewer: Option<String>,
    /// The language of the sentences.
    #[serde(default)]
    #[param(inline)]
    language: words::SentenceLanguage,
}

impl Standpoint {
    /// The question that is asked about `subject`, for whoever is signed in.
    pub(crate) fn question(&self, reader: Option<Did>, subject: &str) -> Result<ScoreQuestion, Problem> {
        let seen_from = match (&self.viewer, &reader) {
            (Some(viewer), _) => respond::did(viewer)?,
            (None, Some(reader)) => reader.clone(),
            (None, None) => return Err(Problem::viewer_missing()),
        };
        let language = match self.language {
            words::SentenceLanguage::En => SentenceLanguage::English,
            words::SentenceLanguage::Fr => SentenceLanguage::French,
        };
        Ok(ScoreQuestion { reader, seen_from, subject: respond::did(subject)?, language })
    }
}
