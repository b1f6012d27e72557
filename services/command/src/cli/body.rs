//! The longer argument lists as what the API takes. A file is sent as it is, and the node says what is wrong with it.

use std::path::Path;

use hanse_api::requests::{BidRequest, JobRequest, OfferRequest, ProfileRequest, ReviewRequest};
use hanse_document::kind::bid::Answers;
use hanse_document::kind::terms::Milestones;
use hanse_document::kind::{Place, Schedule, job, profile};
use hanse_document::{List, Skill};
use serde_json::Value;

use super::value::{list, words};
use super::{BidArgs, JobArgs, OfferArgs, ProfileArgs, ReviewArgs, SkillName, YesNo};
use crate::error::CommandError;
use crate::rest::request::body;
use crate::terminal;

impl ProfileArgs {
    /// The profile to send, over what it was before; `named` finds the skills that are named.
    ///
    /// # Errors
    /// [`CommandError`] for a list, a file or standard input that cannot be used, and those of `named`.
    pub fn over(
        &self,
        before: ProfileRequest,
        named: impl FnOnce(&[SkillName]) -> Result<Vec<Skill>, CommandError>,
    ) -> Result<Value, CommandError> {
        if let Some(file) = &self.file {
            return json_file(file);
        }
        let about = self.about.as_deref().map(|text| words("--about", text)).transpose()?;
        let mut profile = ProfileRequest {
            about: about.or(before.about),
            headline: self.headline.clone().or(before.headline),
            name: self.name.clone().or(before.name),
            place: self.place.clone().or(before.place),
            rate: self.rate.clone().or(before.rate),
            remote: self.remote.map(YesNo::is_yes).or(before.remote),
            travel_km: self.travel_km.or(before.travel_km),
            ..before
        };
        if !self.language.is_empty() {
            profile.languages = list("--language", &self.language)?;
        }
        if !self.skill.is_empty() {
            // As many as are named are looked up: their number is looked at first.
            let names: List<SkillName, { profile::ITEMS_MAX }> = list("--skill", &self.skill)?;
            profile.skills = list("--skill", &named(&names)?)?;
        }
        Ok(body(&profile))
    }
}

impl JobArgs {
    /// The posting to send; `needed` finds the skills that are named, or that the posting without any speaks of.
    ///
    /// # Errors
    /// [`CommandError`] for a list, a file or standard input that cannot be used, and those of `needed`.
    pub fn request(
        &self,
        needed: impl FnOnce(&[SkillName], &JobRequest) -> Result<Vec<Skill>, CommandError>,
    ) -> Result<Value, CommandError> {
        if let Some(file) = &self.file {
            return json_file(file);
        }
        let (Some(title), Some(text)) = (&self.title, &self.text) else {
            return Err(CommandError::Input("name --title and --text, or a --file".to_owned()));
        };
        // As many as are named are looked up: their number is looked at first.
        let names: List<SkillName, { job::ITEMS_MAX }> = list("--skill", &self.skill)?;
        let schedule = Schedule { start: self.start, end: self.end };
        let mut job = JobRequest {
            title: title.clone(),
            text: words("--text", text)?,
            seats: self.seats,
            days: self.days,
            hours_per_week: self.hours_per_week,
            language: self.language.clone(),
            languages: list("--speaks", &self.speaks)?,
            pay: self.pay.clone(),
            place: if self.remote { Some(Place::Remote) } else { self.place.clone() },
            predecessor: None,
            questions: job::Questions::default(),
            schedule: (schedule.start.is_some() || schedule.end.is_some()).then_some(schedule),
            skills: job::Skills::default(),
        };
        job.skills = list("--skill", &needed(&names, &job)?)?;
        Ok(body(&job))
    }
}

impl BidArgs {
    /// The bid to send.
    ///
    /// # Errors
    /// [`CommandError`] for standard input that cannot be used.
    pub fn request(&self) -> Result<Value, CommandError> {
        Ok(body(&BidRequest {
            agent: false,
            answers: Answers::default(),
            text: words("--text", &self.text)?,
            days: self.days,
            language: self.language.clone(),
            pay: self.pay.clone(),
        }))
    }
}

impl OfferArgs {
    /// The offer to send.
    ///
    /// # Errors
    /// [`CommandError`] for standard input that cannot be used.
    pub fn request(&self) -> Result<Value, CommandError> {
        Ok(body(&OfferRequest {
            scope: words("--scope", &self.scope)?,
            due: self.due,
            language: self.language.clone(),
            milestones: Milestones::default(),
            pay: self.pay.clone(),
        }))
    }
}

impl ReviewArgs {
    /// The review to send.
    ///
    /// # Errors
    /// [`CommandError`] for a file or standard input that cannot be used.
    pub fn request(&self) -> Result<Value, CommandError> {
        if let Some(file) = &self.file {
            return json_file(file);
        }
        let Some(rating) = self.rating else {
            return Err(CommandError::Input("name a --rating, or a --file".to_owned()));
        };
        Ok(body(&ReviewRequest {
            rating,
            axes: self.axis.iter().copied().collect(),
            on_time: self.on_time.map(YesNo::is_yes),
            text: self.text.as_deref().map(|text| words("--text", text)).transpose()?,
            language: self.language.clone(),
        }))
    }
}

fn json_file(path: &Path) -> Result<Value, CommandError> {
    let text = terminal::file_or_input(path)?;
    serde_json::from_str(&text)
        .map_err(|error| CommandError::Input(format!("{}: not JSON: {error}", path.display())))
}
