use super::*;
use serde_json::json;

#[test]
fn jobs_are_a_table_with_whole_ids() {
    let id = format!("job_{}", "x".repeat(43));
    let page = json!({"items": [{"title": "Ten years of bird counts", "home": "a.example", "id": id,
        "pay": {"kind": "time_credits", "hours": 20}, "place": {"kind": "remote"}}], "next": "c2"});
    let shown = jobs(&page);
    assert_eq!(shown.lines().next(), Some("TITLE                     PAY         PLACE   HOME       ID"));
    assert!(shown.contains(&id) && shown.contains("time: 20 h") && shown.ends_with("--cursor c2"), "{shown}");
    assert_eq!(jobs(&json!({"items": []})), "Nothing found.");
}

#[test]
fn a_private_answer_says_who_sees_it() {
    let shown = again(
        &json!({"about": "did:key:z6Mk", "again": false, "at": "2026-11-24T10:00:00Z", "contract": "offer_x"}),
    );
    assert!(shown.contains("again     no") && shown.contains("you alone"), "{shown}");
}

#[test]
fn a_score_is_told_in_its_own_words_and_beside_the_summary() {
    let view = json!({"subject": "did:key:z6MkB", "seen_from": "did:key:z6MkA", "adopted": false,
        "sentences": ["Known to you.", "Two say so."], "summary_sentences": ["Three contracts."],
        "private": {"sentence": "With your own answers: more."}});
    let shown = score(&view);
    assert!(
        shown.ends_with("Known to you.\nTwo say so.\n\nWith your own answers: more.\n\nThree contracts."),
        "{shown}"
    );
    assert!(!shown.contains("adopted"), "{shown}");
    let adopted =
        score(&json!({"subject": "s", "seen_from": "v", "adopted": true, "sentences": ["\u{1b}[2J"]}));
    assert!(adopted.contains("a place that is not yours") && !adopted.contains('\u{1b}'), "{adopted}");
}

#[test]
fn a_publication_says_where_it_is_and_what_comes_next() {
    let view = json!({"id": "offer_x", "state": "delivered", "home": "a.example", "custody": "b.example", "allowed": ["deliver"]});
    let queued = published(&json!({"view": view, "delivery": "queued", "created": true}), "delivered");
    assert!(queued.contains("on its way  signed and kept"), "{queued}");
    assert!(queued.contains("signed      by b.example, with the key in its custody"), "{queued}");
    assert!(queued.contains("you can     hanse deliver offer_x --note …"), "{queued}");
    let again = published(&json!({"view": view, "delivery": "sequenced", "created": false}), "delivered");
    assert!(again.contains("was here already"), "{again}");
    assert!(
        !published(&json!({"view": view, "delivery": "sequenced", "created": true}), "x")
            .contains("on its way")
    );
    let view = json!({"id": "bid_x", "pay": {"kind": "money", "currency": "EUR", "min": 80, "max": 80, "per": "project"}});
    let paid = published(&json!({"view": view, "delivery": "sequenced", "created": true}), "bid made");
    assert!(paid.contains("pay       0.80 EUR/project"), "what was understood: {paid}");
}

#[test]
fn what_can_be_done_can_be_copied() {
    let shown =
        job(&json!({"id": "job_x", "title": "T", "state": "open", "allowed": ["close_unfilled", "dance"]}));
    assert!(shown.contains("you can  hanse job close job_x --reason …\n         dance\n"), "{shown}");
    let closed = published(
        &json!({"view": {"id": "offer_x", "state": "closed", "allowed": []}, "created": true}),
        "closed",
    );
    assert!(closed.contains("you can  hanse review offer_x --rating …"), "{closed}");
}

#[test]
fn a_node_shows_its_own_logs_once() {
    let log = |origin: &str| json!({"origin": origin, "size": 3, "root": "r"});
    let both = json!({"node": {"name": "a.example", "vkeys": ["k1", "k2"], "logs": [log("a.example/jobs"), log("b.example/jobs")]},
        "peers": [{"name": "b.example", "connected": true, "waiting": 0, "logs": [log("b.example/jobs")]}]});
    let shown = node(&both, "http://x");
    assert_eq!(shown.matches("b.example/jobs").count(), 1, "{shown}");
    assert!(shown.contains("copy of b.example") && shown.contains("key   k1\n      k2\n"), "{shown}");
}

#[test]
fn a_contract_shows_its_history() {
    let view = json!({"id": "offer_x", "state": "active", "role": "client", "home": "a.example", "freelancer_home": "b.example",
        "engaged": {"client": true, "freelancer": false}, "scope": "Edit four talks.", "allowed": [],
        "history": [{"event": "offer", "state": "offered", "actor": "client", "document": "offer_x", "at": "2026-11-24T10:00:00Z"},
            {"event": "decline", "state": "declined", "actor": "freelancer", "said": {"reason": "Too soon."}, "at": "2026-11-24T11:00:00Z"}]});
    let shown = contract(&view);
    assert!(shown.contains("in the client's log, not yet in the freelancer's"), "{shown}");
    assert!(shown.contains("Too soon.") && shown.contains("offer    client      "), "{shown}");
}

#[test]
fn a_sealed_review_is_shown_as_such() {
    let list = json!([{"commit": "ab", "state": "committed", "axes": {}},
        {"commit": "cd", "state": "replied", "rating": 2, "axes": {"quality": 3}, "text": "Late.", "reply": "True."}]);
    let shown = reviews(&list);
    assert!(shown.contains("committed, under seal"), "{shown}");
    assert!(shown.contains("rating  2 of 5\naxes    quality 3\nreply   True.\n\nLate."), "{shown}");
    assert_eq!(reviews(&json!([])), "Nobody has reviewed yet.");
}

#[test]
fn an_answer_of_another_shape_is_still_shown() {
    for view in [Value::Null, json!([]), json!({"items": 3, "logs": {}, "profile": "x"})] {
        for show in [jobs, job, contracts, contract, reviews, reputation, profile, registered, signed_in] {
            assert!(show(&view).len() < 1_000);
        }
        assert!(node(&view, "http://x").contains("No peers."));
    }
}
