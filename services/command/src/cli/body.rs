//! The longer argument lists as the bodies that the API takes.

use serde_json::{Map, Value, json};

use super::{BidArgs, JobArgs, OfferArgs, ProfileArgs, ReviewArgs, YesNo};
use crate::error::CommandError;
use crate::terminal;

impl ProfileArgs {
    /// The profile to send, over what it was before.
    ///
    /// # Errors
    /// [`CommandError`] for a file that cannot be used.
    pub fn over(&self, before: &Value) -> Result<Value, CommandError> {
        if let Some(file) = &self.file {
            return json_file(file);
        }
        let mut profile = before.as_object().cloned().unwrap_or_default();
        let lists = [("languages", &self.language), ("skills", &self.skill)];
        profile.extend(
            lists
                .into_iter()
                .filter(|(_, list)| !list.is_empty())
                .map(|(name, list)| (name.to_owned(), json!(list))),
        );
        let about = self.about.as_deref().map(terminal::text_or_input).transpose()?;
        state(&mut profile, "name", self.name.clone());
        state(&mut profile, "headline", self.headline.clone());
        state(&mut profile, "about", about);
        state(&mut profile, "place", self.place.clone());
        state(&mut profile, "rate", self.rate.clone());
        state(&mut profile, "remote", self.remote.map(YesNo::is_yes));
        state(&mut profile, "travel_km", self.travel_km);
        Ok(Value::Object(profile))
    }
}

impl JobArgs {
    /// The posting to send.
    ///
    /// # Errors
    /// [`CommandError`] for a file or standard input that cannot be used.
    pub fn request(&self) -> Result<Value, CommandError> {
        if let Some(file) = &self.file {
            return json_file(file);
        }
        let text = self.text.as_deref().map(terminal::text_or_input).transpose()?;
        let mut job = Map::new();
        state(&mut job, "title", self.title.clone());
        state(&mut job, "text", text);
        state(&mut job, "language", self.language.clone());
        state(&mut job, "languages", Some(self.speaks.clone()));
        state(&mut job, "skills", Some(self.skill.clone()));
        state(&mut job, "pay", self.pay.clone());
        state(
            &mut job,
            "place",
            if self.remote { Some(json!({"kind": "remote"})) } else { self.place.clone() },
        );
        state(&mut job, "hours_per_week", self.hours_per_week);
        state(&mut job, "seats", self.seats);
        state(&mut job, "days", self.days);
        let mut schedule = Map::new();
        state(&mut schedule, "start", self.start.clone());
        state(&mut schedule, "end", self.end.clone());
        state(&mut job, "schedule", (!schedule.is_empty()).then_some(schedule));
        Ok(Value::Object(job))
    }
}

impl BidArgs {
    /// The bid to send.
    ///
    /// # Errors
    /// [`CommandError`] for standard input that cannot be used.
    pub fn request(&self) -> Result<Value, CommandError> {
        let mut bid = Map::new();
        state(&mut bid, "text", Some(terminal::text_or_input(&self.text)?));
        state(&mut bid, "days", self.days);
        state(&mut bid, "pay", self.pay.clone());
        state(&mut bid, "language", self.language.clone());
        Ok(Value::Object(bid))
    }
}

impl OfferArgs {
    /// The offer to send.
    ///
    /// # Errors
    /// [`CommandError`] for standard input that cannot be used.
    pub fn request(&self) -> Result<Value, CommandError> {
        let mut offer = Map::new();
        state(&mut offer, "scope", Some(terminal::text_or_input(&self.scope)?));
        state(&mut offer, "due", Some(self.due.clone()));
        state(&mut offer, "pay", self.pay.clone());
        state(&mut offer, "language", self.language.clone());
        Ok(Value::Object(offer))
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
        let text = self.text.as_deref().map(terminal::text_or_input).transpose()?;
        let axes: Map<String, Value> =
            self.axis.iter().map(|(name, rating)| (name.clone(), (*rating).into())).collect();
        let mut review = Map::new();
        state(&mut review, "rating", self.rating);
        state(&mut review, "axes", Some(axes));
        state(&mut review, "on_time", self.on_time.map(YesNo::is_yes));
        state(&mut review, "text", text);
        state(&mut review, "language", self.language.clone());
        Ok(Value::Object(review))
    }
}

/// Sets a field that is stated.
fn state(fields: &mut Map<String, Value>, name: &str, value: Option<impl Into<Value>>) {
    if let Some(value) = value {
        fields.insert(name.to_owned(), value.into());
    }
}

fn json_file(path: &std::path::Path) -> Result<Value, CommandError> {
    let text = terminal::file_or_input(path)?;
    serde_json::from_str(&text)
        .map_err(|error| CommandError::Input(format!("{}: not JSON: {error}", path.display())))
}
