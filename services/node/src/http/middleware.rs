//! What stands around the routes, from the outside in: `observe`, `headers`, `answers`, `limits`, `admission`.

pub(crate) mod admission;
pub(crate) mod answers;
pub(crate) mod headers;
pub(crate) mod limits;
pub(crate) mod observe;
