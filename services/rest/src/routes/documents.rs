//! Signed documents as they are: published by people who keep their own key, and read by anybody where they are public.

use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE, LOCATION, VARY};
use actix_web::{HttpRequest, HttpResponse, get, post, web};
use hanse_base::error::Refusal;
use hanse_document::{Body, DocumentId, Signed};
use serde::Serialize;
use utoipa::ToSchema;

use crate::paths::DocumentInPath;
use hanse_http::body;
use hanse_http::body::BODY_BYTES_MAX;
use hanse_http::principal::Viewer;
use hanse_http::problem::Problem;
use hanse_http::state::State;
use hanse_http::state::limits::Counted;

/// The header with the signature over the leaf of a genesis, 128 hex digits.
pub(crate) const LEAF_SIGNATURE: &str = "hanse-leaf-signature";

/// What `POST /v1/documents` answers.
#[derive(Serialize, ToSchema)]
pub(crate) struct Taken {
    /// The document's id.
    id: String,
    /// False if it was here already.
    created: bool,
}

/// Publish a document that you signed yourself: the body is its canonical bytes, exactly as signed. The signature is the credential;
/// no token is needed. An identity (custody `self`) also needs the header `Hanse-Leaf-Signature` over its leaf.
#[utoipa::path(tag = "documents", request_body(content = serde_json::Value, description = "Canonical JSON (RFC 8785) with an eddsa-jcs-2022 proof", example = signed), params(
    ("Hanse-Leaf-Signature" = Option<String>, Header, description = "With an identity: the signature over its leaf.", pattern = "^[0-9a-f]{128}$"),
), responses(
    (status = 200, description = "It was here already.", body = Taken),
    (status = 201, description = "Taken.", body = Taken),
    (status = 409, description = "`wrong-prev`, `other-genesis`, `expired`, …", body = Problem, content_type = "application/problem+json"),
    (status = 413, description = "`too-large`", body = Problem, content_type = "application/problem+json"),
    (status = 429, description = "`rate-limited`: new identities of one address, and of all, are bounded; so are postings of one person.", body = Problem, content_type = "application/problem+json"),
    (status = 422, description = "`not-canonical`, `duplicate-key`, `too-deep`, `unknown-kind`, `bad-signature`, `foreign-key`, …", body = Problem, content_type = "application/problem+json"),
))]
#[post("/v1/documents")]
pub(crate) async fn publish(
    state: web::Data<State>,
    request: HttpRequest,
    payload: web::Payload,
) -> Result<HttpResponse, Problem> {
    let body = body::bytes(payload, BODY_BYTES_MAX).await?;
    let document = Signed::parse(&body).and_then(Signed::verify).map_err(Refusal::Rejected)?;
    // Anybody can send somebody's public documents once more: that uses up nothing of theirs.
    if state.engine.is_new(&document).await? {
        state.limits.charge(&request, made(document.body()), Some(document.issuer()))?;
    }
    let signature = request.headers().get(LEAF_SIGNATURE).map(|value| value.to_str().unwrap_or_default());
    let (id, created) = state.engine.publish_signed(&document, signature).await?;
    let mut answer = if created { HttpResponse::Created() } else { HttpResponse::Ok() };
    Ok(answer
        .insert_header((LOCATION, format!("/v1/documents/{id}")))
        .json(Taken { id: id.to_string(), created }))
}

/// A document, as an example of the form.
fn signed() -> serde_json::Value {
    serde_json::from_str(include_str!("../../../document/testdata/valid/job.json")).unwrap_or_default()
}

/// What a signed document counts as, beside a request.
const fn made(body: &Body) -> &'static [Counted] {
    match body {
        Body::Identity(_) => &[Counted::Identities, Counted::IdentitiesOfAll],
        Body::Job(_) => &[Counted::Postings],
        Body::Profile(_)
        | Body::Invitation(_)
        | Body::Arbiter(_)
        | Body::Dispute(_)
        | Body::Bid(_)
        | Body::Terms(_)
        | Body::Offer(_)
        | Body::Acceptance(_)
        | Body::Step(_)
        | Body::Text(_)
        | Body::Review(_)
        | Body::Reply(_) => &[],
    }
}

/// A signed document, byte-exact: public ones for anybody, those of a bid or contract for its sides.
#[utoipa::path(tag = "documents", security((), ("bearer" = [])), params(DocumentInPath), responses(
    (status = 200, description = "The canonical bytes that were signed.", body = serde_json::Value),
    (status = 404, description = "`not-found`", body = Problem, content_type = "application/problem+json"),
))]
#[get("/v1/documents/{id}")]
pub(crate) async fn read(
    state: web::Data<State>,
    viewer: Viewer,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let id: DocumentId = id.parse().map_err(|_| Problem::not_found("document"))?;
    let document =
        state.engine.document(&id, viewer.0.as_ref()).await?.ok_or_else(|| Problem::not_found("document"))?;
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "application/json"))
        .insert_header((CACHE_CONTROL, "no-cache"))
        .insert_header((VARY, "Authorization"))
        .body(document.bytes))
}
