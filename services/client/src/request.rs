//! One request to a node, as data: what [`crate::api`] makes and [`crate::client`] sends.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, PercentEncode, utf8_percent_encode};
use serde::Serialize;
use serde_json::Value;

/// The methods that the API has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// Reads.
    Get,
    /// Publishes, or opens and ends logins.
    Post,
    /// Replaces.
    Put,
    /// Changes a part.
    Patch,
    /// Ends.
    Delete,
}

/// Whether a request carries a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum As {
    /// Never: the answer is the same for everybody.
    Anyone,
    /// If somebody is signed in: the answer then says what they may do.
    Viewer,
    /// Always.
    Person,
}

/// One request.
#[derive(Clone, Debug, PartialEq)]
pub struct Request {
    /// Its method.
    pub method: Method,
    /// Path and query, percent-encoded, beginning with `/`.
    pub target: String,
    /// Whether it carries a token.
    pub by: As,
    /// The JSON body.
    pub body: Option<Value>,
    /// A header that only this request has.
    pub header: Option<(&'static str, String)>,
}

impl Request {
    /// Reads; `segments` are the parts of the path, encoded here.
    #[must_use]
    pub fn get(segments: &[&str]) -> Self {
        Self { method: Method::Get, target: path(segments), by: As::Anyone, body: None, header: None }
    }

    /// Sends `body` as the signed-in person.
    #[must_use]
    pub fn post(segments: &[&str], body: Value) -> Self {
        Self { method: Method::Post, target: path(segments), by: As::Person, body: Some(body), header: None }
    }

    /// Replaces, as the signed-in person.
    #[must_use]
    pub fn put(segments: &[&str], body: Value) -> Self {
        Self { method: Method::Put, ..Self::post(segments, body) }
    }

    /// Changes a part, as the signed-in person.
    #[must_use]
    pub fn patch(segments: &[&str], body: Value) -> Self {
        Self { method: Method::Patch, ..Self::post(segments, body) }
    }

    /// The same request without a body.
    #[must_use]
    pub fn empty(self) -> Self {
        Self { body: None, ..self }
    }

    /// Ends, as the signed-in person.
    #[must_use]
    pub fn delete(segments: &[&str]) -> Self {
        Self { method: Method::Delete, by: As::Person, ..Self::get(segments) }
    }

    /// The same request by somebody else.
    #[must_use]
    pub fn by(self, by: As) -> Self {
        Self { by, ..self }
    }

    /// The same request with a header of its own; nothing if the value is absent.
    #[must_use]
    pub fn header(self, name: &'static str, value: Option<&str>) -> Self {
        Self { header: value.map(|value| (name, value.to_owned())), ..self }
    }

    /// The same request with one more query parameter; nothing if the value is absent.
    #[must_use]
    pub fn query(mut self, name: &str, value: Option<&str>) -> Self {
        if let Some(value) = value {
            self.target.push(if self.target.contains('?') { '&' } else { '?' });
            self.target.push_str(name);
            self.target.push('=');
            self.target.extend(encode(value));
        }
        self
    }

    /// The same request with what a request type asks for; what is absent there is not asked.
    #[must_use]
    pub fn asking(mut self, asked: &impl Serialize) -> Self {
        // Cannot fail: the fields of a query are texts, numbers and words.
        let query = serde_urlencoded::to_string(asked).unwrap_or_default();
        if !query.is_empty() {
            self.target.push(if self.target.contains('?') { '&' } else { '?' });
            self.target.push_str(&query);
        }
        self
    }

    /// The same request as a trial that changes nothing, if `dry` says so.
    #[must_use]
    pub fn dry(self, dry: bool) -> Self {
        self.query("dry_run", dry.then_some("true"))
    }

    /// Whether doing it twice could do harm unless it says that it is the same.
    #[must_use]
    pub fn needs_key(&self) -> bool {
        self.method == Method::Post && self.by == As::Person
    }
}

/// A request type as the JSON of a body.
#[must_use]
pub fn body(request: &impl Serialize) -> Value {
    // Cannot fail: they are structs of texts, numbers and lists. If one did, every node refuses null as no body of any kind.
    serde_json::to_value(request).unwrap_or_default()
}

fn path(segments: &[&str]) -> String {
    let mut path = String::new();
    for segment in segments {
        path.push('/');
        path.extend(encode(segment));
    }
    path
}

/// RFC 3986: everything but unreserved characters, and the colon that ids of people are full of.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b':');

fn encode(text: &str) -> PercentEncode<'_> {
    utf8_percent_encode(text, ENCODED)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_type_stays_within_its_segment_and_its_parameter() {
        let request = Request::get(&["v1", "jobs", "../x?y#z"])
            .query("text", Some("café & \"thé\""))
            .query("skill", None);
        assert_eq!(request.target, "/v1/jobs/..%2Fx%3Fy%23z?text=caf%C3%A9%20%26%20%22th%C3%A9%22");
        let request =
            Request::get(&["v1", "profiles", "did:key:z6Mk"]).query("a", Some("1")).query("b", Some("2"));
        assert_eq!(request.target, "/v1/profiles/did:key:z6Mk?a=1&b=2");
    }

    #[test]
    fn only_a_persons_post_needs_a_key() {
        assert!(Request::post(&["v1", "jobs"], Value::Null).needs_key());
        assert!(!Request::post(&["v1", "sessions"], Value::Null).by(As::Anyone).needs_key());
        assert!(!Request::get(&["v1", "jobs"]).needs_key());
        assert!(!Request::put(&["v1", "me", "profile"], Value::Null).needs_key());
    }
}
