//! What stands around the routes, from the outside in: `observe`, `headers`, `answers`, `limits`, `admission`.

pub mod admission;
pub mod answers;
pub mod headers;
pub mod limits;
pub mod observe;
