use super::*;
use crate::error::CommandError;
use clap::CommandFactory as _;
use hanse_api::requests::{JobRequest, ProfileRequest};
use hanse_document::Skill;
use serde_json::json;

mod work;

fn parse(line: &[&str]) -> Command {
    Cli::try_parse_from(std::iter::once(&"hanse").chain(line)).unwrap().command
}

fn refuses(line: &[&str]) -> bool {
    Cli::try_parse_from(std::iter::once(&"hanse").chain(line)).is_err()
}

#[test]
fn the_arguments_are_sound() {
    Cli::command().debug_assert();
}

#[test]
fn every_command_shows_an_example() {
    fn check(command: &clap::Command) {
        for sub in command.get_subcommands().filter(|sub| sub.get_name() != "help") {
            let help = sub.get_after_help().map(ToString::to_string).unwrap_or_default();
            assert!(sub.has_subcommands() || help.contains("hanse "), "{} has no example", sub.get_name());
            check(sub);
        }
    }
    check(&Cli::command());
}

#[test]
fn a_login_is_ended_by_its_id_or_all_others_are() {
    let ends = |line: &[&str]| {
        let Command::Account(Account::Sessions { command: Some(SessionsCommand::End { id, others }) }) =
            parse(line)
        else {
            panic!()
        };
        (id, others)
    };
    assert_eq!(ends(&["sessions", "end", "x"]), (Some("x".to_owned()), false));
    assert_eq!(ends(&["sessions", "end", "--others"]), (None, true));
    assert!(refuses(&["sessions", "end"]) && refuses(&["sessions", "end", "x", "--others"]));
    assert!(refuses(&["reset-password", "ada", "--letter", "--code", "x"]));
}

/// The ids that are named; there is no node to ask about words.
fn given(names: &[SkillName], _: &JobRequest) -> Result<Vec<Skill>, CommandError> {
    let id = |name: &SkillName| match name {
        SkillName::Id(id) => Ok(id.clone()),
        SkillName::Words(words) => Err(CommandError::Input(words.to_string())),
    };
    names.iter().map(id).collect()
}

#[test]
fn a_posting_says_what_is_stated_and_no_more() {
    let Command::Jobs(Jobs::Job(JobCommand::Post(args))) =
        parse(&["job", "post", "--title", "T", "--text", "X"])
    else {
        panic!()
    };
    assert_eq!(
        args.request(&mut given).unwrap(),
        json!({"title": "T", "text": "X", "seats": 1, "days": 30, "languages": [], "questions": [], "skills": []})
    );
    let line = [
        "job",
        "post",
        "--title",
        "T",
        "--text",
        "X",
        "--place",
        "Saint-Denis, La Plaine, FR",
        "--pay",
        "from 900 EUR",
        "--start",
        "2027-01-11",
        "--days",
        "7",
        "--skill",
        "local:a",
        "--skill",
        "local:b",
        "--speaks",
        "fr",
    ];
    let Command::Jobs(Jobs::Job(JobCommand::Post(args))) = parse(&line) else { panic!() };
    assert_eq!(
        args.request(&mut given).unwrap(),
        json!({"title": "T", "text": "X", "languages": ["fr"], "questions": [], "skills": ["local:a", "local:b"], "seats": 1, "days": 7,
            "place": {"kind": "site", "name": "Saint-Denis, La Plaine", "country": "FR"}, "schedule": {"start": "2027-01-11"},
            "pay": {"kind": "money", "currency": "EUR", "per": "project", "min": 90_000}})
    );
    assert!(refuses(&["job", "post", "--title", "T"]));
    assert!(refuses(&["job", "post", "--title", "T", "--text", "X", "--remote", "--place", "Lyon, FR"]));
    assert!(refuses(&["job", "post", "--title", "T", "--text", "X", "--place", "Lyon"]));
}

#[test]
fn a_search_takes_words_as_people_type_them() {
    let Command::Jobs(Jobs::Job(JobCommand::Search(args))) =
        parse(&["job", "search", "\"live sound\" -wedding", "rig", "--remote", "no"])
    else {
        panic!()
    };
    let search = args.search(|| Err("nobody")).unwrap();
    assert_eq!(search.text.as_deref(), Some("\"live sound\" -wedding rig"));
    assert_eq!((search.remote, search.limit), (Some(false), Some(20)));
    assert!(refuses(&["job", "search", "--limit", "101"]));
}

#[test]
fn a_review_is_rated_one_to_five() {
    let line = [
        "review",
        "offer_x",
        "--rating",
        "4",
        "--axis",
        "quality=5",
        "--axis",
        "deadlines=3",
        "--on-time",
        "no",
    ];
    let Command::Reviews(Reviews::Review(args)) = parse(&line) else { panic!() };
    assert_eq!(
        args.request().unwrap(),
        json!({"rating": 4, "axes": {"quality": 5, "deadlines": 3}, "on_time": false})
    );
    for line in [
        ["review", "offer_x", "--rating", "6"],
        ["review", "offer_x", "--rating", "0"],
        ["review", "offer_x", "--axis", "quality=5"],
    ] {
        assert!(refuses(&line), "{line:?}");
    }
    assert!(refuses(&["review", "offer_x", "--rating", "4", "--axis", "quality=6"]));
    assert!(refuses(&["review", "offer_x", "--rating", "4", "--file", "x.json"]));
}

#[test]
fn a_value_that_does_not_fit_is_refused_with_its_argument_and_its_form() {
    for (line, argument, form) in [
        (&["job", "search", "--language", "French"][..], "--language <TAG>", "fr or pt-BR"),
        (&["job", "search", "--client", "ada"], "--client <DID>", "did:key:z6Mk"),
        (&["job", "search", "--since", "yesterday"], "--since <TIME>", "2026-11-24T10:00:00Z"),
        (&["job", "search", "--near", "45.7,4.8", "--within", "0"], "--within <KM>", "from 1 to 20000"),
        (&["job", "search", "--min-hours", "169"], "--min-hours <HOURS>", "from 1 to 168"),
        (&["job", "search", "--state", "gone"], "--state <STATE>", "`open`"),
        (&["job", "post", "--text", "X", "--title", ""], "--title <TITLE>", "one line of 1 to 120"),
        (&["job", "post", "--title", "T", "--text", "X", "--start", "soon"], "--start <DATE>", "2027-02-12"),
        (&["job", "post", "--title", "T", "--text", "X", "--days", "91"], "--days <DAYS>", "from 1 to 90"),
        (&["job", "post", "--title", "T", "--text", "X", "--pay", "9-8 EUR"], "--pay <PAY>", "stands first"),
        (&["profile", "set", "--skill", "local:Rust"], "--skill <SKILL>", "local:WORD"),
        (&["deliver", "offer_x", "--digest", "A0"], "--digest <HEX>", "64 digits"),
        (&["review", "offer_x", "--rating", "4", "--axis", "speed=5"], "--axis <NAME=1..5>", "`quality`"),
        (&["skills", "add", "local:Rust"], "<SKILL>", "local:WORD"),
        (&["skills", "add", "a\u{1b}b"], "<SKILL>", "U+001B as its character 2"),
        (&["skills", "remove", "Rust"], "<ID>", "local:WORD"),
    ] {
        let told = Cli::try_parse_from(std::iter::once(&"hanse").chain(line)).unwrap_err().to_string();
        assert!(told.contains(argument) && told.contains(form), "{line:?}: {told}");
        assert!(!told.contains("bad-") && !told.contains("out-of-"), "no slug is shown: {told}");
    }
}

#[test]
fn a_text_that_does_not_fit_is_refused_with_its_argument() {
    let Command::Bids(Bids::Bid(args)) = parse(&["bid", "job_x", "--text", " "]) else { panic!() };
    let told = args.request().unwrap_err().to_string();
    assert!(told.contains("'--text'") && told.contains("1 to 8000 characters"), "{told}");
    let line = ["job", "post", "--title", "T", "--text", "X", "--skill", "local:a", "--skill", "local:a"];
    let Command::Jobs(Jobs::Job(JobCommand::Post(args))) = parse(&line) else { panic!() };
    let told = args.request(&mut given).unwrap_err().to_string();
    assert!(told.contains("'--skill'") && told.contains("twice"), "{told}");
}

#[test]
fn too_many_skills_are_refused_before_any_is_looked_up() {
    let names: Vec<String> = (0..200).map(|number| format!("tag {number}")).collect();
    let skills = names.iter().flat_map(|name| ["--skill", name]);
    let line: Vec<&str> = ["profile", "set"].into_iter().chain(skills.clone()).collect();
    let Command::People(People::Profile(ProfileCommand::Set(args))) = parse(&line) else { panic!() };
    let told = args.over(ProfileRequest::default(), |_| panic!("looked up")).unwrap_err().to_string();
    assert!(told.contains("'--skill'") && told.contains("at most 20"), "{told}");
    let line: Vec<&str> = ["job", "post", "--title", "T", "--text", "X"].into_iter().chain(skills).collect();
    let Command::Jobs(Jobs::Job(JobCommand::Post(args))) = parse(&line) else { panic!() };
    let told = args.request(&mut |_, _| panic!("looked up")).unwrap_err().to_string();
    assert!(told.contains("'--skill'") && told.contains("at most 20"), "{told}");
}

#[test]
fn a_private_answer_is_given_read_or_taken_back() {
    for (line, given, forgotten) in [
        (&["again", "offer_x", "yes"][..], Some(YesNo::Yes), false),
        (&["again", "offer_x"], None, false),
        (&["again", "offer_x", "--forget"], None, true),
    ] {
        let Command::Reviews(Reviews::Again { contract, answer, forget }) = parse(line) else {
            panic!("{line:?}")
        };
        assert_eq!((contract.as_str(), answer, forget), ("offer_x", given, forgotten));
    }
    assert!(refuses(&["again", "offer_x", "no", "--forget"]));
    assert!(refuses(&["again", "offer_x", "perhaps"]));
}

#[test]
fn skills_are_listed_found_and_confirmed() {
    assert!(matches!(parse(&["skills"]), Command::People(People::Skills { command: None })));
    let Command::People(People::Skills { command: Some(SkillsCommand::Add { skills }) }) =
        parse(&["skills", "add", "local:a", "bake bread"])
    else {
        panic!()
    };
    assert_eq!(
        skills,
        [SkillName::Id("local:a".parse().unwrap()), SkillName::Words("bake bread".parse().unwrap())]
    );
    assert!(refuses(&["skills", "add"]));
    assert!(refuses(&["skills", "find", "x", "--limit", "51"]));
}

#[test]
fn global_options_stand_anywhere() {
    let cli =
        Cli::try_parse_from(["hanse", "accept", "offer_x", "--dry-run", "--json", "--node", "http://n"])
            .unwrap();
    assert!(cli.json);
    assert_eq!(cli.node.as_deref(), Some("http://n"));
    let Command::Contract(step) = cli.command else { panic!() };
    let ContractStep::Move(step) = step else { panic!() };
    assert!(step.step().1.trial().dry_run);
    for line in [
        &["hanse", "--json", "bid", "show", "bid_x"][..],
        &["hanse", "bid", "show", "bid_x", "--json"],
        &["hanse", "bid", "show", "--json", "bid_x"],
        &["hanse", "bid", "job_x", "--text", "X", "--json"],
    ] {
        assert!(Cli::try_parse_from(line).unwrap().json, "{line:?}");
    }
}

#[test]
fn the_options_of_every_command_stand_apart() {
    let told = Cli::try_parse_from(["hanse", "job", "close", "--help"]).unwrap_err().to_string();
    let (own, every) = told.split_once("With every command:").unwrap();
    assert!(own.contains("--reason") && !own.contains("--node"), "{told}");
    assert!(every.contains("--node") && every.contains("--json") && every.contains("--session"), "{told}");
}

#[test]
fn a_password_is_not_printed() {
    let Command::People(People::Login { password, .. }) =
        parse(&["login", "ada", "--password", "hunter2hunter2"])
    else {
        panic!()
    };
    assert!(!format!("{password:?}").contains("hunter2"));
}
