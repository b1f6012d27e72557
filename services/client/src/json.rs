//! Reading answers by name. A newer node may say more than this program knows, an older one less: what is missing shows as
//! nothing, and what the next step depends on is asked for with [`Read::need`].

use serde_json::Value;

/// An answer lacks what the next step needs.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the node's answer lacks `{0}`: is it of another version?")]
pub struct Missing(pub String);

/// Looks into JSON by pointer (`/view/id`), without ever failing on another shape.
pub trait Read {
    /// The text there, or an empty one.
    fn text(&self, pointer: &str) -> &str;
    /// The number there, or 0.
    fn number(&self, pointer: &str) -> u64;
    /// Whether `true` stands there.
    fn is(&self, pointer: &str) -> bool;
    /// The array there, or an empty one.
    fn list(&self, pointer: &str) -> &[Value];
    /// The texts in the array there.
    fn texts(&self, pointer: &str) -> Vec<&str>;
    /// The text there, which the next step needs.
    ///
    /// # Errors
    /// [`Missing`] names the pointer.
    fn need(&self, pointer: &str) -> Result<String, Missing>;
}

impl Read for Value {
    fn text(&self, pointer: &str) -> &str {
        self.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
    }

    fn number(&self, pointer: &str) -> u64 {
        self.pointer(pointer).and_then(Value::as_u64).unwrap_or_default()
    }

    fn is(&self, pointer: &str) -> bool {
        self.pointer(pointer).and_then(Value::as_bool).unwrap_or_default()
    }

    fn list(&self, pointer: &str) -> &[Value] {
        self.pointer(pointer).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
    }

    fn texts(&self, pointer: &str) -> Vec<&str> {
        self.list(pointer).iter().filter_map(Value::as_str).collect()
    }

    fn need(&self, pointer: &str) -> Result<String, Missing> {
        match self.text(pointer) {
            "" => Err(Missing(pointer.to_owned())),
            text => Ok(text.to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn other_shapes_are_nothing() {
        let answer = json!({"view": {"id": "job_x", "seats": 2, "skills": ["a", 1, "b"], "open": true}});
        assert_eq!(answer.text("/view/id"), "job_x");
        assert_eq!(answer.text("/view/seats"), "");
        assert_eq!(answer.number("/view/seats"), 2);
        assert_eq!(answer.texts("/view/skills"), ["a", "b"]);
        assert!(answer.is("/view/open") && !answer.is("/view"));
        assert!(answer.list("/view/id").is_empty());
        assert_eq!(answer.need("/view/id").unwrap(), "job_x");
        assert!(matches!(answer.need("/view/head"), Err(Missing(name)) if name == "/view/head"));
    }
}
