//! What people may newly say where a document takes more: amounts as they write them, currencies and countries that there are.

use std::borrow::Cow;

use hanse_document::kind::pay::{AMOUNT_MAX, CreditHours, Offers};
use hanse_document::kind::{Barter, Money, Pay, Per, Place, TimeCredits};
use hanse_document::{Currency, Fault, Rejection};
use serde::{Deserialize, Deserializer, de};
use utoipa::openapi::schema::{ObjectBuilder, SchemaType, Type};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

/// What is given in return: `{"kind":"money","currency":"EUR","max":"80.50","per":"project"}`, where an amount is a text in the currency
/// itself or a whole number of its minor units (`8050`), `{"kind":"barter","offers":"…"}` or `{"kind":"time_credits","hours":…}`.
#[derive(Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
#[schema(as = PayRequest)]
pub(crate) enum PayRequest {
    /// Money.
    Money {
        /// Of which currency.
        currency: Currency,
        /// At least.
        #[serde(default)]
        min: Option<Amount>,
        /// At most.
        #[serde(default)]
        max: Option<Amount>,
        /// For what.
        per: Per,
    },
    /// Something else in exchange.
    Barter {
        /// What.
        offers: Offers,
    },
    /// Hours of somebody's time.
    TimeCredits {
        /// How many.
        #[serde(default)]
        hours: Option<CreditHours>,
    },
}

/// An amount as it is said, of a currency that stands beside it.
#[derive(Deserialize)]
#[serde(untagged)]
pub(crate) enum Amount {
    /// In minor units.
    Minor(i64),
    /// In the currency itself.
    Major(String),
}

impl PartialSchema for Amount {
    fn schema() -> RefOr<Schema> {
        let types = SchemaType::from_iter([Type::Integer, Type::String]);
        let amount =
            ObjectBuilder::new().schema_type(types).minimum(Some(0)).maximum(Some(1_000_000_000_000_i64));
        let description = "An amount: a text in the currency itself, `\"80.50\"`, or a whole number of minor units (cents), `8050`.";
        let pattern = "^[0-9]{1,13}(\\.[0-9]{1,4})?$";
        amount.pattern(Some(pattern)).description(Some(description)).examples(["80.50"]).into()
    }
}

impl ToSchema for Amount {
    fn name() -> Cow<'static, str> {
        Cow::Borrowed("Amount")
    }
}

impl Amount {
    fn minor(self, name: &str, currency: &Currency) -> Result<u64, Fault> {
        let most = || format!("`{name}` is at most {} {currency}.", currency.major(AMOUNT_MAX));
        let told = match self {
            Self::Minor(minor) => match u64::try_from(minor) {
                Ok(minor) if minor <= AMOUNT_MAX => return Ok(minor),
                Ok(_) => most(),
                Err(_) => format!("`{name}` is not below 0; this is {minor}."),
            },
            Self::Major(text) => match currency.minor(&text) {
                Some(minor) if minor <= AMOUNT_MAX => return Ok(minor),
                Some(_) => most(),
                None => {
                    let example = currency.major(
                        10_u64.pow(currency.minor_digits().into()).saturating_mul(80).saturating_add(5),
                    );
                    format!(
                        "`{name}` is an amount in {currency} such as \"{example}\", with at most {} decimals.",
                        currency.minor_digits()
                    )
                }
            },
        };
        Err(Rejection::OutOfBounds.told(told))
    }
}

impl TryFrom<PayRequest> for Pay {
    type Error = Fault;

    fn try_from(asked: PayRequest) -> Result<Self, Fault> {
        match asked {
            PayRequest::Money { currency, min, max, per } => {
                if !currency.is_listed() {
                    let told = format!("`currency`: `{currency}` is no currency of ISO 4217, such as `EUR`.");
                    return Err(Rejection::BadCode.told(told));
                }
                let min = min.map(|min| min.minor("min", &currency)).transpose()?;
                let max = max.map(|max| max.minor("max", &currency)).transpose()?;
                if let (Some(least), Some(most)) = (min, max)
                    && least > most
                {
                    let [least, most] = [least, most].map(|minor| currency.major(minor));
                    let told =
                        format!("`min` is {least} {currency}, above `max`, which is {most} {currency}.");
                    return Err(Rejection::OutOfBounds.told(told));
                }
                Ok(Self::Money(Money::new(currency, min, max, per)?))
            }
            PayRequest::Barter { offers } => Ok(Self::Barter(Barter { offers })),
            PayRequest::TimeCredits { hours } => Ok(Self::TimeCredits(TimeCredits { hours })),
        }
    }
}

/// Reads what is given in return, as it is said.
pub(crate) fn pay<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Pay>, D::Error> {
    let asked = Option::<PayRequest>::deserialize(from)?;
    asked.map(Pay::try_from).transpose().map_err(de::Error::custom)
}

/// Reads a place in a country that there is.
pub(crate) fn place<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Place>, D::Error> {
    let place = Option::<Place>::deserialize(from)?;
    if let Some(Place::Site(site)) = &place
        && !site.country.is_listed()
    {
        let told = format!("`country`: `{}` is no country of ISO 3166-1, such as `FR`.", site.country);
        return Err(de::Error::custom(Rejection::BadCode.told(told)));
    }
    Ok(place)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn read(asked: &Value) -> Result<Option<Pay>, String> {
        pay(asked).map_err(|error| error.to_string())
    }

    #[test]
    fn an_amount_is_a_text_in_the_currency_or_a_number_of_minor_units() {
        for (currency, said, minor) in [
            ("EUR", json!("80.50"), 8_050),
            ("EUR", json!("80"), 8_000),
            ("EUR", json!(80), 80),
            ("JPY", json!("80"), 80),
            ("CLF", json!("1.0001"), 10_001),
        ] {
            let asked = json!({"kind": "money", "currency": currency, "max": said, "per": "project"});
            let Ok(Some(Pay::Money(money))) = read(&asked) else { panic!("{asked}") };
            assert_eq!(money.max(), Some(minor), "{asked}");
        }
        for (currency, min, max, told) in [
            (
                "EUR",
                json!(null),
                json!("80,50"),
                "`max` is an amount in EUR such as \"80.05\", with at most 2 decimals.",
            ),
            (
                "JPY",
                json!(null),
                json!("80.5"),
                "`max` is an amount in JPY such as \"85\", with at most 0 decimals.",
            ),
            ("EUR", json!(null), json!(-1), "`max` is not below 0; this is -1."),
            ("EUR", json!("10000000000.01"), json!(null), "`min` is at most 10000000000 EUR."),
            ("EUR", json!("90"), json!("80.50"), "`min` is 90 EUR, above `max`, which is 80.50 EUR."),
            ("ZZZ", json!(1), json!(null), "`ZZZ` is no currency of ISO 4217, such as `EUR`."),
        ] {
            let asked = json!({"kind": "money", "currency": currency, "min": min, "max": max, "per": "hour"});
            let error = read(&asked).unwrap_err();
            assert!(error.ends_with(told), "{asked}: {error}");
        }
    }

    #[test]
    fn a_place_is_in_a_country_that_there_is() {
        let site = |country: &str| json!({"kind": "site", "name": "Lyon", "country": country});
        assert!(place(&site("FR")).is_ok());
        let error = place(&site("ZZ")).unwrap_err().to_string();
        assert!(
            error.starts_with("bad-code: ")
                && error.ends_with("`ZZ` is no country of ISO 3166-1, such as `FR`."),
            "{error}"
        );
    }
}
