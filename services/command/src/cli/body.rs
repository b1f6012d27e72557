//! The longer argument lists as what the API takes. A file is sent as it is, and the node says what is wrong with it.

use std::path::Path;

use hanse_api::requests::{
    BidRequest, InvitationRequest, JobRequest, OfferRequest, ProfileRequest, ReviewRequest,
};
use hanse_document::kind::bid::{Answer, Answers, QuestionNumber};
use hanse_document::kind::job::{QUESTIONS_MAX, Seats};
use hanse_document::kind::{Place, Point, Schedule, job, profile};
use hanse_document::{List, Skill};
use hanse_search::places::{self, Unplaced};
use serde_json::Value;

use super::value::{list, words};
use super::{
    AmendArgs, BidArgs, BidFacts, InviteArgs, JobArgs, JobFacts, OfferArgs, ProfileArgs, ReviewArgs,
    ReviseArgs, SkillName, TermsArgs, YesNo,
};
use crate::error::CommandError;
use crate::terminal;
use crate::terminal::out::note;
use hanse_client::request::body;

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
            place: located(self.place.as_ref(), self.at).or(before.place),
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

/// Finds the skills that are named, or that a posting without any speaks of.
type Needed<'a> = &'a mut dyn FnMut(&[SkillName], &JobRequest) -> Result<Vec<Skill>, CommandError>;

impl JobFacts {
    /// A posting with what is named put in the place of what it said before.
    fn over(&self, before: JobRequest) -> Result<JobRequest, CommandError> {
        let old = before.schedule.unwrap_or(Schedule { start: None, end: None });
        let schedule = Schedule { start: self.start.or(old.start), end: self.end.or(old.end) };
        Ok(JobRequest {
            seats: self.seats.unwrap_or(before.seats),
            hours_per_week: self.hours_per_week.or(before.hours_per_week),
            language: self.language.clone().or(before.language),
            languages: anew("--speaks", &self.speaks, before.languages)?,
            pay: self.pay.clone().or(before.pay),
            place: if self.remote {
                Some(Place::Remote)
            } else {
                located(self.place.as_ref(), self.at).or(before.place)
            },
            questions: anew("--question", &self.question, before.questions)?,
            schedule: (schedule.start.is_some() || schedule.end.is_some()).then_some(schedule),
            ..before
        })
    }

    /// The skills that are named. As many as are named are looked up: their number is looked at first.
    fn names(&self) -> Result<List<SkillName, { job::ITEMS_MAX }>, CommandError> {
        list("--skill", &self.skill)
    }
}

impl JobArgs {
    /// The posting to send; `needed` finds the skills that are named, or that the posting without any speaks of.
    ///
    /// # Errors
    /// [`CommandError`] for a list, a file or standard input that cannot be used, and those of `needed`.
    pub fn request(&self, needed: Needed<'_>) -> Result<Value, CommandError> {
        if let Some(file) = &self.file {
            return json_file(file);
        }
        let (Some(title), Some(text)) = (&self.title, &self.text) else {
            return Err(CommandError::Input("name --title and --text, or a --file".to_owned()));
        };
        let names = self.facts.names()?;
        let mut job = self.facts.over(JobRequest {
            title: title.clone(),
            text: words("--text", text)?,
            seats: Seats::of::<1>(),
            days: self.days,
            hours_per_week: None,
            language: None,
            languages: job::Languages::default(),
            pay: None,
            place: None,
            predecessor: self.repeats,
            questions: job::Questions::default(),
            schedule: None,
            skills: job::Skills::default(),
        })?;
        job.skills = list("--skill", &needed(&names, &job)?)?;
        Ok(body(&job))
    }
}

impl AmendArgs {
    /// The posting to send, over what it was before; `needed` finds the skills that are named.
    ///
    /// # Errors
    /// [`CommandError`] for a list, a file or standard input that cannot be used, and those of `needed`.
    pub fn over(&self, before: JobRequest, needed: Needed<'_>) -> Result<Value, CommandError> {
        if let Some(file) = &self.file {
            return json_file(file);
        }
        let names = self.facts.names()?;
        let text = self.text.as_deref().map(|text| words("--text", text)).transpose()?;
        let mut job = self.facts.over(JobRequest {
            title: self.title.clone().unwrap_or(before.title),
            text: text.unwrap_or(before.text),
            days: self.days.unwrap_or(before.days),
            ..before
        })?;
        if !names.is_empty() {
            job.skills = list("--skill", &needed(&names, &job)?)?;
        }
        Ok(body(&job))
    }
}

/// A place with its point: the one that is said, or that of the town, which is told. Without a point nobody finds it near anything.
fn located(place: Option<&Place>, at: Option<Point>) -> Option<Place> {
    let Some(Place::Site(site)) = place else { return place.cloned() };
    let mut site = site.clone();
    site.point = at.or_else(|| {
        let name = format!("{}, {}", site.name, site.country);
        match places::find(&name) {
            Ok(town) => {
                note(&format!(
                    "The place is {town}, by {}; --at LAT,LON says another point.",
                    places::CREDIT
                ));
                Point::new(town.latitude_e4, town.longitude_e4).ok()
            }
            Err(Unplaced::Unknown) => {
                note(&format!(
                    "No town is known as {name}: say --at LAT,LON, or nobody finds it near anything."
                ));
                None
            }
            Err(Unplaced::Several(towns)) => {
                let towns: Vec<String> = towns.iter().map(ToString::to_string).collect();
                note(&format!(
                    "{name} may be {}: say --at LAT,LON, or nobody finds it near anything.",
                    towns.join("; ")
                ));
                None
            }
        }
    });
    Some(Place::Site(site))
}

impl InviteArgs {
    /// The invitation to send.
    ///
    /// # Errors
    /// [`CommandError`] for standard input that cannot be used.
    pub fn request(&self) -> Result<InvitationRequest, CommandError> {
        let note = self.note.as_deref().map(|note| words("--note", note)).transpose()?;
        Ok(InvitationRequest { freelancer: self.whom.clone(), note })
    }
}

impl BidFacts {
    /// A bid with what is named put in the place of what it said before.
    fn over(&self, before: BidRequest) -> BidRequest {
        BidRequest {
            agent: self.agent || before.agent,
            days: self.days.or(before.days),
            language: self.language.clone().or(before.language),
            pay: self.pay.clone().or(before.pay),
            ..before
        }
    }
}

impl BidArgs {
    /// The job, and the bid to send without what the job asks.
    ///
    /// # Errors
    /// [`CommandError`] for standard input that cannot be used.
    pub fn request(&self) -> Result<(&str, BidRequest), CommandError> {
        let (Some(job), Some(text)) = (&self.job, &self.text) else {
            return Err(CommandError::Input("name a job and --text, or what to do with a bid".to_owned()));
        };
        let text = words("--text", text)?;
        let bid = BidRequest {
            agent: false,
            answers: Answers::default(),
            text,
            days: None,
            language: None,
            pay: None,
        };
        Ok((job, self.facts.over(bid)))
    }
}

impl ReviseArgs {
    /// The bid to send, over what it was before.
    ///
    /// # Errors
    /// [`CommandError`] for standard input that cannot be used.
    pub fn over(&self, before: BidRequest) -> Result<BidRequest, CommandError> {
        let text = self.text.as_deref().map(|text| words("--text", text)).transpose()?;
        Ok(self.facts.over(BidRequest { text: text.unwrap_or_else(|| before.text.clone()), ..before }))
    }
}

/// Answers to the questions of a job, in their order.
///
/// # Errors
/// [`CommandError`] for one that does not fit, or more than there can be questions.
pub(crate) fn answers(texts: &[String]) -> Result<Answers, CommandError> {
    let numbered = |(number, text): (u32, &String)| {
        let question = QuestionNumber::new(number).map_err(|_| too_many())?;
        Ok(Answer { question, text: words("--answer", text)? })
    };
    let answers: Vec<Answer> = (1..).zip(texts).map(numbered).collect::<Result<_, CommandError>>()?;
    List::new(answers).map_err(|_| too_many())
}

fn too_many() -> CommandError {
    CommandError::Input(format!(
        "invalid values for '--answer': a job asks at most {QUESTIONS_MAX} questions"
    ))
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
            milestones: list("--milestone", &self.milestone)?,
            pay: self.pay.clone(),
            arbiters: list("--arbiter", &self.arbiter)?,
            arbiters_may_share_home: self.arbiter_may_share_home,
        }))
    }
}

impl TermsArgs {
    /// The terms to send, over those that hold.
    ///
    /// # Errors
    /// [`CommandError`] for standard input that cannot be used.
    pub fn over(&self, before: OfferRequest) -> Result<Value, CommandError> {
        let scope = self.scope.as_deref().map(|scope| words("--scope", scope)).transpose()?;
        Ok(body(&OfferRequest {
            scope: scope.unwrap_or(before.scope),
            due: self.due.unwrap_or(before.due),
            language: self.language.clone().or(before.language),
            milestones: anew("--milestone", &self.milestone, before.milestones)?,
            pay: self.pay.clone().or(before.pay),
            arbiters: before.arbiters,
            arbiters_may_share_home: false,
        }))
    }
}

/// The values of an argument that may be repeated; what was there before, if none is named.
fn anew<T: Clone + PartialEq, const MAX: usize>(
    argument: &str,
    values: &[T],
    before: List<T, MAX>,
) -> Result<List<T, MAX>, CommandError> {
    if values.is_empty() { Ok(before) } else { list(argument, values) }
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

#[cfg(test)]
mod tests {
    use hanse_document::kind::Site;

    use super::*;

    #[test]
    fn a_town_gives_its_point_to_what_is_there() {
        let point = |name: &str, country: &str, at: Option<Point>| {
            let (name, country) = (name.parse().unwrap(), country.parse().unwrap());
            match located(Some(&Place::Site(Site { name, country, point: None })), at) {
                Some(Place::Site(site)) => site.point.map(|it| (it.latitude_e4(), it.longitude_e4())),
                other => panic!("{other:?}"),
            }
        };
        assert_eq!(point("Lyon", "FR", None), Some((457_490, 48_480)));
        assert_eq!(point("Lyon", "FR", Point::new(457_000, 48_000).ok()), Some((457_000, 48_000)));
        assert_eq!(point("Springfield", "US", None), None, "one of many would be a wrong one");
        assert_eq!(point("Our barn", "FR", None), None);
        assert_eq!(point("Our barn", "FR", Point::new(1, 2).ok()), Some((1, 2)));
        assert_eq!(located(Some(&Place::Remote), None), Some(Place::Remote));
        assert_eq!(located(None, None), None);
    }
}
