//! A reader of server-sent events, piece by piece as they come.
#![expect(clippy::expect_used, clippy::panic, reason = "support of tests: a failure is the finding")]

use serde_json::Value;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpStream;

use crate::eventually::within;
use crate::http::Call;

/// A stream that is open at the other end, until this is dropped.
#[derive(Debug)]
pub struct Listening {
    stream: BufReader<TcpStream>,
    /// Status line and headers as they came.
    pub head: String,
    text: String,
}

/// One event, or an id without one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SseEvent {
    /// Its id; empty if it has none.
    pub id: String,
    /// Its name; empty for an id alone.
    pub name: String,
    /// Its data; null if it has none.
    pub data: Value,
}

impl Listening {
    /// Sends a call and reads the head of the answer.
    ///
    /// # Panics
    /// If nobody listens, or the answer is no open stream.
    pub async fn open(call: Call) -> Self {
        within("a stream", async {
            let mut stream = TcpStream::connect(call.to()).await.expect("the server listens");
            stream.write_all(&call.bytes()).await.expect("the server reads");
            let mut stream = BufReader::new(stream);
            let mut head = String::new();
            while !head.ends_with("\r\n\r\n") {
                let read = stream.read_line(&mut head).await.expect("a head of text");
                assert_ne!(read, 0, "the answer breaks off: {head}");
            }
            assert!(head.starts_with("HTTP/1.1 200"), "{head}");
            Self { stream, head, text: String::new() }
        })
        .await
    }

    /// The next event; `None` once the stream has ended in order. Comments are passed over.
    ///
    /// # Panics
    /// If none comes, or the stream breaks off.
    pub async fn next(&mut self) -> Option<SseEvent> {
        within("an event", async {
            loop {
                if let Some((block, rest)) = self.text.split_once("\n\n") {
                    let told = read(block);
                    self.text = rest.to_owned();
                    match told {
                        Some(told) => return Some(told),
                        None => continue,
                    }
                }
                let chunk = self.chunk().await?;
                self.text.push_str(&chunk);
            }
        })
        .await
    }

    async fn chunk(&mut self) -> Option<String> {
        let mut size = String::new();
        self.stream.read_line(&mut size).await.expect("the stream does not break off");
        let size = usize::from_str_radix(size.trim(), 16).unwrap_or_else(|_| panic!("no chunk: {size:?}"));
        let mut chunk = vec![0; size + 2];
        self.stream.read_exact(&mut chunk).await.expect("the stream does not break off");
        chunk.truncate(size);
        (size > 0).then(|| String::from_utf8(chunk).expect("text"))
    }
}

fn read(block: &str) -> Option<SseEvent> {
    let mut told = SseEvent::default();
    for (field, value) in block.lines().filter_map(|line| line.split_once(": ")) {
        match field {
            "id" => value.clone_into(&mut told.id),
            "event" => value.clone_into(&mut told.name),
            "data" => told.data = serde_json::from_str(value).expect("data is JSON"),
            _ => {}
        }
    }
    (told != SseEvent::default()).then_some(told)
}
