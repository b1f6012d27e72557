//! Both logs at the C2SP tile paths, so that ordinary `curl` and Go tools can audit them.

use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use actix_web::{HttpResponse, get, web};
use utoipa::ToSchema;

use crate::paths::{OwnLogInPath, TileInPath};
use hanse_http::problem::Problem;
use hanse_http::state::State;

/// What is not text.
#[derive(ToSchema)]
#[schema(value_type = String, format = Binary)]
#[expect(dead_code, reason = "a schema")]
pub(crate) struct Binary(Vec<u8>);

/// A full tile never changes; a year is the usual way to say so.
const FOR_EVER: &str = "public, max-age=31536000, immutable";

/// The newest checkpoint with the cosignatures that it has (C2SP tlog-checkpoint, tlog-cosignature).
#[utoipa::path(tag = "log", params(OwnLogInPath), responses(
    (status = 200, description = "A signed note.", body = String, content_type = "text/plain"),
    (status = 404, description = "`not-found`", body = Problem, content_type = "application/problem+json"),
))]
#[get("/log/{kind}/checkpoint")]
pub(crate) async fn checkpoint(
    state: web::Data<State>,
    kind: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let note = state.engine.logbook().checkpoint(&kind).await?.ok_or_else(|| Problem::not_found("log"))?;
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "text/plain; charset=utf-8"))
        .insert_header((CACHE_CONTROL, "no-cache"))
        .body(note))
}

/// A tile or an entry bundle (C2SP tlog-tiles): `tile/<L>/<N>[.p/<W>]` or `tile/entries/<N>[.p/<W>]`.
#[utoipa::path(tag = "log", params(
    OwnLogInPath,
    TileInPath,
), responses(
    (status = 200, description = "Hashes of 32 bytes, or entries with big-endian 16-bit lengths.", body = inline(Binary), content_type = "application/octet-stream"),
    (status = 404, description = "`not-found`: no such log, or the tile is not that full", body = Problem, content_type = "application/problem+json"),
))]
#[get("/log/{kind}/tile/{path:.*}")]
pub(crate) async fn tile(
    state: web::Data<State>,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse, Problem> {
    let (kind, path) = path.into_inner();
    let bytes = state
        .engine
        .logbook()
        .tile(&kind, &format!("tile/{path}"))
        .await?
        .ok_or_else(|| Problem::not_found("tile"))?;
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "application/octet-stream"))
        .insert_header((CACHE_CONTROL, FOR_EVER))
        .body(bytes))
}
