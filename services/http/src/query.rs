//! Queries: the parameters behind the `?`, with the one named that does not fit.

use std::future::{Ready, ready};
use std::ops::Deref;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use hanse_document::canonical;
use serde::de::DeserializeOwned;
use serde_json::Map;
use utoipa::IntoParams;

use crate::problem::Problem;
use crate::told;
use crate::told::shape::Shape;

/// The parameters, as a request type.
#[derive(Debug)]
pub struct Query<T>(T);

impl<T> Query<T> {
    /// The request.
    pub fn into_inner(self) -> T {
        self.0
    }
}

impl<T> Deref for Query<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T: DeserializeOwned + IntoParams> FromRequest for Query<T> {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(read(request.query_string()).map(Self))
    }
}

pub(crate) fn read<T: DeserializeOwned + IntoParams>(query: &str) -> Result<T, Problem> {
    let pairs = form_urlencoded::parse(query.as_bytes());
    // What a person types is put in order for them, as in a body.
    let pairs: Vec<(String, String)> =
        pairs.map(|(name, value)| (name.into_owned(), canonical::orderly(value.into_owned()))).collect();
    let orderly = form_urlencoded::Serializer::new(String::new()).extend_pairs(&pairs).finish();
    let parsed = serde_urlencoded::Deserializer::new(form_urlencoded::parse(orderly.as_bytes()));
    serde_path_to_error::deserialize(parsed).map_err(|error| {
        let mut named = Map::new();
        for (name, value) in pairs {
            if named.insert(name.clone(), value.into()).is_some() {
                return Problem::unreadable(
                    "bad-query",
                    format!("`{name}`: It is there twice: name it once."),
                );
            }
        }
        let way = told::way::of(error.path());
        Problem::misfit(&Shape::of_query::<T>(), &named.into(), &way, error.inner(), "bad-query")
    })
}

#[cfg(test)]
mod tests {
    use hanse_api::requests::JobQuery;

    use super::*;

    fn refused(query: &str) -> (String, String) {
        let problem = read::<JobQuery>(query).unwrap_err();
        (problem.kind.trim_start_matches("/problems/").to_owned(), problem.detail)
    }

    #[test]
    fn a_parameter_that_does_not_fit_is_named() {
        assert_eq!(read::<JobQuery>("text=a+b%26c&min_seats=2").unwrap().text.as_deref(), Some("a b&c"));
        for (query, slug, field) in [
            ("skill=No+code", "bad-code", "skill"),
            ("language=French", "bad-code", "language"),
            ("client=did:key:z6Mk", "bad-key", "client"),
            ("currency=eur", "bad-code", "currency"),
            ("country=France", "bad-code", "country"),
            ("within_km=0", "out-of-bounds", "within_km"),
            ("within_km=20001", "out-of-bounds", "within_km"),
            ("posted_since=yesterday", "bad-time", "posted_since"),
            ("min_seats=0", "out-of-bounds", "min_seats"),
            ("min_hours=169", "out-of-bounds", "min_hours"),
            ("max_hours=-1", "out-of-bounds", "max_hours"),
            ("pay=exposure", "bad-query", "pay"),
            ("per=month", "bad-query", "per"),
            ("state=gone", "bad-query", "state"),
            ("sort=price", "bad-query", "sort"),
            ("limit=many", "bad-query", "limit"),
            ("limit=1&limit=2", "bad-query", "limit"),
            ("remote=perhaps", "bad-query", "remote"),
            ("colour=blue", "bad-query", "colour"),
        ] {
            let (kind, detail) = refused(query);
            assert_eq!(kind, slug, "{query}: {detail}");
            assert!(detail.contains(&format!("`{field}`")), "{query}: {detail}");
        }
    }
}
