//! The REST API: who is let in, what is read, who answers, and how.
//!
//! Files name only what stands below them: `server`, then `app`, then `routes` and what stands around those (`middleware`), then
//! who asks for what (`act`, `principal`), then `state`, then what knows nothing of that (`body`, `problem`, `request` and the like).

pub(crate) mod act;
pub(crate) mod app;
pub(crate) mod body;
pub(crate) mod connections;
pub(crate) mod docs;
pub(crate) mod etag;
pub(crate) mod middleware;
pub(crate) mod openapi;
pub(crate) mod principal;
pub(crate) mod problem;
pub(crate) mod query;
pub(crate) mod request;
pub(crate) mod routes;
pub(crate) mod server;
pub(crate) mod shares;
pub(crate) mod state;
