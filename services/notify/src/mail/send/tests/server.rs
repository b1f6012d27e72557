//! A mail server: SMTP by `mailin`, a socket, and a list of what has arrived.

use std::collections::BTreeMap;
use std::io;
use std::net::IpAddr;
use std::sync::{Arc, Mutex};

use mail_parser::MessageParser;
use mailin::response::{NO_MAILBOX, OK};
use mailin::{Action, Handler, Response, SessionBuilder};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// A letter that has arrived.
#[derive(Clone, Debug, Default)]
pub(super) struct Arrived {
    pub(super) from: String,
    pub(super) to: Vec<String>,
    pub(super) raw: Vec<u8>,
}

impl Arrived {
    /// What its reader reads.
    pub(super) fn text(&self) -> String {
        let message = MessageParser::default().parse(&self.raw).unwrap();
        message.body_text(0).unwrap().into_owned()
    }
}

/// What happens to letters to an address.
#[derive(Clone, Copy, Debug)]
pub(super) enum Rule {
    Take,
    NoMailbox,
    /// It is there, and the answer says that it was not taken.
    TakeAndSay(u16),
}

#[derive(Debug, Default)]
struct Box {
    arrived: Vec<Arrived>,
    rules: BTreeMap<String, Rule>,
}

pub(super) struct Server {
    pub(super) port: u16,
    shared: Arc<Mutex<Box>>,
    task: JoinHandle<()>,
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Server {
    pub(super) async fn start() -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let shared = Arc::<Mutex<Box>>::default();
        let mailbox = Arc::clone(&shared);
        #[expect(clippy::disallowed_methods, reason = "a server of the test's own")]
        let task = tokio::spawn(async move {
            loop {
                let (stream, from) = listener.accept().await.unwrap();
                // Whoever hangs up in the middle has not sent a letter.
                drop(serve(stream, from.ip(), Arc::clone(&mailbox)).await);
            }
        });
        Self { port, shared, task }
    }

    /// What has arrived since it was asked last.
    pub(super) fn take(&self) -> Vec<Arrived> {
        std::mem::take(&mut self.shared.lock().unwrap().arrived)
    }

    pub(super) fn rule(&self, address: &str, rule: Rule) {
        self.shared.lock().unwrap().rules.insert(address.to_owned(), rule);
    }
}

/// One connection.
struct Conversation {
    shared: Arc<Mutex<Box>>,
    letter: Arrived,
}

impl Handler for Conversation {
    fn mail(&mut self, _: IpAddr, _: &str, from: &str) -> Response {
        self.letter = Arrived { from: from.to_owned(), ..Arrived::default() };
        OK
    }

    fn rcpt(&mut self, to: &str) -> Response {
        self.letter.to.push(to.to_owned());
        match self.shared.lock().unwrap().rules.get(to) {
            Some(Rule::NoMailbox) => NO_MAILBOX,
            _ => OK,
        }
    }

    fn data(&mut self, line: &[u8]) -> io::Result<()> {
        self.letter.raw.extend_from_slice(line);
        Ok(())
    }

    fn data_end(&mut self) -> Response {
        let mut shared = self.shared.lock().unwrap();
        shared.arrived.push(self.letter.clone());
        match self.letter.to.first().and_then(|to| shared.rules.get(to)) {
            Some(Rule::TakeAndSay(code)) => Response::custom(*code, "Not now".to_owned()),
            _ => OK,
        }
    }
}

async fn serve(stream: TcpStream, from: IpAddr, shared: Arc<Mutex<Box>>) -> io::Result<()> {
    let mut stream = BufReader::new(stream);
    let conversation = Conversation { shared, letter: Arrived::default() };
    let mut session = SessionBuilder::new("mail.example").build(from, conversation);
    let mut answer = session.greeting();
    loop {
        match answer.action {
            Action::NoReply => {}
            Action::Reply => stream.write_all(&answer.buffer()?).await?,
            Action::Close | Action::UpgradeTls => return stream.write_all(&answer.buffer()?).await,
        }
        let mut line = Vec::new();
        if stream.read_until(b'\n', &mut line).await? == 0 {
            return Ok(());
        }
        answer = session.process(&line);
    }
}
