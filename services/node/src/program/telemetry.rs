//! Log lines: one a decision, as JSON for machines or as text for people, on standard error.

use std::io::IsTerminal as _;

use tracing_subscriber::EnvFilter;
use tracing_subscriber::Layer as _;
use tracing_subscriber::fmt::format::FmtSpan;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

use crate::config::{Config, LogFormat};
use crate::program::flood::Flood;

/// Starts logging; a filter that cannot be read is an error that says so. A second call does nothing.
pub(crate) fn start(config: &Config) -> Result<(), String> {
    let filter = EnvFilter::try_new(&config.log_filter)
        .map_err(|error| format!("log_filter: `{}`: {error}", config.log_filter))?;
    let lines = tracing_subscriber::fmt::layer()
        .with_span_events(FmtSpan::NONE)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal());
    let flood = Flood::new();
    let lines = match config.log {
        LogFormat::Json => lines.json().flatten_event(true).with_filter(flood.clone()).boxed(),
        LogFormat::Text => lines.with_target(false).with_filter(flood.clone()).boxed(),
    };
    let started = tracing_subscriber::registry().with(filter).with(lines).try_init();
    if started.is_ok() {
        flood.tell().map_err(|error| format!("logging: {error}"))?;
    } else {
        tracing::debug!("logging was started already");
    }
    Ok(())
}
