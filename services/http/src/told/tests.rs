//! Every message that people were once left alone with, and others of its kind.

use hanse_api::requests::{
    BidRequest, JobQuery, JobRequest, OfferRequest, PageQuery, ProfileRequest, Register, ReviewRequest,
    SkillQuery, StepRequest,
};
use serde::de::DeserializeOwned;
use utoipa::{IntoParams, ToSchema};

use crate::problem::Problem;
use crate::{body, query};

fn told(problem: &Problem) -> String {
    format!("{} {}", problem.kind.trim_start_matches("/problems/"), problem.detail)
}

fn of<T: DeserializeOwned + ToSchema>(body: &str) -> String {
    body::read::<T>(body.as_bytes()).map(drop).map_err(|problem| told(&problem)).unwrap_err()
}

fn asked<T: DeserializeOwned + IntoParams>(text: &str) -> String {
    query::read::<T>(text).map(drop).map_err(|problem| told(&problem)).unwrap_err()
}

/// Nothing of what programmers say among themselves.
fn is_plain(told: &str) -> bool {
    let leaks = [
        "expected",
        "invalid type",
        "invalid value",
        "enum",
        "struct",
        "variant",
        "deserialize",
        "untagged",
        "u32",
        "i64",
    ];
    !leaks.iter().any(|leak| told.contains(leak))
}

fn check(rows: &[(&str, String, &str)]) {
    for (case, told, begins) in rows {
        assert!(told.starts_with(begins), "{case}\n  is told: {told}\n  not:     {begins}");
        assert!(is_plain(told), "{case}: {told}");
    }
}

/// A posting with this in it.
fn job(more: &str) -> String {
    of::<JobRequest>(&format!(r#"{{"title":"t","text":"x",{more}}}"#))
}

macro_rules! rows {
    ($read:expr; $($case:expr => $told:expr,)+) => {
        check(&[$(($case, $read($case), $told),)+])
    };
}

#[test]
fn bounds_are_told_with_what_came() {
    let long = format!(r#"{{"title":"{}","text":"x"}}"#, "x".repeat(130));
    rows! { of::<JobRequest>;
        long.as_str() => "out-of-bounds `title`: 1 to 120 characters; this one has 130.",
        r#"{"title":"","text":"x"}"# => "out-of-bounds `title`: 1 to 120 characters; this one has 0.",
        r#"{"title":" \u3164","text":"x"}"# => "forbidden-character `title`: A text has U+3164 as its character 2;",
        r#"{"title":"  ","text":"x"}"# => "out-of-bounds `title`: 1 to 120 characters, not only spaces",
    }
    let many: Vec<String> = (0..21).map(|n| format!("\"local:{n}\"")).collect();
    let many = format!("\"skills\":[{}]", many.join(","));
    rows! { job;
        r#""seats":0"# => "out-of-bounds `seats`: A whole number from 1 to 100; this is 0.",
        r#""days":91"# => "out-of-bounds `days`: A whole number from 1 to 90; this is 91.",
        r#""hours_per_week":-1"# => "out-of-bounds `hours_per_week`: A whole number from 1 to 168; this is -1.",
        r#""pay":{"kind":"money","currency":"EUR","min":90,"max":80,"per":"hour"}"# => "out-of-bounds `pay`: `min` is 0.90 EUR, above `max`, which is 0.80 EUR.",
        r#""pay":{"kind":"time_credits","hours":0}"# => "out-of-bounds `pay.hours`: A whole number from 1 to 20000; this is 0.",
        r#""pay":{"kind":"barter","offers":""}"# => "out-of-bounds `pay.offers`: 1 to 500 characters, on one line; this one has 0.",
        r#""pay":{"kind":"barter","offers":"a\nb"}"# => "forbidden-character `pay.offers`: A text has U+000A as its character 2, a line break; this stands on one line",
        r#""place":{"kind":"site","name":"L","country":"FR","latitude_e4":900001,"longitude_e4":0}"# => "out-of-bounds `place.latitude_e4`: A whole number from -900000 to 900000",
        r#""place":{"kind":"site","name":"L","country":"FR","latitude_e4":1}"# => "out-of-form `place`: `latitude_e4` stands without `longitude_e4`: say both",
        many.as_str() => "out-of-bounds `skills`: At most 20; these are 21.",
        r#""languages":["fr","fr"]"# => "repeated-item `languages[1]`: It is there already: name each once.",
    }
    rows! { of::<ReviewRequest>;
        r#"{"rating":6}"# => "out-of-bounds `rating`: A whole number from 1 to 5; this is 6.",
        r#"{"rating":5,"axes":{"quality":6}}"# => "out-of-bounds `axes.quality`: A whole number from 1 to 5",
        r#"{"rating":5,"axes":{"speed":5}}"# => "bad-body `axes.speed`: There is no such field here; there are `clarity`, `communication`,",
        r#"{"rating":"good"}"# => "bad-body `rating`: A whole number from 1 to 5; this is a text.",
        r#"{"rating":5,"on_time":"yes"}"# => "bad-body `on_time`: `true` or `false`: Whether the other side was on time; this is a text.",
    }
}

#[test]
fn words_codes_and_times_are_told_with_an_example() {
    rows! { job;
        r#""pay":{"kind":"money","currency":"EUR","per":"day"}"# => "bad-body `pay.per`: It is one of `hour`, `project`; this is `day`.",
        r#""pay":{"kind":"gold"}"# => "bad-body `pay.kind`: It is one of `money`, `barter`, `time_credits`; this is `gold`.",
        r#""pay":{}"# => "bad-body `pay.kind`: It is missing. It is one of `money`, `barter`, `time_credits`.",
        r#""language":"french""# => "bad-code `language`: As in `fr`, `pt-BR` or `zh-Hant-TW`",
        r#""pay":{"kind":"money","currency":"eur","per":"hour"}"# => "bad-code `pay.currency`: A currency: ISO 4217, three capital letters, as in `EUR`; this is `eur`.",
        r#""pay":{"kind":"money","currency":"ZZZ","per":"hour"}"# => "bad-code `pay`: `currency`: `ZZZ` is no currency of ISO 4217, such as `EUR`.",
        r#""place":{"kind":"site","name":"L","country":"ZZ"}"# => "bad-code `place`: `country`: `ZZ` is no country of ISO 3166-1, such as `FR`.",
        r#""place":{"kind":"site","name":"L","country":"France"}"# => "bad-code `place.country`: A country: ISO 3166-1, two capital letters, as in `FR`; this is `France`.",
        r#""skills":["local:ok","Rust programming"]"# => "bad-code `skills[1]`: An ESCO id or a tag such as `local:rust`",
        r#""schedule":{"start":"tomorrow"}"# => "bad-time `schedule.start`: A day that there is, as in `2026-11-24`, from 2020 to 2099.",
        r#""schedule":{"end":"2027-02-30"}"# => "bad-time `schedule.end`: A day that there is",
    }
    rows! { of::<OfferRequest>;
        r#"{"scope":"x","due":"12/02/2027"}"# => "bad-time `due`: A day that there is, as in `2026-11-24`",
    }
    rows! { of::<StepRequest>;
        r#"{"digest":"abc"}"# => "out-of-form `digest`: A SHA-256: 64 hex digits; this is `abc`.",
    }
}

#[test]
fn what_is_missing_unknown_null_or_of_another_type_is_told_apart() {
    rows! { of::<JobRequest>;
        r#"{"text":"x"}"# => "bad-body `title`: It is missing. 1 to 120 characters, on one line.",
        r#"{"title":null,"text":"x"}"# => "bad-body `title`: 1 to 120 characters, on one line; this is `null`: leave it out.",
        r#"{"title":7,"text":"x"}"# => "bad-body `title`: 1 to 120 characters, on one line; this is a number.",
        r#"["t","x"]"# => "bad-body The body is one JSON object, `{…}`.",
        r#"{"title":"t","#  => "not-json The body is no JSON: it breaks off at line 1, column ",
        r#"{"title":"t","title":"u","text":"x"}"# => "duplicate-key An object has the same key twice",
    }
    rows! { job;
        r#""tilte":"u""# => "bad-body `tilte`: There is no such field here; there are `days`, `hours_per_week`,",
        r#""languages":null"# => "bad-body `languages`: A list: At most 20, none of them twice; this is `null`: leave it out.",
        r#""languages":"fr""# => "bad-body `languages`: A list: At most 20, none of them twice; this is a text.",
        r#""place":"Lyon""# => "bad-body `place`: An object: Where: `{\"kind\":\"remote\"}` or `{\"kind\":\"site\",\"name\":",
        r#""place":{"kind":"site","country":"FR"}"# => "bad-body `place.name`: It is missing. 1 to 120 characters, on one line.",
        r#""place":{"kind":"remote","name":"L"}"# => "bad-body `place.name`: There is no such field here; there are `kind`.",
        r#""schedule":"soon""# => "bad-body `schedule`: An object: When work starts and ends, as far as stated; this is a text.",
        r#""schedule":{"start":7}"# => "bad-body `schedule.start`: A day, `YYYY-MM-DD`, from 2020 to 2099; this is a number.",
        r#""skills":[7]"# => "bad-body `skills[0]`: A skill: the last part of its ESCO URI, or `local:` and a slug; this is a number.",
    }
    rows! { of::<ProfileRequest>;
        r#"{"remote":"yes"}"# => "bad-body `remote`: `true` or `false`: Whether they work remotely; this is a text.",
        r#"{"rate":45}"# => "bad-body `rate`: An object: What is given in return: `{\"kind\":\"money\",\"currency\":\"EUR\",\"max\":\"80.50\"",
    }
    rows! { of::<Register>;
        r#"{"handle":"ada"}"# => "bad-body `password`: It is missing. 10 to 1,024 bytes.",
        r#"{"handle":"ada","password":1234567890}"# => "bad-body `password`: 10 to 1,024 bytes; this is a number.",
    }
    rows! { of::<BidRequest>; "{}" => "bad-body `text`: It is missing. 1 to 8000 characters, of several lines if need be.", }
}

#[test]
fn numbers_that_are_none_are_told_with_their_field() {
    rows! { job;
        r#""pay":{"kind":"money","currency":"EUR","max":80.50,"per":"project"}"# => "float `pay.max`: An amount: a text in the currency itself, `\"80.50\"`, or a whole number of minor units (cents), `8050`; this is 80.5.",
        r#""pay":{"kind":"money","currency":"EUR","max":"80,50","per":"project"}"# => "out-of-bounds `pay.max`: An amount: a text in the currency itself",
        r#""pay":{"kind":"money","currency":"JPY","max":"80.50","per":"project"}"# => "out-of-bounds `pay`: `max` is an amount in JPY such as",
        r#""pay":{"kind":"money","currency":"EUR","max":true,"per":"project"}"# => "bad-body `pay.max`: An amount: a text in the currency itself",
        r#""seats":1.5"# => "float `seats`: A whole number from 1 to 100; this is 1.5.",
        r#""seats":1e400"# => "float Numbers must be integers",
        r#""seats":-0"# => "float `seats`: A whole number from 1 to 100; this is -0.0.",
        r#""seats":9007199254740993"# => "integer-range `seats`: A whole number from 1 to 100; this is 9007199254740993.",
        r#""more":[{"a":1.5}]"# => "float `more`: There is no such field here; there are `days`,",
    }
    let digits = format!("\"seats\":{}", "9".repeat(400));
    assert!(job(&digits).starts_with("integer-range Integers must lie between"), "{}", job(&digits));
}

#[test]
fn parameters_are_named_with_their_form() {
    rows! { asked::<JobQuery>;
        "remote=True" => "bad-query `remote`: `true` or `false`: Remote only, or on site only; this is `True`.",
        "limit=abc" => "bad-query `limit`: A whole number from 1 to 100: At most so many, 1 to 100; 20 if not said; this is `abc`.",
        "limit=" => "bad-query `limit`: A whole number from 1 to 100: At most so many, 1 to 100; 20 if not said; this is empty.",
        "limit=1&limit=2" => "bad-query `limit`: It is there twice: name it once.",
        "pay=exposure" => "bad-query `pay`: It is one of `money`, `barter`, `time_credits`; this is `exposure`.",
        "state=gone" => "bad-query `state`: It is one of `open`,",
        "max_pay=80.50" => "bad-query `max_pay`: A whole number from 0 to 1000000000000: The money may be this much or less, in minor units (cents)",
        "currency=eur" => "bad-code `currency`: As in `EUR`",
        "within_km=0" => "out-of-bounds `within_km`: A whole number from 1 to 20000",
        "posted_since=yesterday" => "bad-time `posted_since`: A time in UTC as in `2026-11-24T10:00:00Z`",
        "client=ada" => "bad-key `client`: A person: `did:key:z6Mk…`",
        "latitude_e4=45.7" => "bad-query `latitude_e4`: A whole number from -900000 to 900000",
    }
    rows! { asked::<PageQuery>; "dry_run=yes" => "bad-query `dry_run`: There is no such parameter here; there are `cursor`, `limit`.", }
    rows! { asked::<SkillQuery>;
        "limit=5" => "bad-query `text`: It is missing. 1 to 200 characters: What the person typed: 1 to 200 characters.",
        "text=x&language=French" => "bad-code `language`: As in `fr`",
    }
    assert_eq!(
        query::read::<JobQuery>("text=De%CC%81veloppeur").unwrap().text.as_deref(),
        Some("D\u{e9}veloppeur")
    );
}
