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
    assert!(closed.contains("you can  hanse review offer_x --rating 1..5"), "{closed}");
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
    assert!(shown.contains("decline by the freelancer\n                      Too soon."), "{shown}");
    assert!(shown.contains("2026-11-24T10:00:00Z  offer by the client\n"), "{shown}");
}

#[test]
fn a_contract_of_parts_says_what_can_be_done_with_each() {
    let view = json!({"id": "offer_x", "state": "active", "role": "client", "engaged": {}, "scope": "Four talks.",
        "pay": {"kind": "time_credits", "hours": 30}, "allowed": ["accept_delivery", "cancel", "terminate"],
        "milestones": [
            {"number": 1, "title": "Two talks", "due": "2027-01-15", "state": "delivered", "changes": 1,
                "allowed": ["request_changes", "accept_delivery"],
                "clock": {"event": "accept_delivery", "at": "2027-01-29T10:00:00Z", "because": ""}},
            {"number": 2, "minutes": 450, "from": "2026-11-23", "to": "2026-11-29", "state": "paid", "changes": 0, "allowed": []}],
        "proposal": {"by": "freelancer", "scope": "Five talks.", "due": "2027-03-01", "milestones": ["All"], "at": "2026-11-25T10:00:00Z"},
        "clock": {"event": "close", "at": "2027-05-01T10:00:00Z", "because": "no blame"}});
    let shown = contract(&view);
    for told in [
        "hanse accept-delivery offer_x --milestone 1\n",
        "hanse request-changes offer_x --note … --milestone 1\n",
        "hanse terminate offer_x --reason …\n",
        "by itself  closes on 2027-05-01 10:00 UTC (no blame)\n",
        "request-changes, accept-delivery",
        "delivered (changes asked for: 1)",
        "counts as accepted on 2027-01-29 10:00 UTC",
        "2026-11-23..2026-11-29 7h30",
        "proposed   other terms, by freelancer\n",
        "Five talks.",
    ] {
        assert!(shown.contains(told), "{told}: {shown}");
    }
    assert!(!shown.contains("hanse accept-delivery offer_x\n"), "a part must be named: {shown}");
}

#[test]
fn hours_are_delivered_on_an_hourly_contract() {
    let view = json!({"id": "offer_x", "state": "active", "allowed": ["deliver", "pause"],
        "pay": {"kind": "money", "currency": "EUR", "per": "hour", "min": 4_000, "max": 4_000},
        "milestones": [{"number": 1, "minutes": 60, "from": "2026-11-23", "to": "2026-11-23", "state": "paid", "allowed": []}]});
    let shown = contract(&view);
    assert!(shown.contains("hanse deliver offer_x --hours 'FROM..TO 7h30'\n"), "{shown}");
    assert!(shown.contains("hanse pause offer_x --reason …\n"), "{shown}");
}

#[test]
fn a_bid_is_shown_whole_with_what_was_asked() {
    let text = "I am an electrician. ".repeat(9);
    let view = json!({"id": "bid_x", "job": "job_x", "state": "declined", "agent": true, "amended_since": true, "text": text,
        "answers": [{"question": 1, "text": "Yes."}, {"question": 3, "text": "Soon."}], "allowed": ["read", "withdraw"],
        "history": [{"event": "decline", "actor": "client", "at": "2026-11-24T10:00:00Z", "said": {"reason": "Somebody nearer."}}]});
    let shown = bid(&view, &["Are you insured?", "Have you a van?"]);
    assert_eq!(shown.matches("electrician").count(), 9, "{shown}");
    assert!(shown.contains("1  Are you insured?\n   Yes.\n3\n   Soon.\n"), "{shown}");
    assert!(
        shown.contains("written by  a program\n") && shown.contains("the job was changed since"),
        "{shown}"
    );
    assert!(
        shown.contains("hanse withdraw bid_x")
            && !shown.contains("hanse bid show")
            && shown.ends_with("Somebody nearer."),
        "{shown}"
    );
}

#[test]
fn a_job_says_its_version_and_what_it_asks() {
    let view = json!({"id": "job_x", "title": "T", "state": "closed_unfilled", "allowed": [], "version": 2, "posting": "job_y",
        "questions": ["Are you insured?"], "predecessor": "job_w", "closed_because": "We did it.", "expires_at": "2026-12-24T10:00:00Z",
        "clock": {"event": "expire", "at": "2026-12-24T10:00:00Z", "because": "its end date"}});
    let shown = job(&view);
    for told in [
        "version         2, job_y\n",
        "it asks         1  Are you insured?\n",
        "repeats         job_w\n",
        "closed because  We did it.\n",
        "by itself       expires on 2026-12-24 10:00 UTC (its end date)\n",
    ] {
        assert!(shown.contains(told), "{told}: {shown}");
    }
    let list = own_jobs(&json!({"items": [view]}));
    assert!(
        list.starts_with("STATE            TITLE  PAY       EXPIRES     ID\nclosed_unfilled  T "),
        "{list}"
    );
}

#[test]
fn whoever_sees_an_open_job_can_bid_on_it() {
    let view = |state: &str| json!({"id": "job_x", "state": state, "allowed": [], "questions": ["A?", "B?"]});
    assert!(job(&view("open")).contains("you can  hanse bid job_x --text … --answer … --answer …\n"));
    assert!(!job(&view("expired")).contains("you can"));
}

#[test]
fn an_invitation_says_how_it_is_answered() {
    let view = json!({"id": "invitation_x", "job": "job_x", "state": "invited", "title": "Menu", "freelancer": "did:key:z6MkF",
        "note": "You have translated our last menu.", "allowed": ["decline"], "history": []});
    let shown = invitation(&view);
    assert!(
        shown.contains("hanse bid job_x --text …\n")
            && shown.contains("hanse decline invitation_x --reason …"),
        "{shown}"
    );
    assert!(shown.contains("our last menu"), "{shown}");
    let list = invitations(&json!({"items": [view]}), "nothing");
    assert!(list.contains("invited  Menu") && list.contains("invitation_x"), "{list}");
}

#[test]
fn whoever_is_signed_in_is_told_so() {
    let shown = oneself(
        &json!({"handle": "ada", "did": "did:key:z6Mk", "home": "a.example"}),
        "http://x",
        "jobs:write",
    );
    assert!(shown.contains("account  ada\n") && shown.contains("may      jobs:write\n"), "{shown}");
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
        for show in [
            jobs, own_jobs, job, contracts, contract, invitation, reviews, reputation, profile, registered,
            signed_in,
        ] {
            assert!(show(&view).len() < 1_000);
        }
        assert!(node(&view, "http://x").contains("No peers."));
        assert!(bid(&view, &[]).len() < 1_000 && bids(&view, "none") == "none");
    }
}

#[test]
fn the_other_side_is_named_beside_a_bid() {
    let record = json!({"completed": 12, "cancelled": 2, "counterparties": 7, "raters": 6, "raters_without_record": 1,
        "withheld": 0, "lower_bound_percent": 81, "on_time": {"yes": 5, "no": 1}, "paid_on_time": {"yes": 0, "no": 0}});
    let other = json!({"did": "did:key:z6MkF", "name": "Bob", "headline": "Builds bridges", "self_declared": true, "record": record});
    let view = json!({"id": "bid_x", "state": "submitted", "freelancer": "did:key:z6MkF", "text": "I can.", "other_side": other});
    let list = bids(&json!({"items": [view]}), "none");
    assert!(
        list.contains("Bob") && list.contains("Builds bridges") && list.contains("12 done, 81 %"),
        "{list}"
    );
    let shown = bid(&view, &[]);
    assert!(shown.contains("Bob (their own words)"), "{shown}");
    assert!(
        shown.contains("12 completed with 7 people, 2 ended before, 6 raters, 1 of them without a record"),
        "{shown}"
    );
    let nobody = json!({"items": [{"id": "bid_x", "freelancer": "did:key:z6MkFreelancer"}]});
    assert!(bids(&nobody, "none").contains("z6MkFreelanc…"), "an older node names nobody");
}

#[test]
fn a_job_says_what_is_known_of_its_client() {
    let facts = json!({"postings": 9, "filled": 6, "unfilled": 2, "running": 1, "hire_rate_percent": 75, "amended": 1, "amendments": 3,
        "response": {"answered": 8, "passed_over": 2, "waiting": 4, "answered_percent": 80},
        "record": {"contracts": 5, "paid": 4, "clarity": {"ratings": 0}, "scope_stability": {"ratings": 0},
            "payment": {"ratings": 3, "mean_tenths": 47}}});
    let shown =
        job(&json!({"id": "job_x", "state": "open", "client": "did:key:z6MkC", "client_facts": facts}));
    for line in [
        "filled 6 of 8 postings that ended, 1 run (75 %)",
        "changed 1 postings after they were posted, 3 times",
        "answered 8 bids, passed over 2, 4 wait (80 %)",
        "paid 4 of 5 known contracts",
        "payment 4.7 of 5 by 3",
    ] {
        assert!(shown.contains(line), "{line} in {shown}");
    }
}
