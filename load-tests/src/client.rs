//! The least that an HTTP client must do, over one connection that is kept: so it weighs little in what is measured.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use crate::Result;

/// Nothing here takes so long; a server that hangs ends the run.
const TIMEOUT: Duration = Duration::from_secs(60);
/// Longer than any answer that is asked for here.
const ANSWER_BYTES_MAX: usize = 1 << 20;

pub(crate) struct Client {
    stream: TcpStream,
    received: Vec<u8>,
}

impl Client {
    pub(crate) fn connect(server: SocketAddr) -> Result<Self> {
        let stream = TcpStream::connect_timeout(&server, TIMEOUT)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(TIMEOUT))?;
        Ok(Self { stream, received: Vec::new() })
    }

    /// Sends a request as it is and returns the body of the answer, which must have this status.
    pub(crate) fn send(&mut self, request: &[u8], status: &str) -> Result<Vec<u8>> {
        let (head, body) = self.exchange(request)?;
        if head.split(' ').nth(1) == Some(status) {
            return Ok(body);
        }
        Err(format!("{head}{}", String::from_utf8_lossy(&body)).into())
    }

    /// Sends a request as it is and returns the status of the answer, whatever it is.
    pub(crate) fn status(&mut self, request: &[u8]) -> Result<u16> {
        Ok(self.answer(request)?.0)
    }

    /// Sends a request as it is and returns status and body of the answer, whatever it is.
    pub(crate) fn answer(&mut self, request: &[u8]) -> Result<(u16, Vec<u8>)> {
        let (head, body) = self.exchange(request)?;
        Ok((head.split(' ').nth(1).ok_or("an answer without a status")?.parse()?, body))
    }

    fn exchange(&mut self, request: &[u8]) -> Result<(String, Vec<u8>)> {
        self.stream.write_all(request)?;
        self.received.clear();
        let mut buffer = [0; 16 * 1024];
        loop {
            let read = self.stream.read(&mut buffer)?;
            if read == 0 || self.received.len() > ANSWER_BYTES_MAX {
                return Err("the answer ended early, or does not end".into());
            }
            self.received.extend_from_slice(buffer.get(..read).unwrap_or_default());
            let Some(head) = self.received.windows(4).position(|four| four == b"\r\n\r\n") else { continue };
            let (head, body) = self.received.split_at(head + 4);
            let head = std::str::from_utf8(head)?.to_ascii_lowercase();
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
            let length: usize = length.ok_or("an answer without a length")?.parse()?;
            if body.len() >= length {
                return Ok((head, body.to_vec()));
            }
        }
    }
}

/// A GET.
pub(crate) fn get(path: &str) -> Vec<u8> {
    format!("GET {path} HTTP/1.1\r\nHost: bench\r\n\r\n").into_bytes()
}

/// A POST of JSON.
pub(crate) fn post(path: &str, token: Option<&str>, body: &serde_json::Value) -> Vec<u8> {
    let body = body.to_string();
    let token = token.map_or_else(String::new, |token| format!("Authorization: Bearer {token}\r\n"));
    let length = body.len();
    format!(
        "POST {path} HTTP/1.1\r\nHost: bench\r\nContent-Type: application/json\r\n{token}Content-Length: {length}\r\n\r\n{body}"
    )
    .into_bytes()
}
