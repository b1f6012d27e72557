//! What the types of a document say of themselves in an OpenAPI description: their bounds, and no more than one name for one form.

use std::borrow::Cow;

use utoipa::openapi::schema::{ArrayBuilder, ObjectBuilder, SchemaFormat, SchemaType, Type};
use utoipa::openapi::{KnownFormat, Ref, RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

use crate::bounded::{Line, List, Number, Text};
use crate::code::{Country, Currency, Language, SKILL_CHARS_MAX, Skill};
use crate::did::Did;
use crate::hash::Digest;
use crate::kind::pay::PayForm;
use crate::kind::place::PlaceForm;
use crate::kind::{Pay, Place};
use crate::time::{Date, Timestamp};

fn string() -> ObjectBuilder {
    ObjectBuilder::new().schema_type(SchemaType::new(Type::String))
}

/// Bounds of numbers are written as floating point numbers; all of ours are far below 2^53.
fn integer(least: u32, most: u32) -> ObjectBuilder {
    let integer = ObjectBuilder::new().schema_type(SchemaType::new(Type::Integer));
    let format = SchemaFormat::KnownFormat(KnownFormat::Int32);
    integer.format(Some(format)).minimum(Some(least)).maximum(Some(most))
}

macro_rules! bounded_text {
    ($type:ident, $characters:literal) => {
        impl<const MIN: usize, const MAX: usize> PartialSchema for $type<MIN, MAX> {
            fn schema() -> RefOr<Schema> {
                let description = format!("{MIN} to {MAX} characters{}", $characters);
                let text = string().min_length(Some(MIN)).max_length(Some(MAX));
                text.description(Some(description)).into()
            }
        }

        impl<const MIN: usize, const MAX: usize> ToSchema for $type<MIN, MAX> {
            fn name() -> Cow<'static, str> {
                Cow::Owned(format!("{}{MAX}", stringify!($type)))
            }
        }
    };
}

bounded_text!(Text, ", of several lines if need be.");
bounded_text!(Line, ", on one line.");

impl<const MIN: u32, const MAX: u32> PartialSchema for Number<MIN, MAX> {
    fn schema() -> RefOr<Schema> {
        integer(MIN, MAX).description(Some(format!("{MIN} to {MAX}."))).into()
    }
}

impl<const MIN: u32, const MAX: u32> ToSchema for Number<MIN, MAX> {
    fn name() -> Cow<'static, str> {
        Cow::Owned(format!("Number{MIN}To{MAX}"))
    }
}

impl<T: ToSchema, const MAX: usize> PartialSchema for List<T, MAX> {
    fn schema() -> RefOr<Schema> {
        let items = Ref::from_schema_name(T::name());
        let description = format!("At most {MAX}, none of them twice.");
        let list = ArrayBuilder::new().items(items).max_items(Some(MAX)).unique_items(true);
        list.description(Some(description)).into()
    }
}

impl<T: ToSchema, const MAX: usize> ToSchema for List<T, MAX> {
    fn name() -> Cow<'static, str> {
        Cow::Owned(format!("{}List{MAX}", T::name()))
    }

    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        schemas.push((T::name().into_owned(), T::schema()));
    }
}

/// A text of one written form.
macro_rules! written {
    ($type:ty, $name:literal, $description:literal, $schema:expr) => {
        impl PartialSchema for $type {
            fn schema() -> RefOr<Schema> {
                $schema.description(Some($description)).into()
            }
        }

        impl ToSchema for $type {
            fn name() -> Cow<'static, str> {
                Cow::Borrowed($name)
            }
        }
    };
}

/// The same with a pattern and an example.
fn like(pattern: &str, example: &str) -> ObjectBuilder {
    string().pattern(Some(pattern)).examples([example])
}

written!(
    Language,
    "LanguageTag",
    "A language by its BCP 47 tag, of language and, if need be, script and region: `fr`, `pt-BR`, `zh-Hant-TW`.",
    like("^[a-z]{2,3}(-[A-Z][a-z]{3})?(-([A-Z]{2}|[0-9]{3}))?$", "fr")
);
written!(
    Skill,
    "SkillId",
    "A skill: the last part of its ESCO URI, or `local:` and a slug.",
    like("^[a-z0-9:-]+$", "local:rust").min_length(Some(1)).max_length(Some(SKILL_CHARS_MAX))
);
written!(Country, "Country", "A country: ISO 3166-1, two capital letters.", like("^[A-Z]{2}$", "FR"));
written!(Currency, "Currency", "A currency: ISO 4217, three capital letters.", like("^[A-Z]{3}$", "EUR"));
written!(
    Did,
    "PersonId",
    "A person: `did:key:z6Mk…`, in the one canonical form of an Ed25519 key.",
    like(
        "^did:key:z6Mk[1-9A-HJ-NP-Za-km-z]{44}$",
        "did:key:z6Mko9hTggMwjSTEaJaPUfE6tqcy2xvU6BnNq3e3o8qVBiyH"
    )
);
written!(Digest, "Sha256", "A SHA-256: 64 hex digits.", string().pattern(Some("^[0-9a-f]{64}$")));
written!(
    Date,
    "Date",
    "A day, `YYYY-MM-DD`, from 2020 to 2099.",
    string().format(Some(SchemaFormat::KnownFormat(KnownFormat::Date)))
);

/// A type that is written as another one.
macro_rules! written_as {
    ($type:ty, $form:ty) => {
        impl PartialSchema for $type {
            fn schema() -> RefOr<Schema> {
                <$form>::schema()
            }
        }

        impl ToSchema for $type {
            fn name() -> Cow<'static, str> {
                <$form>::name()
            }

            fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
                <$form>::schemas(schemas);
            }
        }
    };
}

written_as!(Pay, PayForm);
written_as!(Place, PlaceForm);
written!(
    Timestamp,
    "Time",
    "A time to the second in UTC, `YYYY-MM-DDTHH:MM:SSZ`, from 2020 to 2099.",
    string().pattern(Some(
        "^20[2-9][0-9]-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]Z$"
    ))
);

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn bounds_of_a_type_stand_in_its_schema() {
        let of = |schema: RefOr<Schema>| serde_json::to_value(schema).unwrap_or_default();
        let list = of(List::<Skill, 20>::schema());
        assert_eq!((&list["maxItems"], &list["uniqueItems"]), (&json!(20), &json!(true)));
        assert_eq!(list["items"], json!({"$ref": "#/components/schemas/SkillId"}));
        let number = of(Number::<1, 90>::schema());
        assert_eq!((&number["minimum"], &number["maximum"]), (&json!(1), &json!(90)));
        let line = of(Line::<1, 120>::schema());
        assert_eq!((&line["minLength"], &line["maxLength"]), (&json!(1), &json!(120)));
    }
}
