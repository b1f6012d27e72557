//! What people write by mistake or on purpose: each has a defined outcome.

use super::*;

fn item<'a>(matches: &'a Matches, did: &Did) -> &'a Match {
    matches.items.iter().find(|item| item.did == did.as_str()).unwrap()
}

#[tokio::test]
async fn skills_that_do_not_exist_are_shown_as_such() {
    let home = Home::new('a', &[]).await;
    let client = home.register("client").await;
    let mut posting = rust_job();
    posting["skills"] = json!(["local:rust", "local:telepathy", "00000000-0000-4000-8000-000000000000"]);
    let id = job(&home, &client, posting).await;
    let mut ana = rust_person("Ana");
    ana["skills"] = json!(["00000000-0000-4000-8000-000000000001", "local:rust"]);
    let ana = person(&home, "ana", ana).await;
    caught_up(&home.engine).await;
    let found = matches(&home.engine, &id, None).await;
    assert_eq!(found.unknown_skills, ["00000000-0000-4000-8000-000000000000"]);
    let ana = item(&found, &ana);
    assert_eq!(ana.unknown_skills, ["00000000-0000-4000-8000-000000000001"]);
    let needs: Vec<&str> = ana.explanation.needs.iter().map(|it| it.need.en.as_str()).collect();
    assert_eq!(
        needs,
        ["Rust", "telepathy"],
        "a tag of one's own is a need; an id that nobody knows costs nobody anything"
    );
    let have = |need: usize| ana.explanation.needs[need].have.as_ref().map(|it| it.line);
    assert_eq!((have(0), have(1)), (Some(1), None), "the line of the profile as it was written");
}

#[tokio::test]
async fn absurd_prices_neither_overflow_nor_help() {
    let home = Home::new('a', &[]).await;
    let client = home.register("client").await;
    let pay =
        |currency: &str, max: i64| json!({"kind": "money", "currency": currency, "per": "hour", "max": max});
    let mut posting = rust_job();
    posting["pay"] = pay("EUR", 5_000);
    let id = job(&home, &client, posting).await;
    let mut people = Vec::new();
    for (handle, rate) in [
        ("fair", pay("EUR", 5_000)),
        ("free", pay("EUR", 0)),
        ("dear", pay("EUR", 1_000_000_000_000)),
        ("odd", pay("KWD", 1_000_000_000_000)),
    ] {
        let mut profile = rust_person(handle);
        profile["rate"] = rate;
        people.push(person(&home, handle, profile).await);
    }
    caught_up(&home.engine).await;
    let found = matches(&home.engine, &id, None).await;
    let [fair, free, dear, odd] = &people[..] else { return };
    let h = |did| item(&found, did).explanation.h;
    assert_eq!(h(fair), h(free), "working for nothing is no advantage over working for what is paid");
    assert!(h(dear) < h(fair));
    assert!(item(&found, odd).explanation.price.is_none(), "a currency without a rate is not compared");
    assert!(found.items.iter().all(|item| item.explanation.holds()));
}

#[tokio::test]
async fn other_languages_and_walls_of_words_are_ranked_and_lift_nobody() {
    let home = Home::new('a', &[]).await;
    let client = home.register("client").await;
    let text = "Tiles, proofs and a witness that anybody can run on a small machine.";
    let mut posting = rust_job();
    posting["text"] = json!(text);
    let id = job(&home, &client, posting).await;
    let able = person(&home, "able", rust_person("Able")).await;
    let wall = "rust ".repeat(799);
    let hidden = format!("\u{200b}\u{202e}Rust{}\u{2066}", "\u{200d}".repeat(50));
    let title = "Rust programmer for a log";
    let mut others = Vec::new();
    for (handle, headline, about) in [
        ("copier", title, text),
        ("stuffer", "Rust Rust Rust Rust", wall.trim()),
        ("greek", "Προγραμματιστής", "Γράφω προγράμματα εδώ και είκοσι χρόνια."),
        ("signs", "🦀🦀🦀", "…"),
        ("hidden", hidden.as_str(), hidden.as_str()),
    ] {
        let profile = json!({"headline": headline, "about": about});
        let did = home.register(handle).await;
        // What turns the reading direction is no text of a document at all.
        let Ok(request) = serde_json::from_value(profile) else {
            assert_eq!(handle, "hidden");
            continue;
        };
        home.engine.put_profile(&did, request, false).await.unwrap();
        others.push(did);
    }
    caught_up(&home.engine).await;
    let found = matches(&home.engine, &id, None).await;
    assert_eq!(found.items.first().unwrap().did, able.as_str(), "a skill beats any number of words");
    assert!(found.items.iter().all(|item| item.explanation.holds()));
    for did in &others {
        match home.engine.discovery().why_not(&id, did, WhyNotQuery::default()).await.unwrap().answer {
            WhyNot::Ranked(told) | WhyNot::Unfit(told) => assert!(told.holds()),
            WhyNot::Stopped(stop) => panic!("{did}: {stop:?}"),
        }
    }
    let mut none = rust_job();
    none["text"] = json!("x ".repeat(7_000).trim());
    none["title"] = json!("…");
    none["skills"] = json!([]);
    none["language"] = json!("el");
    let empty = job(&home, &client, none).await;
    let answer = matches(&home.engine, &empty, None).await;
    assert!(
        answer.items.iter().all(|item| item.explanation.holds()),
        "a job that says nothing can be asked about"
    );
}

#[tokio::test]
async fn a_question_that_cannot_be_answered_names_its_field() {
    let home = Home::new('a', &[]).await;
    let client = home.register("client").await;
    let id = job(&home, &client, rust_job()).await;
    caught_up(&home.engine).await;
    let ask = async |query| refusal(home.engine.discovery().matches(&id, None, query).await);
    let wrong = [
        ("limit", MatchQuery { limit: Some(0), ..MatchQuery::default() }),
        ("limit", MatchQuery { limit: Some(51), ..MatchQuery::default() }),
        ("language", asked("de")),
        ("scope", MatchQuery { scope: Some("universe".to_owned()), ..MatchQuery::default() }),
    ];
    for (name, query) in wrong {
        let refused = ask(query).await;
        assert!(matches!(refused, Refusal::BadField { field, .. } if field == name), "{name}: {refused:?}");
    }
    let unknown: DocumentId = format!("job_{}", "A".repeat(43)).parse().unwrap();
    assert_eq!(
        refusal(home.engine.discovery().matches(&unknown, None, MatchQuery::default()).await),
        Refusal::NotFound("job")
    );
}
