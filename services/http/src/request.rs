//! What is asked of a request wherever it is answered: its id, its path, its route, whether its answer has a body.

use std::future::Future;

use actix_web::HttpRequest;

/// The header that carries the request id, in and out.
pub const REQUEST_ID: &str = "x-request-id";

tokio::task_local! {
    static ID: String;
}

/// The id of the request that this task answers, for problem documents.
#[must_use]
pub fn id() -> Option<String> {
    ID.try_with(Clone::clone).ok()
}

/// Does something as a part of answering the request of this id.
pub async fn with_id<T>(id: String, work: impl Future<Output = T>) -> T {
    ID.scope(id, work).await
}

/// The path of a request as the router reads it. By the bytes that were sent, `/v1/%61ccounts` would be another one than
/// `/v1/accounts`, and be judged as none.
pub fn path(request: &HttpRequest) -> &str {
    request.match_info().as_str()
}

/// The route that a request will take, by its pattern.
pub fn route(request: &HttpRequest) -> Option<String> {
    request.resource_map().match_pattern(path(request))
}

/// Stands in the extensions of a request whose answer has no body: what would only be cut off need not be begun.
#[derive(Debug, Clone, Copy)]
pub struct HeadOnly;

/// Whether a path is one of the pages that document the API.
pub fn is_docs(path: &str) -> bool {
    path.strip_prefix("/docs").is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}
