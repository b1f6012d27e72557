//! What somebody is told whose request does not fit: which field, what it takes, and what came.
//!
//! The words come from the schema of the request's type, the same that the API's description shows; so a bound, a word or a field that
//! is added there is told here. Nothing is refused by this: serde and the types of the documents have refused already, and this looks
//! for the place and the words.

use hanse_document::Date;
use hanse_document::rejection::Forbidden;
use regex_lite::Regex;
use serde_json::{Map, Value};

use shape::{Shape, kinds, text_of};
use way::{Step, name};

pub(crate) mod numbers;
pub(crate) mod shape;
#[cfg(test)]
mod tests;
pub(crate) mod way;

/// The most characters of a value that are shown again.
const SHOWN_CHARS: usize = 40;

/// What is told of one field.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Told {
    /// Where it stands, as in `pay.currency` or `skills[3]`.
    pub field: String,
    /// What it takes and what came, to be read after the field's name.
    pub what: String,
}

/// Looks for what does not fit in a value, first where the way ends.
pub(crate) fn tell(shape: &Shape, value: &Value, way: &[Step]) -> Option<Told> {
    let (mut schema, mut here, mut walked) = (shape.root(), value, Vec::new());
    for step in way {
        let next = match step {
            Step::Field(field) => shape.property(schema, here, field).zip(here.get(field)),
            Step::Item(at) => shape.items(schema).zip(here.get(at)),
        };
        let Some(next) = next else { break };
        (schema, here) = next;
        walked.push(step.clone());
    }
    Walk { shape, way: walked }.value(schema, here)
}

/// The field with the text that has this character at this place, where the way ends or below.
pub(crate) fn holder(value: &Value, way: &[Step], forbidden: Forbidden) -> String {
    let holds = |text: &str| text.chars().nth(forbidden.place.saturating_sub(1)) == Some(forbidden.character);
    let here = way.iter().try_fold(value, |value, step| match step {
        Step::Field(field) => value.get(field),
        Step::Item(at) => value.get(at),
    });
    let below = here.and_then(Value::as_object).into_iter().flatten();
    let field =
        below.into_iter().find(|(_, value)| value.as_str().is_some_and(holds)).map(|(field, _)| field);
    name(&way.iter().cloned().chain(field.cloned().map(Step::Field)).collect::<Vec<_>>())
}

struct Walk<'a> {
    shape: &'a Shape,
    way: Vec<Step>,
}

impl Walk<'_> {
    fn told(&self, what: impl Into<String>) -> Option<Told> {
        Some(Told { field: name(&self.way), what: what.into() })
    }

    fn within(&self, step: Step) -> Self {
        Self { shape: self.shape, way: self.way.iter().cloned().chain([step]).collect() }
    }

    fn value(&self, schema: &Value, value: &Value) -> Option<Told> {
        let form = self.shape.form(schema);
        if value.is_null() {
            let takes = self.shape.takes_null(schema);
            return if takes {
                None
            } else {
                self.told(format!("{}; this is `null`: leave it out.", describe(form)))
            };
        }
        if let Some(variants) = self.shape.variants(form) {
            return self.choice(form, &variants, value);
        }
        match (value, kinds(form)) {
            (Value::Object(fields), kinds) if kinds.contains(&"object") => self.object(form, fields),
            (Value::Array(items), kinds) if kinds.contains(&"array") => self.list(form, items),
            (Value::String(text), kinds) if kinds.contains(&"string") => self.text(form, text),
            (Value::String(text), kinds) if self.shape.is_query() => self.typed(form, &kinds, text),
            (Value::Number(number), kinds) if kinds.contains(&"integer") => {
                self.number(form, number.as_i64(), number)
            }
            (Value::Bool(_), kinds) if kinds.contains(&"boolean") => None,
            (_, kinds) if kinds.is_empty() => None,
            (other, _) => self.told(format!("{}; this is {}.", describe(form), kind_of(other))),
        }
    }

    /// A parameter that is written as text and means something else.
    fn typed(&self, form: &Value, kinds: &[&str], text: &str) -> Option<Told> {
        match text.parse::<i64>() {
            Ok(number) if kinds.contains(&"integer") => self.number(form, Some(number), &number),
            _ if kinds.contains(&"boolean") && matches!(text, "true" | "false") => None,
            _ => self.told(format!("{}; this is {}.", describe(form), shown(text))),
        }
    }

    fn object(&self, form: &Value, fields: &Map<String, Value>) -> Option<Told> {
        let none = Map::new();
        let known = form.get("properties").and_then(Value::as_object).unwrap_or(&none);
        if let Some(unknown) = fields.keys().find(|field| !known.contains_key(*field)) {
            let names: Vec<String> = known.keys().map(|name| format!("`{name}`")).collect();
            let noun = if self.shape.is_query() { "parameter" } else { "field" };
            let what = format!("There is no such {noun} here; there are {}.", names.join(", "));
            return self.within(Step::Field(shorten(unknown))).told(what);
        }
        let mut needed =
            form.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
        if let Some(missing) = needed.find(|field| !fields.contains_key(*field)) {
            let form = known.get(missing).map(|schema| describe(self.shape.form(schema))).unwrap_or_default();
            return self.within(Step::Field(missing.to_owned())).told(format!("It is missing. {form}."));
        }
        fields.iter().find_map(|(field, value)| {
            self.within(Step::Field(field.clone())).value(known.get(field)?, value)
        })
    }

    fn list(&self, form: &Value, items: &[Value]) -> Option<Told> {
        let schema = self.shape.items(form)?;
        let each = items.iter().enumerate();
        if let Some(told) =
            each.clone().find_map(|(at, item)| self.within(Step::Item(at)).value(schema, item))
        {
            return Some(told);
        }
        if let Some(most) =
            form.get("maxItems").and_then(Value::as_u64).filter(|most| items.len() as u64 > *most)
        {
            return self.told(format!("At most {most}; these are {}.", items.len()));
        }
        let (at, _) =
            each.clone().find(|(at, item)| items.iter().take(*at).any(|earlier| earlier == *item))?;
        self.within(Step::Item(at)).told("It is there already: name each once.")
    }

    fn text(&self, form: &Value, text: &str) -> Option<Told> {
        if let Some(words) = words(form) {
            let known = words.contains(&text);
            return if known {
                None
            } else {
                self.told(format!("{}; this is {}.", describe(form), shown(text)))
            };
        }
        let bound = |name: &str| form.get(name).and_then(Value::as_u64);
        let count = text.chars().count() as u64;
        if bound("minLength").is_some_and(|least| count < least)
            || bound("maxLength").is_some_and(|most| count > most)
        {
            return self.told(format!("{}; this one has {count}.", describe(form)));
        }
        let pattern = text_of(form, "pattern").and_then(|pattern| Regex::new(pattern).ok());
        let of_form = pattern.is_none_or(|pattern| pattern.is_match(text))
            && (text_of(form, "format") != Some("date") || Date::parse(text).is_ok());
        if of_form { None } else { self.told(format!("{}; this is {}.", describe(form), shown(text))) }
    }

    fn number(&self, form: &Value, exact: Option<i64>, came: &impl std::fmt::Display) -> Option<Told> {
        let bound = |name: &str| form.get(name).and_then(whole);
        let fits = exact.is_some_and(|number| {
            bound("minimum").is_none_or(|least| least <= number)
                && bound("maximum").is_none_or(|most| number <= most)
        });
        if fits { None } else { self.told(format!("{}; this is {came}.", describe(form))) }
    }

    /// One of several forms of object, told apart by a word.
    fn choice(&self, form: &Value, variants: &[&Value], value: &Value) -> Option<Told> {
        let tag = self.shape.tag(variants)?;
        let Some(fields) = value.as_object() else {
            return self.told(format!("{}; this is {}.", describe(form), kind_of(value)));
        };
        let words: Vec<&str> =
            variants.iter().filter_map(|variant| self.shape.tagged(variant, tag)).collect();
        let at = self.within(Step::Field(tag.to_owned()));
        match fields.get(tag) {
            None => at.told(format!("It is missing. {}.", one_of(&words))),
            Some(Value::String(word)) => {
                let chosen = variants.iter().find(|variant| self.shape.tagged(variant, tag) == Some(word));
                match chosen {
                    Some(variant) => self.object(self.shape.form(variant), fields),
                    None => at.told(format!("{}; this is {}.", one_of(&words), shown(word))),
                }
            }
            Some(other) => at.told(format!("{}; this is {}.", one_of(&words), kind_of(other))),
        }
    }
}

/// A bound: schemas write them as numbers with a fraction, too.
fn whole(value: &Value) -> Option<i64> {
    value.as_i64().or_else(|| value.as_f64().and_then(|number| format!("{number:.0}").parse().ok()))
}

/// The words that a text may be.
fn words(form: &Value) -> Option<Vec<&str>> {
    Some(form.get("enum")?.as_array()?.iter().filter_map(Value::as_str).collect())
}

/// What a place takes, without a full stop.
fn describe(form: &Value) -> String {
    if let Some(words) = words(form) {
        return one_of(&words);
    }
    let kinds = kinds(form);
    let said = text_of(form, "description").unwrap_or_default().trim_end_matches('.').replace('\n', " ");
    let bound = |name: &str| form.get(name).and_then(whole);
    // The bounded types say their bounds themselves.
    let own = match *kinds {
        ["integer"] => match (bound("minimum"), bound("maximum")) {
            (Some(least), Some(most)) => format!("A whole number from {least} to {most}"),
            (Some(least), None) => format!("A whole number from {least} on"),
            _ => "A whole number".to_owned(),
        },
        ["boolean"] => "`true` or `false`".to_owned(),
        ["array"] => "A list".to_owned(),
        ["string"] if form.get("pattern").or(form.get("format")).is_none() => {
            match (bound("minLength"), bound("maxLength")) {
                (Some(least), Some(most)) => format!("{least} to {most} characters"),
                (None, Some(most)) => format!("At most {most} characters"),
                _ => "A text".to_owned(),
            }
        }
        ["string"] => String::new(),
        ["object"] => "An object".to_owned(),
        _ if form.get("oneOf").is_some() => "An object".to_owned(),
        _ => String::new(),
    };
    let example = form.pointer("/examples/0").filter(|_| !said.contains('`'));
    let example = example.map(|example| format!(", as in `{}`", text(example))).unwrap_or_default();
    // Bounded types say their bounds, and texts of them whether they have lines.
    let bounded = said.starts_with(|character: char| character.is_ascii_digit());
    match (own.as_str(), said.as_str()) {
        (own, "") => format!("{own}{example}"),
        ("", said) => format!("{said}{example}"),
        (own, said) if bounded => if *kinds == ["string"] { said } else { own }.to_owned(),
        (own, said) => format!("{own}: {said}{example}"),
    }
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn one_of(words: &[&str]) -> String {
    let words: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
    match words.as_slice() {
        [one] => format!("It is {one}"),
        words => format!("It is one of {}", words.join(", ")),
    }
}

const fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "`null`",
        Value::Bool(_) => "`true` or `false`",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

fn shorten(text: &str) -> String {
    let mut shown: String =
        text.chars().filter(|character| !character.is_control()).take(SHOWN_CHARS).collect();
    if text.chars().count() > SHOWN_CHARS {
        shown.push('…');
    }
    shown
}

/// A value as it is shown again.
fn shown(text: &str) -> String {
    if text.is_empty() { "empty".to_owned() } else { format!("`{}`", shorten(text)) }
}
