//! The page of the API's documentation: files of the program, sent as they are in it.

use std::borrow::Cow;
use std::sync::Arc;

use actix_web::http::header::{CONTENT_ENCODING, ContentEncoding};
use actix_web::{HttpResponse, web};
use utoipa_swagger_ui::{Config, serve};

use hanse_http::problem::Problem;

/// One file. The large ones are compressed in the program, and are neither copied nor unpacked for each reader.
pub(crate) async fn file(
    path: web::Path<String>,
    config: web::Data<Config<'static>>,
) -> Result<HttpResponse, Problem> {
    let config: Arc<Config<'static>> = config.into_inner();
    let found = serve(&path, config).map_err(|_| Problem::internal("a page could not be made"))?;
    let file = found.ok_or_else(Problem::no_route)?;
    let mut answer = HttpResponse::Ok();
    if file.gzpipped {
        answer.insert_header((CONTENT_ENCODING, ContentEncoding::Gzip));
    }
    let bytes = match file.bytes {
        Cow::Borrowed(bytes) => web::Bytes::from_static(bytes),
        Cow::Owned(bytes) => web::Bytes::from(bytes),
    };
    Ok(answer.content_type(file.content_type).body(bytes))
}
