//! Lies about a record, each of which a verifier must refuse.

use hanse_command::json::Read as _;
use hanse_command::verifier::Report;
use serde_json::{Value, json};

use crate::fail::DemoError;

/// A changed evidence file.
pub(crate) struct Lie {
    /// What was changed.
    pub(crate) what: String,
    /// The file.
    pub(crate) evidence: Value,
}

/// The review that its subject would rather not show: where it stands in the evidence.
struct Worst {
    /// Leaf id of its commit.
    commit: String,
    /// Log and index of the commit leaf, wherever it is filed.
    places: Vec<(String, u64)>,
    rating: u32,
}

/// Lies about the record that the report is about; `auditor` is a node whose word is left out in one of them.
pub(crate) fn lies(evidence: &Value, report: &Report, auditor: &str) -> Result<Vec<Lie>, DemoError> {
    let worst = worst(report).ok_or_else(|| DemoError::Data("there is no review to hide".to_owned()))?;
    let lie = |what: &str, change: &dyn Fn(&mut Value)| {
        let mut changed = evidence.clone();
        change(&mut changed);
        // A lie that changes nothing would be accepted, and prove nothing.
        if changed == *evidence {
            Err(DemoError::Data(format!("this lie changes nothing: {what}")))
        } else {
            Ok(Lie { what: what.to_owned(), evidence: changed })
        }
    };
    Ok(vec![
        lie("the worst review is left out", &|file| {
            each_list(file, |entries| entries.retain(|entry| !worst.owns(entry)));
        })?,
        lie("its document is left out", &|file| {
            each_entry(file, |entry| worst.opened_by(entry).then(|| set(entry, "documents", json!([]))));
        })?,
        lie(&format!("its rating is changed from {} to 5", worst.rating), &|file| {
            each_entry(file, |entry| worst.opened_by(entry).then(|| each_document(entry, praise)));
        })?,
        lie("one digit of one hash is changed", &|file| turn(file.pointer_mut("/parts/0/index/path/0")))?,
        lie("the index says something else", &|file| turn(file.pointer_mut("/parts/0/index/leaf/root")))?,
        lie(&format!("the cosignature of {auditor} is cut off"), &|file| {
            if let Some(note) = file.pointer_mut("/parts/0/checkpoint") {
                let line = format!("— {auditor}/");
                let kept: Vec<&str> = note
                    .as_str()
                    .unwrap_or_default()
                    .lines()
                    .filter(|text| !text.starts_with(&line))
                    .collect();
                *note = format!("{}\n", kept.join("\n")).into();
            }
        })?,
    ])
}

impl Worst {
    /// Whether the entry is part of this review: its commit, what opens it, what replies to it.
    fn owns(&self, entry: &(String, Value)) -> bool {
        let (origin, entry) = entry;
        entry.text("/leaf/cites") == self.commit
            || self.places.contains(&(origin.clone(), entry.number("/index")))
    }

    fn opened_by(&self, entry: &Value) -> bool {
        entry.text("/leaf/t") == "open" && entry.text("/leaf/cites") == self.commit
    }
}

fn worst(report: &Report) -> Option<Worst> {
    let review = report.reviews().min_by_key(|review| review.rating)?;
    let filed = report.entries.iter().filter(|entry| entry.id == review.commit);
    let places = filed.map(|entry| (entry.origin.clone(), entry.index)).collect();
    Some(Worst { commit: review.commit.clone(), places, rating: review.rating })
}

/// Changes the list of entries of each part; an entry comes with the origin of its log.
fn each_list(file: &mut Value, change: impl Fn(&mut Vec<(String, Value)>)) {
    for part in file.pointer_mut("/parts").and_then(Value::as_array_mut).into_iter().flatten() {
        let origin = part.text("/origin").to_owned();
        if let Some(entries) = part.pointer_mut("/entries").and_then(Value::as_array_mut) {
            let mut list: Vec<_> = entries.drain(..).map(|entry| (origin.clone(), entry)).collect();
            change(&mut list);
            entries.extend(list.into_iter().map(|(_, entry)| entry));
        }
    }
}

fn each_entry(file: &mut Value, change: impl Fn(&mut Value) -> Option<()>) {
    each_list(file, |entries| {
        for (_, entry) in entries {
            change(entry);
        }
    });
}

fn each_document(entry: &mut Value, change: impl Fn(&mut Value)) {
    entry.pointer_mut("/documents").and_then(Value::as_array_mut).into_iter().flatten().for_each(change);
}

/// Makes a review a better one.
fn praise(document: &mut Value) {
    if let Some(rating) = document.pointer_mut("/credentialSubject/rating") {
        *rating = json!(5);
    }
}

fn set(value: &mut Value, name: &str, to: Value) {
    if let Some(field) = value.get_mut(name) {
        *field = to;
    }
}

/// Changes the last hexadecimal digit.
fn turn(hash: Option<&mut Value>) {
    let Some(hash) = hash else { return };
    let mut text = hash.as_str().unwrap_or_default().to_owned();
    let last = text.pop();
    text.push(if last == Some('0') { '1' } else { '0' });
    *hash = text.into();
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file() -> Value {
        json!({"parts": [{"origin": "b/reputation", "index": {"leaf": {"root": "aa"}}, "checkpoint": "b\n\n— b/reputation x\n— c/auditor y\n",
            "entries": [
                {"index": 3, "leaf": {"t": "commit"}, "path": ["00"], "documents": []},
                {"index": 5, "leaf": {"t": "open", "cites": "cc"}, "path": ["01"], "documents": [{"credentialSubject": {"rating": 2}}, {"credentialSubject": {"text": "x"}}]},
                {"index": 7, "leaf": {"t": "reply", "cites": "cc"}, "path": [], "documents": [{}]},
                {"index": 9, "leaf": {"t": "open", "cites": "dd"}, "path": [], "documents": [{"credentialSubject": {"rating": 5}}]}]}]})
    }

    fn worst() -> Worst {
        Worst { commit: "cc".into(), places: vec![("b/reputation".into(), 3)], rating: 2 }
    }

    #[test]
    fn a_review_is_hidden_with_all_that_belongs_to_it() {
        let mut file = file();
        each_list(&mut file, |entries| entries.retain(|entry| !worst().owns(entry)));
        let left: Vec<u64> =
            file.list("/parts/0/entries").iter().map(|entry| entry.number("/index")).collect();
        assert_eq!(left, [9]);
    }

    #[test]
    fn only_the_worst_is_praised() {
        let mut file = file();
        each_entry(&mut file, |entry| worst().opened_by(entry).then(|| each_document(entry, praise)));
        assert_eq!(file.number("/parts/0/entries/1/documents/0/credentialSubject/rating"), 5);
        assert_eq!(
            file.pointer("/parts/0/entries/1/documents/1"),
            Some(&json!({"credentialSubject": {"text": "x"}}))
        );
    }

    #[test]
    fn a_digit_is_turned() {
        let mut file = file();
        turn(file.pointer_mut("/parts/0/entries/0/path/0"));
        turn(file.pointer_mut("/parts/0/index/leaf/root"));
        turn(file.pointer_mut("/nowhere"));
        assert_eq!(
            (file.text("/parts/0/entries/0/path/0"), file.text("/parts/0/index/leaf/root")),
            ("01", "a0")
        );
    }
}
