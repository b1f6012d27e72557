//! A client that knows who is signed in, and renews the token by itself when its time is over.

use serde_json::Value;

use crate::clock;
use crate::error::CommandError;
use hanse_client::api;
use hanse_client::client::{Client, ClientError, Stream};
use hanse_client::request::{As, Request};
use hanse_client::session::{Session, SessionFile};

/// The node that is used where nothing names one: what `make run` starts.
pub const NODE_DEFAULT: &str = "http://127.0.0.1:8080";

/// One run of the program: one node, and the session there if there is one.
#[derive(Debug)]
pub struct Caller {
    client: Client,
    file: SessionFile,
    session: Option<Session>,
}

impl Caller {
    /// The node that is named, or the one where somebody is signed in, or [`NODE_DEFAULT`].
    ///
    /// # Errors
    /// [`CommandError::Session`] for a file that is of no use, [`CommandError::Client`] for a URL that is none.
    pub fn new(named: Option<&str>, file: SessionFile) -> Result<Self, CommandError> {
        let kept = file.load()?;
        let url = named.or(kept.as_ref().map(|session| session.node.as_str())).unwrap_or(NODE_DEFAULT);
        let client = Client::new(url)?;
        // A token is good at its own node only, and must not be shown to another one.
        let session = kept.filter(|session| session.node == client.url());
        Ok(Self { client, file, session })
    }

    /// The node, as anybody.
    #[must_use]
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// Who is signed in.
    ///
    /// # Errors
    /// [`CommandError::SignedOut`] if nobody is.
    pub fn session(&self) -> Result<&Session, CommandError> {
        self.session.as_ref().ok_or_else(|| CommandError::SignedOut(self.client.url().to_owned()))
    }

    /// Sends the request, as the person who is signed in where that matters.
    ///
    /// # Errors
    /// [`CommandError::SignedOut`] if the request needs somebody, and whatever [`Client::send`] has.
    pub fn send(&mut self, request: &Request) -> Result<Value, CommandError> {
        self.ask(request, |client| client.send(request))
    }

    /// Sends the request likewise; the answer is text, kept as it came.
    ///
    /// # Errors
    /// Those of [`Caller::send`].
    pub fn text(&mut self, request: &Request) -> Result<String, CommandError> {
        self.ask(request, |client| client.text(request))
    }

    fn ask<T>(
        &mut self,
        request: &Request,
        ask: impl Fn(&Client) -> Result<T, ClientError>,
    ) -> Result<T, CommandError> {
        match request.by {
            As::Anyone => Ok(ask(&self.client)?),
            As::Viewer => match self.signed_in(&ask) {
                // Without a session it is still a question that anybody may ask.
                Err(CommandError::SignedOut(_)) => Ok(ask(&self.client)?),
                Err(CommandError::Client(error)) if is_signed_out(&error) => Ok(ask(&self.client)?),
                answer => answer,
            },
            As::Person => self.signed_in(ask),
        }
    }

    /// Opens a stream as the person who is signed in; its token is new enough to listen for a while.
    ///
    /// # Errors
    /// [`CommandError::SignedOut`], and whatever [`Client::open`] has.
    pub fn open(&mut self, request: &Request) -> Result<Stream, CommandError> {
        self.signed_in(|client| client.open(request))
    }

    fn send_signed(&mut self, request: &Request) -> Result<Value, CommandError> {
        self.signed_in(|client| client.send(request))
    }

    fn signed_in<T>(&mut self, ask: impl Fn(&Client) -> Result<T, ClientError>) -> Result<T, CommandError> {
        if self.session()?.is_stale(clock::unix_now()) {
            self.renew()?;
        }
        match ask(&self.signed()?) {
            // This machine's clock may be behind the node's.
            Err(error) if error.is("token-expired") => {
                self.renew()?;
                Ok(ask(&self.signed()?)?)
            }
            answer => Ok(answer?),
        }
    }

    fn signed(&self) -> Result<Client, CommandError> {
        Ok(self.client.with_token(&self.session()?.access_token))
    }

    /// Takes new tokens, unless another run of the program has just done so.
    fn renew(&mut self) -> Result<(), CommandError> {
        let _lock = self.file.lock()?;
        let used = self.session()?.clone();
        let session = match self.file.load()? {
            Some(newer) if newer.node == used.node && newer.access_token != used.access_token => newer,
            _ => {
                let answer = self.client.send(&api::refresh(&used.refresh_token))?;
                let session = Session::from_answer(&used.node, &answer, clock::unix_now())?;
                self.file.store(&session)?;
                session
            }
        };
        self.session = Some(session);
        Ok(())
    }

    /// Signs in and keeps the session.
    ///
    /// # Errors
    /// Whatever [`Client::send`] and the session file have.
    pub fn login(
        &mut self,
        handle: &str,
        password: &str,
        scopes: &[String],
    ) -> Result<&Session, CommandError> {
        let answer = self.client.send(&api::login(handle, password, scopes))?;
        let session = Session::from_answer(self.client.url(), &answer, clock::unix_now())?;
        self.file.store(&session)?;
        Ok(self.session.insert(session))
    }

    /// Ends the login at the node, and forgets it here in any case.
    ///
    /// # Errors
    /// The session is forgotten even when the node could not be told; then the error says so.
    pub fn logout(&mut self) -> Result<(), CommandError> {
        let told = match self.send_signed(&api::logout()) {
            Err(CommandError::Client(error)) if is_signed_out(&error) => Ok(()),
            told => told.map(drop),
        };
        self.file.remove()?;
        self.session = None;
        told
    }
}

/// Whether the node says that nobody is signed in with these tokens.
fn is_signed_out(error: &ClientError) -> bool {
    error.problem().is_some_and(|problem| problem.status == 401)
}
