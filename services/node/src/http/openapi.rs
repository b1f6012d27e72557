//! The `OpenAPI` document beyond what each route says of itself: what all of them have in common stands here once.

use utoipa::openapi::header::Header;
use utoipa::openapi::path::{Operation, Parameter, ParameterBuilder, ParameterIn, PathItem};
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{Content, OpenApi, Ref, Required, ResponseBuilder};

use crate::http::act::KEY_MAX;
use crate::http::problem::PROBLEM_JSON;

/// Adds the sign-in scheme, a name for each operation, the answer of every route that is a problem it does not name, the request
/// id, and the headers that authenticated POSTs take.
pub(crate) fn complete(api: &mut OpenApi) {
    let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).bearer_format("JWT").build();
    api.components.get_or_insert_default().add_security_scheme("bearer", SecurityScheme::Http(bearer));
    for item in api.paths.paths.values_mut() {
        let PathItem { get, put, post, delete, .. } = item;
        for operation in [get, put, &mut *post, delete].into_iter().flatten() {
            name(operation);
            add_default(operation);
        }
        if let Some(operation) = post.as_mut().filter(|operation| operation.security.is_some()) {
            operation.parameters.get_or_insert_default().push(idempotency_key().into());
        }
    }
}

/// Handlers of different resources share names, operations must not: a generated client has one function for each.
fn name(operation: &mut Operation) {
    let tag = operation.tags.iter().flatten().next();
    if let (Some(tag), Some(handler)) = (tag, &operation.operation_id) {
        operation.operation_id = Some(format!("{tag}_{handler}"));
    }
}

fn add_default(operation: &mut Operation) {
    let problem = Content::new(Some(Ref::from_schema_name("Problem")));
    let other = ResponseBuilder::new()
        .description("Any other problem; its `type` names the reason: `/problems/<slug>`.")
        .content(PROBLEM_JSON, problem)
        .header("X-Request-Id", Header::new(ObjectBuilder::new().schema_type(Type::String)))
        .build();
    operation.responses.responses.insert("default".into(), other.into());
}

fn idempotency_key() -> Parameter {
    let key = ObjectBuilder::new().schema_type(Type::String).min_length(Some(1)).max_length(Some(KEY_MAX));
    ParameterBuilder::new()
        .name("Idempotency-Key")
        .parameter_in(ParameterIn::Header)
        .required(Required::False)
        .description(Some(
            "Repeat the request safely: for a day, the same key with the same request has one effect. A UUID does.",
        ))
        .schema(Some(key))
        .build()
}
