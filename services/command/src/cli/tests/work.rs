//! The command lines of the life of a job.

use hanse_lifecycle::{Actor, Event, Machine, table};
use serde_json::json;

use super::*;
use hanse_client::commands::Thing;

/// What a move says, and of what.
fn moved(line: &[&str]) -> (Event, String, serde_json::Value) {
    let command = parse(line);
    let (event, step, _) = if let Command::Jobs(Jobs::Job(JobCommand::Move(step))) = &command {
        step.step()
    } else if let Command::Bids(Bids::Move(step)) = &command {
        step.step()
    } else if let Command::Contract(ContractStep::Move(step)) = &command {
        step.step()
    } else {
        panic!("{line:?} is no move")
    };
    (event, step.id().to_owned(), serde_json::to_value(step.said().unwrap()).unwrap())
}

#[test]
fn every_move_says_what_is_given_with_it() {
    let reason = json!({"reason": "R"});
    for (line, event, said) in [
        (&["job", "pause", "x"][..], Event::Pause, json!({})),
        (&["job", "pause", "x", "--reason", "R"], Event::Pause, reason.clone()),
        (&["job", "resume", "x"], Event::Resume, json!({})),
        (&["job", "heartbeat", "x"], Event::Heartbeat, json!({})),
        (&["job", "close", "x", "--reason", "R"], Event::CloseUnfilled, reason.clone()),
        (&["withdraw", "x"], Event::Withdraw, json!({})),
        (&["withdraw", "x", "--reason", "R"], Event::Withdraw, reason.clone()),
        (&["shortlist", "x"], Event::Shortlist, json!({})),
        (&["unshortlist", "x"], Event::Unshortlist, json!({})),
        (&["interview", "x", "--note", "N"], Event::Interview, json!({"note": "N"})),
        (&["accept", "x"], Event::Accept, json!({})),
        (&["decline", "x", "--reason", "R"], Event::Decline, reason.clone()),
        (&["rescind", "x"], Event::Rescind, json!({})),
        (&["rescind", "x", "--reason", "R"], Event::Rescind, reason.clone()),
        (
            &["deliver", "x", "--milestone", "2", "--note", "N"],
            Event::Deliver,
            json!({"milestone": 2, "note": "N"}),
        ),
        (
            &["deliver", "x", "--hours", "2026-11-23..2026-11-29 7h30"],
            Event::Deliver,
            json!({"hours": {"from": "2026-11-23", "to": "2026-11-29", "minutes": 450}}),
        ),
        (
            &["request-changes", "x", "--note", "N", "--milestone", "2"],
            Event::RequestChanges,
            json!({"milestone": 2, "note": "N"}),
        ),
        (
            &["accept-delivery", "x", "--milestone", "2", "--note", "N"],
            Event::AcceptDelivery,
            json!({"milestone": 2, "note": "N"}),
        ),
        (&["paid", "x", "--milestone", "2"], Event::AttestPaid, json!({"milestone": 2})),
        (
            &["unpaid", "x", "--note", "N", "--milestone", "2"],
            Event::ReportUnpaid,
            json!({"milestone": 2, "note": "N"}),
        ),
        (&["received", "x", "--milestone", "2"], Event::ConfirmReceived, json!({"milestone": 2})),
        (&["pause", "x", "--reason", "R"], Event::Pause, reason.clone()),
        (&["resume", "x"], Event::Resume, json!({})),
        (&["accept-amendment", "x"], Event::AcceptAmendment, json!({})),
        (&["decline-amendment", "x", "--reason", "R"], Event::DeclineAmendment, reason.clone()),
        (&["cancel", "x", "--reason", "R"], Event::Cancel, reason.clone()),
        (&["request-close", "x"], Event::RequestClose, json!({})),
        (&["object", "x"], Event::Object, json!({})),
        (&["terminate", "x", "--reason", "R"], Event::Terminate, reason),
        (&["close", "x"], Event::Close, json!({})),
    ] {
        assert_eq!(moved(line), (event, "x".to_owned(), said), "{line:?}");
    }
    for line in [
        &["job", "close", "x"][..],
        &["decline", "x"],
        &["pause", "x"],
        &["terminate", "x"],
        &["request-changes", "x"],
        &["paid", "x", "--milestone", "0"],
        &["deliver", "x", "--hours", "7h30"],
        &["accept"],
    ] {
        assert!(refuses(line), "{line:?}");
    }
}

#[test]
fn a_bid_is_made_and_what_is_there_is_shown_revised_and_confirmed() {
    let line = ["bid", "job_x", "--text", "T", "--answer", "A", "--answer", "B", "--agent", "--pay", "9 EUR"];
    let Command::Bids(Bids::Bid(args)) = parse(&line) else { panic!() };
    assert!(args.command.is_none());
    let (job, bid) = args.request().unwrap();
    assert_eq!((job, bid.agent, args.facts.answer.len()), ("job_x", true, 2));
    let Command::Bids(Bids::Bid(args)) = parse(&["bid", "show", "bid_x", "--quietly"]) else { panic!() };
    let Some(BidCommand::Show { bid, quietly }) = args.command else { panic!() };
    assert_eq!((bid.as_str(), quietly), ("bid_x", true));
    let Command::Bids(Bids::Bid(args)) = parse(&["bid", "confirm", "bid_x"]) else { panic!() };
    assert!(matches!(args.command, Some(BidCommand::Confirm(step)) if step.id() == "bid_x"));
    assert!(matches!(parse(&["bids"]), Command::Bids(Bids::Bids { job: None })));
    assert!(matches!(parse(&["bids", "job_x"]), Command::Bids(Bids::Bids { job: Some(_) })));
    for line in [&["bid"][..], &["bid", "job_x"], &["bid", "show"], &["bid", "--text", "T", "show", "bid_x"]]
    {
        assert!(refuses(line), "{line:?}");
    }
}

#[test]
fn answers_are_in_the_order_of_the_questions() {
    let told = serde_json::to_value(answers(&["Yes.".to_owned(), "When?".to_owned()]).unwrap()).unwrap();
    assert_eq!(told, json!([{"question": 1, "text": "Yes."}, {"question": 2, "text": "When?"}]));
    let many = vec!["Yes.".to_owned(); 6];
    assert!(answers(&many).unwrap_err().to_string().contains("at most 5"));
    assert!(answers(&[String::new()]).unwrap_err().to_string().contains("'--answer'"));
}

#[test]
fn terms_have_milestones_and_a_job_has_questions() {
    let line = [
        "offer",
        "bid_x",
        "--scope",
        "S",
        "--due",
        "2027-02-12",
        "--milestone",
        "A; 9 EUR",
        "--milestone",
        "B",
    ];
    let Command::Bids(Bids::Offer(args)) = parse(&line) else { panic!() };
    let pay = json!({"kind": "money", "currency": "EUR", "per": "project", "min": 900, "max": 900});
    assert_eq!(
        args.request().unwrap(),
        json!({"scope": "S", "due": "2027-02-12", "milestones": [{"title": "A", "pay": pay}, {"title": "B"}]})
    );
    assert!(matches!(
        parse(&["counter", "offer_x", "--pay", "9 EUR"]),
        Command::Contract(ContractStep::Counter(_))
    ));
    assert!(matches!(parse(&["amend", "offer_x"]), Command::Contract(ContractStep::Amend(_))));
    let id = format!("job_{}", "A".repeat(43));
    let line = ["job", "post", "--title", "T", "--text", "X", "--question", "Q", "--repeats", &id];
    let Command::Jobs(Jobs::Job(JobCommand::Post(args))) = parse(&line) else { panic!() };
    let posting = args.request(&mut given).unwrap();
    assert_eq!((&posting["questions"], &posting["predecessor"]), (&json!(["Q"]), &json!(id)));
}

#[test]
fn everything_else_about_a_job_and_this_program_is_taken() {
    let did = "did:key:z6MktwupdmLXVVqTzCw4i46r4uGyosGXRnR3XjN4Zq7oMMsw";
    for line in [
        &["job", "list", "--state", "expired", "--limit", "5"][..],
        &["job", "amend", "job_x", "--days", "7"],
        &["job", "repost", "job_x", "--days", "7"],
        &["invite", "job_x", did, "--note", "N"],
        &["invitations"],
        &["invitations", "job_x"],
        &["invitation", "show", "invitation_x"],
        &["contract", "show", "offer_x"],
        &["contracts"],
        &["disputes"],
        &["disputes", "offer_x"],
        &["dispute", "show", "dispute_x"],
        &["arbiters"],
        &["arbiter", "announce", "--terms", "T", "--field", "local:rust", "--language", "fr", "--fee", "F"],
        &["arbiter", "show", "me"],
        &["arbiter", "withdraw"],
        &[
            "offer",
            "bid_x",
            "--scope",
            "S",
            "--due",
            "2027-02-12",
            "--arbiter",
            did,
            "--arbiter-may-share-home",
        ],
        &["whoami"],
        &["completions", "zsh"],
        &["man"],
        &["man", "/tmp/man1"],
        &["profile", "show", "me"],
        &["reputation", "me"],
        &["trust", "me", "--viewer", did],
        &["match", "job_x", "--why", "me"],
        &["job", "search", "--client", "me"],
    ] {
        parse(line);
    }
    for line in [
        &["invite", "job_x", "ada"][..],
        &["trust", "ada"],
        &["completions", "cmd"],
        &["job", "list", "--state", "x"],
    ] {
        assert!(refuses(line), "{line:?}");
    }
}

/// One thing of each kind.
fn things() -> [Thing; 7] {
    let of = |id| Thing::of(id).unwrap();
    let review = Thing::review(&"0".repeat(64));
    let dispute = of("dispute_x");
    let milestone = Thing::milestone("offer_x", 2);
    [of("job_x"), of("invitation_x"), of("bid_x"), of("offer_x"), milestone, review, dispute]
}

#[test]
fn whatever_the_tables_let_a_person_do_has_a_command_that_this_program_takes() {
    let did = "did:key:z6MktwupdmLXVVqTzCw4i46r4uGyosGXRnR3XjN4Zq7oMMsw";
    for machine in Machine::ALL {
        let thing = things().into_iter().find(|thing| thing.machine() == *machine).unwrap();
        let rows = table(*machine).iter();
        for row in rows.filter(|row| row.actors.iter().any(|actor| *actor != Actor::Node)) {
            let command = thing.command(row.event.name());
            assert!(command.starts_with("hanse "), "{machine} {} has no command", row.event);
            let typed = command.replace("YYYY-MM-DD", "2027-02-12").replace("1..5", "5").replace("DID", did);
            let read = Cli::try_parse_from(typed.split(' '));
            assert!(read.is_ok(), "{machine} {}: {command}: {}", row.event, read.unwrap_err());
        }
    }
}
