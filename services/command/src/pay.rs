//! What is given in return, as people write it: `45 EUR/hour`, `2200-3200 EUR`, `from 900 EUR`, `up to 900 EUR`,
//! `barter: a service in stoneware`, `time: 20`. Nodes count money in minor units (`4500` is 45 €).

use hanse_document::Currency;
use hanse_document::canonical::orderly;
use hanse_document::kind::pay::{AMOUNT_MAX, CREDIT_HOURS_MAX, CreditHours, Offers};
use hanse_document::kind::{Barter, Money, Pay, Per, TimeCredits};
use serde_json::Value;

use hanse_client::json::Read as _;

/// How it is written, for messages.
const FORM: &str = "write it as `45 EUR/hour`, `2200-3200 EUR`, `from 900 EUR`, `up to 900 EUR`, `barter: WHAT` or `time: HOURS`";

/// Reads what a person wrote.
///
/// # Errors
/// A sentence that says how to write it.
pub fn parse(text: &str) -> Result<Pay, String> {
    let text = text.trim();
    let wrong = || format!("`{text}` is no pay: {FORM}");
    if let Some(offers) = text.strip_prefix("barter:") {
        let offers = orderly(offers.trim().to_owned());
        let offers = Offers::parse(&offers).map_err(|_| {
            let most = Offers::CHARS_MAX;
            format!("what is bartered stands on one line of 1 to {most} characters, none of them invisible")
        })?;
        return Ok(Pay::Barter(Barter { offers }));
    }
    if text == "time" {
        return Ok(Pay::TimeCredits(TimeCredits { hours: None }));
    }
    if let Some(hours) = text.strip_prefix("time:") {
        let hours: u32 = hours.trim().trim_end_matches('h').trim_end().parse().map_err(|_| wrong())?;
        let hours = CreditHours::new(hours).map_err(|_| format!("hours are 1 to {CREDIT_HOURS_MAX}"))?;
        return Ok(Pay::TimeCredits(TimeCredits { hours: Some(hours) }));
    }
    money(text).ok_or_else(wrong)?.map(Pay::Money)
}

/// Reads an amount or a range with its currency; nothing if it is not written as one.
fn money(text: &str) -> Option<Result<Money, String>> {
    let (amounts, unit) = text.rsplit_once(' ')?;
    let (currency, per) = unit.split_once('/').unwrap_or((unit, "project"));
    let per = [Per::Hour, Per::Project].into_iter().find(|known| known.name() == per)?;
    let currency = Currency::parse(currency).ok()?;
    let amount = |text: &str| currency.minor(text.trim());
    let (min, max) = if let Some(min) = amounts.strip_prefix("from ") {
        (Some(amount(min)?), None)
    } else if let Some(max) = amounts.strip_prefix("up to ") {
        (None, Some(amount(max)?))
    } else if let Some((min, max)) = amounts.split_once(['-', '–']) {
        (Some(amount(min)?), Some(amount(max)?))
    } else {
        (Some(amount(amounts)?), Some(amount(amounts)?))
    };
    let most = currency.major(AMOUNT_MAX);
    let wrong = format!("the lower amount stands first, and none is above {most} {currency}");
    Some(Money::new(currency, min, max, per).map_err(|_| wrong))
}

/// Writes the API's form for a person; `unstated` for what is none.
#[must_use]
pub fn show(pay: Option<&Value>) -> String {
    let Some(pay) = pay else { return "unstated".to_owned() };
    match pay.text("/kind") {
        "money" => {
            let currency = pay.text("/currency");
            let known = Currency::parse(currency).ok();
            let amount = |name: &str| {
                let minor = pay.get(name)?.as_u64()?;
                // Where a node names what is no currency, nobody knows its decimals.
                Some(known.as_ref().map_or_else(|| minor.to_string(), |known| known.major(minor)))
            };
            let amounts = match (amount("min"), amount("max")) {
                (Some(min), Some(max)) if min == max => min,
                (Some(min), Some(max)) => format!("{min}–{max}"),
                (Some(min), None) => format!("from {min}"),
                (None, Some(max)) => format!("up to {max}"),
                (None, None) => "some".to_owned(),
            };
            format!("{amounts} {currency}/{}", pay.text("/per"))
        }
        "barter" => format!("barter: {}", pay.text("/offers")),
        "time_credits" => match pay.number("/hours") {
            0 => "time".to_owned(),
            hours => format!("time: {hours} h"),
        },
        other => other.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_people_write_is_read_and_shown_again() {
        for (written, json, shown) in [
            (
                "45 EUR/hour",
                json!({"kind":"money","currency":"EUR","per":"hour","min":4500,"max":4500}),
                "45 EUR/hour",
            ),
            (
                "2200-3200 EUR",
                json!({"kind":"money","currency":"EUR","per":"project","min":220_000,"max":320_000}),
                "2200–3200 EUR/project",
            ),
            (
                "from 12.5 GBP",
                json!({"kind":"money","currency":"GBP","per":"project","min":1250}),
                "from 12.50 GBP/project",
            ),
            (
                "up to 90000 JPY",
                json!({"kind":"money","currency":"JPY","per":"project","max":90_000}),
                "up to 90000 JPY/project",
            ),
            (
                "up to 1.005 KWD",
                json!({"kind":"money","currency":"KWD","per":"project","max":1005}),
                "up to 1.005 KWD/project",
            ),
            ("barter: bread", json!({"kind":"barter","offers":"bread"}), "barter: bread"),
            ("time: 20", json!({"kind":"time_credits","hours":20}), "time: 20 h"),
            ("time", json!({"kind":"time_credits"}), "time"),
        ] {
            assert_eq!(serde_json::to_value(parse(written).unwrap()).unwrap(), json, "{written}");
            assert_eq!(show(Some(&json)), shown);
            assert_eq!(parse(shown), parse(written), "{shown}");
        }
        assert_eq!(show(None), "unstated");
    }

    #[test]
    fn what_is_no_pay_is_told_how_to_be_written() {
        for text in [
            "",
            "45",
            "EUR",
            "45 eur",
            "45 EUR/day",
            "1.234 EUR",
            "-5 EUR",
            "1.5 JPY",
            "time: soon",
            "a-b EUR",
        ] {
            assert!(parse(text).is_err_and(|error| error.contains("45 EUR/hour")), "{text}");
        }
    }
    #[test]
    fn what_is_no_amount_is_told_why() {
        for (text, why) in [
            ("3200-2200 EUR", "lower amount stands first"),
            ("10000000000.01 EUR", "above 10000000000 EUR"),
            ("time: 0", "1 to 20000"),
            ("barter:", "1 to 500 characters"),
        ] {
            assert!(parse(text).is_err_and(|error| error.contains(why)), "{text}");
        }
    }
}
