//! People open accounts, sign in, and write their profiles.

use std::collections::BTreeMap;
use std::thread;

use hanse_command::json::Read as _;
use hanse_command::{Client, ClientError, Request, api};
use serde_json::Value;

use crate::fail::DemoError;
use crate::nodes::Nodes;
use crate::scenario::{Role, Scenario, Town};
use crate::stage::Stage;

/// Everybody's password here: the nodes listen on the loopback interface only, and whoever keeps them up wants to sign in.
pub(crate) const PASSWORD: &str = "a demo on this machine";

/// Somebody who is signed in at home.
#[derive(Clone, Debug)]
pub(crate) struct Person {
    /// Name of the account.
    pub(crate) handle: String,
    /// Name in the federation.
    pub(crate) did: String,
    /// Home.
    pub(crate) town: Town,
    client: Client,
}

impl Person {
    /// Sends a request home, as this person. `what` completes "wanted to".
    pub(crate) fn ask(&self, what: &str, request: &Request) -> Result<Value, DemoError> {
        self.client.send(request).map_err(DemoError::asked(&self.handle, what))
    }

    /// The same, where a refusal is a possible answer.
    pub(crate) fn try_ask(&self, request: &Request) -> Result<Value, ClientError> {
        self.client.send(request)
    }
}

/// Everybody, by handle.
pub(crate) struct People(BTreeMap<String, Person>);

impl People {
    /// Registers everybody at home, both homes at once.
    pub(crate) fn register(stage: &Stage, nodes: &Nodes, scenario: &Scenario) -> Result<Self, DemoError> {
        let at = |town: Town, client: &Client| -> Result<Vec<Person>, DemoError> {
            let here = scenario.roles.iter().filter(|role| role.town == town);
            here.map(|role| stage.check().and_then(|()| enter(client, role))).collect()
        };
        let (a, b) = thread::scope(|scope| {
            let b = scope.spawn(|| at(Town::B, &nodes.b.client));
            (at(Town::A, &nodes.a.client), b.join())
        });
        let b = b.map_err(|_| DemoError::Broken("a thread of the demo ended by itself".to_owned()))?;
        let people = a?.into_iter().chain(b?).map(|person| (person.handle.clone(), person));
        Ok(Self(people.collect()))
    }

    /// The one of this handle.
    pub(crate) fn get(&self, handle: &str) -> Result<&Person, DemoError> {
        self.0.get(handle).ok_or_else(|| DemoError::Data(format!("nobody is called {handle}")))
    }

    /// Everybody at home there.
    pub(crate) fn of(&self, town: Town) -> Vec<&Person> {
        self.0.values().filter(|person| person.town == town).collect()
    }

    /// How many they are.
    pub(crate) fn count(&self) -> usize {
        self.0.len()
    }
}

fn enter(client: &Client, role: &Role) -> Result<Person, DemoError> {
    let Role { handle, town, profile } = role;
    let asked = |what: &str| DemoError::asked(handle, what);
    client.send(&api::register(handle, PASSWORD)).map_err(asked("open an account"))?;
    let session = client.send(&api::login(handle, PASSWORD, &[])).map_err(asked("sign in"))?;
    let token = session.need("/access_token").map_err(ClientError::from).map_err(asked("sign in"))?;
    let person = Person {
        handle: handle.clone(),
        did: session.need("/did").map_err(ClientError::from).map_err(asked("sign in"))?,
        town: *town,
        client: client.with_token(&token),
    };
    if let Some(profile) = profile {
        person.ask("write a profile", &api::put_profile(profile.clone()))?;
    }
    Ok(person)
}
