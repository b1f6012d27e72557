//! Version tags (RFC 9110, 8.8.3): how the version of a thing is written in an answer, and read in a request.

use actix_web::http::header::HeaderValue;

/// What an `If-Match` asks of a thing (RFC 9110, 13.1.1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Seen {
    /// That it is there, in any version.
    Any,
    /// That it is in one of these.
    These(Vec<String>),
}

/// Reads an `If-Match`. What cannot be read is a version that no thing has.
pub fn seen(header: &HeaderValue) -> Seen {
    match header.to_str() {
        Ok(seen) if seen.trim() == "*" => Seen::Any,
        Ok(seen) => Seen::These(tags(seen).filter_map(untag).map(str::to_owned).collect()),
        Err(_) => Seen::These(Vec::new()),
    }
}

/// A version as a tag.
pub fn tag(version: &str) -> String {
    format!("\"{version}\"")
}

/// The version of the thing that a tag names: what stands behind the hyphen is of what is shown beside it.
fn untag(tag: &str) -> Option<&str> {
    tag.strip_prefix('"')?.strip_suffix('"')?.split('-').next()
}

/// The tags of a list. Ours are never weak; what a proxy has made weak on the way still names the version.
pub fn tags(header: &str) -> impl Iterator<Item = &str> {
    header.split(',').map(|one| one.trim().trim_start_matches("W/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thing_moves_only_from_the_versions_that_were_seen() {
        let read = |text: &str| seen(&HeaderValue::from_str(text).unwrap());
        assert_eq!(read("\"a-b\""), Seen::These(vec!["a".to_owned()]), "what is beside it may change");
        assert_eq!(read(" *"), Seen::Any);
        assert_eq!(read("\"a\", W/\"b\", c, \""), Seen::These(vec!["a".to_owned(), "b".to_owned()]));
        assert_eq!(read("é"), Seen::These(Vec::new()));
    }
}
