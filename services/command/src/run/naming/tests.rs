use serde::Deserialize as _;
use serde_json::json;

use super::*;

/// What a node of the test's own says of a phrase or a posting.
fn answer(request: &Request) -> Value {
    let label = |text: &str| json!([{"language": "en", "text": text}, {"language": "fr", "text": format!("{text} (fr)")}]);
    let docker = json!({"id": "local:docker", "labels": label("Docker")});
    let welding = json!({"id": "local:welding", "labels": label("welding")});
    let said =
        |advice: &str, own: Value, items: Value| json!({"advice": advice, "own_tag": own, "items": items});
    match request.target.as_str() {
        "/v1/skills?text=Docker&limit=5" | "/v1/skills?text=docker&limit=5" => {
            said("sure", json!("local:docker"), json!([docker, welding]))
        }
        "/v1/skills?text=weld&limit=5" => said("ask", json!("local:weld"), json!([docker, welding])),
        "/v1/skills?text=Airflow&limit=5" => said("own", json!("local:airflow"), json!([])),
        "/v1/skills?text=Airflop&limit=5" => said("own", json!("local:airflop"), json!([])),
        "/v1/skills?text=%D0%BF%D0%B8%D1%82%D0%BE%D0%BD&limit=5" => said("own", Value::Null, json!([])),
        "/v1/skills?text=broken&limit=5" => said("sure", Value::Null, json!([{"id": "Not an id"}])),
        "/v1/skills/link" => match request.body.as_ref().unwrap().text("/text") {
            "nothing" => json!({"items": []}),
            _ => json!({"items": [docker, welding]}),
        },
        other => panic!("{other}"),
    }
}

/// What was done: the skills, the questions, and the remarks.
struct Done {
    skills: Result<Vec<String>, String>,
    asked: Vec<String>,
    noted: Vec<String>,
    sent: usize,
}

/// With a person on a terminal who answers this, or without.
fn run(
    line: Option<&str>,
    language: Option<&str>,
    work: impl FnOnce(&mut Naming<'_>) -> Result<Vec<Skill>, CommandError>,
) -> Done {
    let (mut asked, mut noted, mut sent) = (Vec::new(), Vec::new(), 0);
    let mut ask = |question: &str| {
        asked.push(question.to_owned());
        Ok(format!("{}\n", line.unwrap()))
    };
    let skills = work(&mut Naming {
        send: &mut |request| {
            sent += 1;
            Ok(answer(request))
        },
        ask: if line.is_some() { Some(&mut ask) } else { None },
        note: &mut |text| noted.push(text.to_owned()),
        language,
    });
    let skills = skills.map(|skills| skills.into_iter().map(String::from).collect());
    Done { skills: skills.map_err(|error| error.to_string()), asked, noted, sent }
}

fn names(words: &[&str]) -> Vec<SkillName> {
    words.iter().map(|words| SkillName::Words(words.parse().unwrap())).collect()
}

fn named(line: Option<&str>, words: &[&str]) -> Done {
    run(line, None, |naming| naming.named(&names(words)))
}

fn posted(line: Option<&str>, text: &str) -> Done {
    let job = JobRequest::deserialize(&json!({"title": "T", "text": text, "seats": 1, "days": 30})).unwrap();
    run(line, None, |naming| naming.confirmed(&job))
}

fn ids(done: &Done) -> Vec<&str> {
    done.skills.as_ref().unwrap().iter().map(String::as_str).collect()
}

#[test]
fn what_a_node_is_sure_of_is_taken_once_and_an_id_is_not_asked_about() {
    for line in [None, Some("1")] {
        let done = named(line, &["Docker", "docker"]);
        assert_eq!(ids(&done), ["local:docker"], "two names of one skill");
        assert!(done.asked.is_empty());
        assert_eq!(done.noted[0], "'Docker' is Docker (local:docker)");
    }
    let id = SkillName::Id("local:anything".parse().unwrap());
    let done = run(None, None, |naming| naming.named(&[id]));
    assert_eq!((ids(&done), done.sent, done.noted.len()), (vec!["local:anything"], 0, 0));
}

#[test]
fn what_it_doubts_is_asked_once_with_ones_own_tag_as_the_answer_of_a_bare_enter() {
    let done = named(Some("2"), &["weld"]);
    assert_eq!(ids(&done), ["local:welding"]);
    assert_eq!(
        done.asked,
        ["'weld' may mean:\n  1  Docker (local:docker)\n  2  welding (local:welding)\n  \
            Enter  keep it as my own tag local:weld\nWhich? "]
    );
    assert!(done.noted.is_empty());
    let done = named(Some(""), &["weld"]);
    assert_eq!((ids(&done), done.asked.len()), (vec!["local:weld"], 1));
    assert_eq!(done.noted, ["'weld' is kept as your own tag local:weld"]);
    for slip in ["3", "0", "yes", "-1"] {
        let done = named(Some(slip), &["weld", "Docker"]);
        assert!(done.skills.unwrap_err().contains("none of 1 to 2: nothing was done"), "{slip}");
        assert_eq!((done.asked.len(), done.sent), (1, 1), "{slip}: no second question");
    }
    let french = run(Some("2"), Some("fr"), |naming| naming.named(&names(&["weld"])));
    assert!(french.asked[0].contains("  2  welding (fr) (local:welding)"), "{:?}", french.asked);
}

#[test]
fn without_a_terminal_it_is_kept_and_said() {
    let done = named(None, &["weld"]);
    assert_eq!(ids(&done), ["local:weld"]);
    assert!(done.noted[0].contains("may mean Docker (local:docker) or welding (local:welding)"));
    assert_eq!(done.noted[1], "'weld' is kept as your own tag local:weld");
}

#[test]
fn what_nobody_knows_is_ones_own_tag_and_no_spelling_is_mended() {
    for line in [None, Some("1")] {
        let done = named(line, &["Airflow", "Airflop"]);
        assert_eq!(ids(&done), ["local:airflow", "local:airflop"]);
        assert!(done.asked.is_empty());
        assert_eq!(done.noted.len(), 4, "{:?}", done.noted);
    }
    let done = named(None, &["питон"]);
    assert!(done.skills.unwrap_err().contains("only Latin letters"));
    assert!(named(None, &["broken"]).skills.unwrap_err().contains("/items/0/id"));
}

#[test]
fn a_posting_without_a_skill_is_asked_about_on_a_terminal_only() {
    for (line, expected) in [
        ("", vec![]),
        ("2", vec!["local:welding"]),
        ("2, 1 2", vec!["local:welding", "local:docker"]),
        (" all ", vec!["local:docker", "local:welding"]),
    ] {
        let done = posted(Some(line), "text");
        assert_eq!(ids(&done), expected, "{line:?}");
        assert_eq!((done.asked.len(), done.sent, done.noted.len()), (1, 1, 0));
        assert!(done.asked[0].contains("  1  Docker (local:docker)\n  2  welding (local:welding)\n"));
    }
    assert!(posted(Some("3"), "text").skills.unwrap_err().contains("nothing was done"));
    let done = posted(None, "text");
    assert_eq!((ids(&done), done.sent), (vec![], 0));
    assert!(done.noted[0].contains("--skill"), "{:?}", done.noted);
    let done = posted(Some("1"), "nothing");
    assert_eq!((ids(&done), done.asked.len(), done.noted.len()), (vec![], 0, 1));
}
