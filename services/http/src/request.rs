//! What is asked of a request wherever it is answered: its id, its path, its route, whether its answer has a body.

use std::future::Future;

use actix_web::HttpRequest;
use actix_web::http::header::ACCEPT_LANGUAGE;
use hanse_api::words::SentenceLanguage;

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

/// The language of sentences that a request asks for with `Accept-Language` (RFC 9110, 12.5.4): the one that it likes best of those that
/// there are, English if it likes none.
#[must_use]
pub fn language(request: &HttpRequest) -> SentenceLanguage {
    let said = request.headers().get(ACCEPT_LANGUAGE).and_then(|said| said.to_str().ok()).unwrap_or_default();
    let (mut english, mut french) = (0.0, 0.0);
    for range in said.split(',') {
        let (tag, weight) = range.split_once(';').unwrap_or((range, ""));
        let weight = weight.trim().strip_prefix("q=").and_then(|q| q.parse::<f32>().ok()).unwrap_or(1.0);
        match tag.trim().split('-').next().unwrap_or_default().to_ascii_lowercase().as_str() {
            "en" => english = weight.max(english),
            "fr" => french = weight.max(french),
            _ => {}
        }
    }
    if french > english { SentenceLanguage::Fr } else { SentenceLanguage::En }
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    #[test]
    fn sentences_are_in_the_language_that_is_liked_best() {
        let asked = |said: &str| {
            let request = TestRequest::default().insert_header(("accept-language", said)).to_http_request();
            language(&request)
        };
        for french in ["fr", "fr-CH, en;q=0.8", "de, fr;q=0.5, en;q=0.4", "EN;q=0.1,FR;q=0.2"] {
            assert!(matches!(asked(french), SentenceLanguage::Fr), "{french}");
        }
        for english in ["", "en", "de", "en, fr", "fr;q=0.2, en;q=0.3", "fr;q=0", ";;,q=1", "frisian"] {
            assert!(matches!(asked(english), SentenceLanguage::En), "{english}");
        }
    }
}
