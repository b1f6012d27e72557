//! Rates: each request is charged to whoever sent it, and its answer says what is left.

use actix_web::body::BoxBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::StatusCode;
use actix_web::middleware::Next;
use actix_web::{Error, ResponseError as _, web};

use crate::state::State;
use crate::state::limits::counted;
use crate::{principal, request};

/// Charges each request to whoever sent it, before anything is done for it, and tells them what is left.
pub async fn limited(
    request: ServiceRequest,
    next: Next<BoxBody>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let Some(state) = request.app_data::<web::Data<State>>().cloned() else {
        return next.call(request).await;
    };
    let route = request::route(request.request());
    let Some((counted, cost)) = counted(request.method(), route.as_deref()) else {
        return next.call(request).await;
    };
    let claims = principal::known(request.request(), &state);
    let person = claims.as_ref().ok().map(|claims| &claims.sub);
    match state.limits.spend(request.request(), counted, cost, person) {
        Ok(left) => {
            let mut response = next.call(request).await?;
            // What another budget refused is not announced as this one's.
            let refused = response.status() == StatusCode::TOO_MANY_REQUESTS;
            if let Some(left) = left.filter(|_| !refused) {
                left.tell(response.headers_mut());
            }
            Ok(response)
        }
        Err(over) => {
            let mut response = over.problem().error_response();
            over.left.tell(response.headers_mut());
            Ok(request.into_response(response))
        }
    }
}
