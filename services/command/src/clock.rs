//! The one place where this program reads the time of day.

use hanse_document::Timestamp;

/// Seconds after 1970 on this machine's clock; 0 on a machine that believes to live before that.
#[must_use]
pub fn unix_now() -> i64 {
    #[expect(clippy::disallowed_methods, reason = "a command starts, asks the time once, and passes it on")]
    let now = std::time::SystemTime::now();
    let seconds = now.duration_since(std::time::UNIX_EPOCH).map_or(0, |since| since.as_secs());
    i64::try_from(seconds).unwrap_or(i64::MAX)
}

/// Now, in the form that documents use. A clock outside 2020 to 2099 counts as the nearer end.
#[must_use]
pub fn now() -> Timestamp {
    let unix = unix_now();
    let nearest = if unix < Timestamp::MIN.unix() { Timestamp::MIN } else { Timestamp::MAX };
    Timestamp::from_unix(unix).unwrap_or(nearest)
}
