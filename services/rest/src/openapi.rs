//! The `OpenAPI` document beyond what each route says of itself: what all of them have in common stands here once.

mod shape;

use std::collections::BTreeSet;

use utoipa::openapi::header::Header;
use utoipa::openapi::path::{Operation, Parameter, ParameterBuilder, ParameterIn, PathItem};
use utoipa::openapi::schema::{Object, ObjectBuilder, Type};
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{Content, OpenApi, Ref, RefOr, Required, ResponseBuilder};

use hanse_http::act::KEY_MAX;
use hanse_http::problem::PROBLEM_JSON;

/// Adds the sign-in scheme, a name for each operation, the answer of every route that is a problem it does not name, the request
/// id, the versions, and the header that authenticated POSTs take; and says of values what holds for all of them.
pub(crate) fn complete(api: &mut OpenApi) {
    let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).bearer_format("JWT").build();
    api.components.get_or_insert_default().add_security_scheme("bearer", SecurityScheme::Http(bearer));
    for item in api.paths.paths.values_mut() {
        let PathItem { get, put, post, delete, patch, .. } = item;
        // What is published anew may be repeated, by whatever method.
        let kept = |operation: &&mut Operation| {
            operation.security.is_some() && operation.responses.responses.contains_key("201")
        };
        for operation in [&mut *put, &mut *post, &mut *patch].into_iter().flatten().filter(kept) {
            operation.parameters.get_or_insert_default().push(idempotency_key().into());
        }
        for operation in [get, put, post, delete, patch].into_iter().flatten() {
            name(operation);
            name_once(operation);
            add_versions(operation);
            add_default(operation);
        }
    }
    shape::complete(api);
}

/// Handlers of different resources share names, operations must not: a generated client has one function for each.
fn name(operation: &mut Operation) {
    let tag = operation.tags.iter().flatten().next();
    if let (Some(tag), Some(handler)) = (tag, &operation.operation_id) {
        operation.operation_id = Some(format!("{tag}_{handler}"));
    }
}

/// The macro adds the parts of a path once more that a route describes by a type.
fn name_once(operation: &mut Operation) {
    let mut seen = BTreeSet::new();
    operation.parameters.iter_mut().for_each(|parameters| {
        parameters.retain(|parameter| match parameter {
            RefOr::T(parameter) => {
                seen.insert((parameter.name.clone(), matches!(parameter.parameter_in, ParameterIn::Path)))
            }
            RefOr::Ref(_) => true,
        });
    });
}

/// Who answers 304 or 412 has versions: it takes the header that names one, and says in its answer which one it is of.
fn add_versions(operation: &mut Operation) {
    let responses = &mut operation.responses.responses;
    let asks = [
        (
            "304",
            "If-None-Match",
            "The versions that you have, by their `ETag`, or `*`: 304 if it is one of them.",
        ),
        (
            "412",
            "If-Match",
            "The versions that you have seen, by their `ETag`, or `*`: 412 if it is in another.",
        ),
    ];
    for (status, name, description) in asks {
        if !responses.contains_key(status) {
            continue;
        }
        for (status, response) in &mut *responses {
            if let (true, RefOr::T(response)) = (status.starts_with('2') || status == "304", response) {
                response.headers.insert("ETag".into(), RefOr::T(Header::new(text().build())));
            }
        }
        operation.parameters.get_or_insert_default().push(header(name, description, text()).into());
    }
}

fn add_default(operation: &mut Operation) {
    let problem = Content::new(Some(Ref::from_schema_name("Problem")));
    let other = ResponseBuilder::new()
        .description("Any other problem; its `type` names the reason: `/problems/<slug>`.")
        .content(PROBLEM_JSON, problem)
        .header("X-Request-Id", Header::new(text().build()))
        .build();
    operation.responses.responses.insert("default".into(), other.into());
}

fn idempotency_key() -> Parameter {
    header(
        "Idempotency-Key",
        "Repeat the request safely: for a day, the same key with the same request has one effect. A UUID does.",
        text().min_length(Some(1)).max_length(Some(KEY_MAX)).pattern(Some("^[ -~]+$")),
    )
}

fn header(name: &str, description: &str, value: ObjectBuilder) -> Parameter {
    ParameterBuilder::new()
        .name(name)
        .parameter_in(ParameterIn::Header)
        .required(Required::False)
        .description(Some(description))
        .schema(Some(Object::from(value)))
        .build()
}

fn text() -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::String)
}
