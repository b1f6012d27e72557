//! The REST API: who is let in, what is read, who answers, and how.

pub(crate) mod act;
pub(crate) mod app;
pub(crate) mod body;
pub(crate) mod docs;
pub(crate) mod gate;
pub(crate) mod headers;
pub(crate) mod limits;
pub(crate) mod observe;
pub(crate) mod openapi;
pub(crate) mod principal;
pub(crate) mod problem;
pub(crate) mod query;
pub(crate) mod routes;
pub(crate) mod server;
pub(crate) mod shares;
pub(crate) mod state;
pub(crate) mod token;
