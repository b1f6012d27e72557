//! A node's stream of server-sent events (WHATWG HTML, 9.2), as far as nodes write it: one event after the other, within bounds.

use std::io::{self, BufRead, Read as _};

/// The longest line: an alert has a title of 120 characters and a few ids.
const LINE_BYTES_MAX: u64 = 64 * 1024;
/// The most `data` of one event.
const DATA_BYTES_MAX: usize = 256 * 1024;

/// One event.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Event {
    /// Its `id`, empty if it has none.
    pub id: String,
    /// Its name, empty if it has none.
    pub name: String,
    /// Its `data`.
    pub data: String,
}

/// The next event; `None` where the stream ends, also in the middle of one.
///
/// # Errors
/// Whatever reading has, a read that takes too long among it, and `InvalidData` for what is no such stream.
pub fn next(stream: &mut impl BufRead) -> io::Result<Option<Event>> {
    let mut event = Event::default();
    let mut said = false;
    loop {
        let mut line = Vec::new();
        stream.by_ref().take(LINE_BYTES_MAX).read_until(b'\n', &mut line)?;
        if line.pop() != Some(b'\n') {
            // The end, or a line that is too long to be one of ours.
            return if line.len() < 1_024 { Ok(None) } else { Err(invalid("a line does not end")) };
        }
        let line = std::str::from_utf8(&line).map_err(|_| invalid("it is not UTF-8"))?;
        let line = line.strip_suffix('\r').unwrap_or(line);
        if line.is_empty() {
            // An id alone is no event to anybody else, but where the stream is to be taken up.
            if said || !event.id.is_empty() {
                return Ok(Some(event));
            }
            continue;
        }
        let (field, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            "id" => value.clone_into(&mut event.id),
            "event" => value.clone_into(&mut event.name),
            "data" => {
                if said {
                    event.data.push('\n');
                }
                event.data.push_str(value);
                said = true;
                if event.data.len() > DATA_BYTES_MAX {
                    return Err(invalid("an event does not end"));
                }
            }
            // Comments, `retry`, and what a newer node may say.
            _ => {}
        }
    }
}

fn invalid(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(text: &str) -> Vec<Event> {
        let mut stream = text.as_bytes();
        let mut events = Vec::new();
        while let Some(event) = next(&mut stream).unwrap() {
            events.push(event);
        }
        events
    }

    #[test]
    fn events_are_read_and_everything_else_is_passed_over() {
        let text = "retry: 3000\n\n:\n\nid: 7\nevent: job.published\ndata: {\"a\":1}\n\n: alive\n\nid: 8\r\ndata: x\r\ndata: y\r\n\r\nid: 9\ndata: cut";
        let [first, second] = &all(text)[..] else { panic!("{:?}", all(text)) };
        assert_eq!(
            (first.id.as_str(), first.name.as_str(), first.data.as_str()),
            ("7", "job.published", "{\"a\":1}")
        );
        assert_eq!((second.id.as_str(), second.name.as_str(), second.data.as_str()), ("8", "", "x\ny"));
    }

    #[test]
    fn what_has_no_end_is_no_stream() {
        let line = "x".repeat(70_000);
        assert!(next(&mut line.as_bytes()).is_err());
        let data = format!("data: {}\n", "x".repeat(60_000)).repeat(6);
        assert!(next(&mut data.as_bytes()).is_err());
        assert!(next(&mut &b"data: \xff\n\n"[..]).is_err());
    }
}
