//! What an operator sets: a TOML file, then `HANSE_…` variables over it. The only reader of the environment.

mod mail;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use figment::Figment;
use figment::providers::{Env, Format as _, Serialized, Toml};
use hanse_base::config::NET_BYTES_MAX;
use hanse_discovery::knowledge::{Row, Weights};
use hanse_document::NodeName;
use serde::{Deserialize, Serialize};

pub use hanse_http::client::ClientHeader;
pub use hanse_http::door::Door;
pub use mail::{MailServer, Tls};

/// Database connections a process may hold; two cores keep about this many busy.
const CONNECTIONS_DEFAULT: usize = 16;
/// Two for the lease, three for the workers, and three for requests: with fewer, one slow page is in everybody's way.
const CONNECTIONS_MIN: usize = 8;
/// The pace of the background work where nothing wakes it earlier, in milliseconds.
const SEQUENCE_MS_DEFAULT: u64 = 500;
const FOLLOW_MS_DEFAULT: u64 = 5_000;
const DELIVER_MS_DEFAULT: u64 = 2_000;

/// Our own decisions; of the libraries only what is wrong. A peer that asks too much is counted, and does not write a line each time.
const LOG_FILTER_DEFAULT: &str = "warn,hanse=info,libp2p_request_response=error";

/// Variables of the `hanse` command, of this program's own options and of the tests, which share the prefix.
const NOT_SETTINGS: &[&str] = &["config", "node", "password", "test_database"];

/// The whole configuration of one process.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The node's name, for ever: the first part of its log origins.
    pub name: String,
    /// Where people reach this node, without a trailing slash.
    pub url: String,
    /// Address the HTTP server listens on.
    pub listen: SocketAddr,
    /// Folder of the node secret, of what the node remembers of its signed heads, and of the private Postgres where there is one.
    pub data: PathBuf,
    /// A Postgres URL, in which `sslmode` and `sslrootcert` mean what psql reads there; absent, the node runs a private Postgres of its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub database: Option<String>,
    /// Most database connections of this process: two for the lease, a third for the workers, the rest for requests.
    pub connections: usize,
    /// Name of the federation: nodes of another one do not talk to this one.
    pub federation: String,
    /// libp2p addresses to listen on, as multiaddrs.
    pub p2p: Vec<String>,
    /// The nodes this one federates with, with their pinned keys.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub peers: Vec<Peer>,
    /// `json` for machines, `text` for people.
    pub log: LogFormat,
    /// Filter of log lines, as in `info,hanse_logbook=debug`; `hanse` is every crate of a node.
    pub log_filter: String,
    /// How often background work looks by itself.
    pub pace: Pace,
    /// What matching weighs; the node publishes it.
    pub ranking: Ranking,
    /// What stands between the node and the public.
    pub door: Door,
    /// Where letters go out; absent, none is sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mail: Option<MailServer>,
}

/// What matching weighs. The node publishes it, and peers that it asks rank by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ranking {
    /// What counts for who posts the job.
    pub client: Side,
    /// What counts for who would do it.
    pub freelancer: Side,
}

/// The weights of one side: hundredths that add up to 100.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the names are those of the factors, and documented there")]
pub struct Side {
    pub skill: u16,
    pub title: u16,
    pub text: u16,
    pub rate: u16,
    pub language: u16,
    pub place: u16,
    pub reputation: u16,
}

/// What the weights of a side add up to.
const WEIGHTS_SUM: u32 = 100;

impl Side {
    const fn of([skill, title, text, rate, language, place, reputation]: Row<u16>) -> Self {
        Self { skill, title, text, rate, language, place, reputation }
    }

    /// The weights in the order of every table.
    const fn row(self) -> Row<u16> {
        let Self { skill, title, text, rate, language, place, reputation } = self;
        [skill, title, text, rate, language, place, reputation]
    }

    fn sum(self) -> u32 {
        self.row().into_iter().map(u32::from).sum()
    }
}

impl Default for Ranking {
    fn default() -> Self {
        let weights = Weights::DEFAULT;
        Self { client: Side::of(weights.client), freelancer: Side::of(weights.freelancer) }
    }
}

impl Ranking {
    /// The same, as the engine takes it.
    #[must_use]
    pub const fn weights(self) -> Weights {
        Weights { client: self.client.row(), freelancer: self.freelancer.row() }
    }
}

/// One pinned peer, as `hanse-node card` prints it on that peer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Peer {
    /// Its node name.
    pub name: String,
    /// Its libp2p address, a multiaddr.
    pub address: String,
    /// Its libp2p peer id.
    pub peer_id: String,
    /// Its verifier keys: both logs, auditor, receipts.
    pub vkeys: Vec<String>,
    /// Its public URL, for people to follow.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
}

/// Form of the log lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// One JSON object a line.
    Json,
    /// One line for a person.
    Text,
}

/// Milliseconds between two looks of each worker; a change wakes it at once.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pace {
    /// The sequencer of the logs: at most one checkpoint for each log in this time.
    pub sequence_ms: u64,
    /// The follower of the peers' logs.
    pub follow_ms: u64,
    /// The delivery of documents to other homes.
    pub deliver_ms: u64,
}

/// What is wrong with a configuration, every mistake at once.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file or a variable cannot be read as its type.
    #[error("the configuration cannot be read")]
    Read(#[source] Box<figment::Error>),
    /// Values that cannot be.
    #[error("the configuration has mistakes:\n{}", .0.iter().map(|m| format!("  - {m}")).collect::<Vec<_>>().join("\n"))]
    Mistakes(Vec<String>),
}

impl Config {
    /// What holds where neither file nor variable says otherwise.
    #[must_use]
    pub fn defaults() -> Self {
        Self {
            name: "localhost".into(),
            url: "http://127.0.0.1:8080".into(),
            listen: SocketAddr::from(([127, 0, 0, 1], 8080)),
            data: PathBuf::from("/var/tmp/hanse-node"),
            database: None,
            connections: CONNECTIONS_DEFAULT,
            federation: "hanse".into(),
            p2p: vec!["/ip4/127.0.0.1/tcp/0".into()],
            peers: Vec::new(),
            log: LogFormat::Text,
            log_filter: LOG_FILTER_DEFAULT.into(),
            pace: Pace {
                sequence_ms: SEQUENCE_MS_DEFAULT,
                follow_ms: FOLLOW_MS_DEFAULT,
                deliver_ms: DELIVER_MS_DEFAULT,
            },
            ranking: Ranking::default(),
            door: Door::default(),
            mail: None,
        }
    }

    /// Reads `file` (if given), then the variables `HANSE_NAME`, `HANSE_PACE__SEQUENCE_MS` and so on, and checks the whole.
    pub fn load(file: Option<&Path>) -> Result<Self, ConfigError> {
        let mut figment = Figment::from(Serialized::defaults(Self::defaults()));
        if let Some(file) = file {
            if !file.is_file() {
                return Err(ConfigError::Mistakes(vec![format!(
                    "{}: no such file; `hanse-node init` writes one",
                    file.display()
                )]));
            }
            figment = figment.merge(Toml::file_exact(file));
        }
        let config: Self = figment
            .merge(Env::prefixed("HANSE_").split("__").ignore(NOT_SETTINGS))
            .extract()
            .map_err(|error| ConfigError::Read(Box::new(error)))?;
        config.checked()
    }

    /// The same, if nothing in it is a mistake.
    pub fn checked(self) -> Result<Self, ConfigError> {
        let mut mistakes = Vec::new();
        if NodeName::parse(&self.name).is_err() {
            mistakes.push(format!(
                "name: `{}` is not a node name (lower-case letters, digits, dots, hyphens)",
                self.name
            ));
        }
        if !(self.url.starts_with("http://") || self.url.starts_with("https://")) || self.url.ends_with('/') {
            mistakes
                .push(format!("url: `{}` must start with http:// or https:// and not end with /", self.url));
        }
        if self.connections < CONNECTIONS_MIN {
            mistakes.push(format!("connections: lease, workers and requests need {CONNECTIONS_MIN}"));
        }
        let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        if !(1..=NET_BYTES_MAX).contains(&self.federation.len()) || !self.federation.bytes().all(plain) {
            mistakes.push(format!(
                "federation: `{}` must be 1 to {NET_BYTES_MAX} of a-z, 0-9 and -",
                self.federation
            ));
        }
        for peer in &self.peers {
            if NodeName::parse(&peer.name).is_err() {
                mistakes.push(format!("peers: `{}` is not a node name", peer.name));
            }
            if peer.name == self.name {
                mistakes.push(format!("peers: `{}` is this node itself", peer.name));
            }
            if self.peers.iter().filter(|other| other.name == peer.name).count() > 1 {
                mistakes.push(format!("peers: `{}` is listed twice", peer.name));
            }
        }
        for (side, weights) in [("client", self.ranking.client), ("freelancer", self.ranking.freelancer)] {
            if weights.sum() != WEIGHTS_SUM {
                mistakes.push(format!(
                    "ranking.{side}: the weights add up to {}, and must add up to {WEIGHTS_SUM}",
                    weights.sum()
                ));
            }
        }
        mistakes.extend(self.door.mistakes());
        mistakes.extend(self.mail.iter().flat_map(MailServer::mistakes));
        if mistakes.is_empty() { Ok(self) } else { Err(ConfigError::Mistakes(mistakes)) }
    }

    /// Whether the database URL has a password in it, or may have one.
    #[must_use]
    pub fn has_password(&self) -> bool {
        self.database.as_deref().is_some_and(|url| hide_password(url) != url)
    }

    /// The configuration as TOML, with the password of a database URL hidden.
    #[must_use]
    pub fn shown(&self) -> String {
        let mut shown = self.clone();
        shown.database = shown.database.as_deref().map(hide_password);
        shown.mail = shown.mail.as_ref().map(MailServer::shown);
        toml::to_string(&shown).unwrap_or_else(|error| format!("# cannot be shown: {error}\n"))
    }
}

impl Pace {
    /// The paces as durations, never zero.
    #[must_use]
    pub fn durations(self) -> [Duration; 3] {
        [self.sequence_ms, self.follow_ms, self.deliver_ms].map(|ms| Duration::from_millis(ms.max(1)))
    }
}

/// Where the node remembers its signed heads, outside the database.
pub(crate) fn heads_folder(data: &Path) -> PathBuf {
    data.join("heads")
}

/// Where programs of this user keep what they can fetch again: `$XDG_CACHE_HOME/hanse` or `~/.cache/hanse`.
#[must_use]
#[expect(clippy::disallowed_methods, reason = "this module is the one reader of the environment")]
pub(crate) fn cache_folder() -> Option<PathBuf> {
    let set = |name: &str| std::env::var(name).ok().filter(|value| value.starts_with('/')).map(PathBuf::from);
    let cache = set("XDG_CACHE_HOME").or_else(|| Some(set("HOME")?.join(".cache")))?;
    Some(cache.join("hanse"))
}

/// A database URL without its password; as a whole where it is written in another way than in front of the host.
fn hide_password(url: &str) -> String {
    match url.split_once("://").and_then(|(scheme, rest)| Some((scheme, rest.rsplit_once('@')?))) {
        Some((scheme, (user, host))) if !host.contains("password") => match user.split_once(':') {
            Some((user, _)) => format!("{scheme}://{user}:[secret]@{host}"),
            // Such a user is known to the server by its socket, or by a certificate.
            None => url.to_owned(),
        },
        None if !url.contains("password") => url.to_owned(),
        _ => "[secret]".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_mistake_is_reported_at_once() {
        let mut config = Config::defaults();
        config.name = "A b".into();
        config.url = "ftp://x/".into();
        config.connections = 1;
        config.federation = "Lyon".into();
        let Err(ConfigError::Mistakes(mistakes)) = config.checked() else { panic!("accepted") };
        assert_eq!(mistakes.len(), 4, "{mistakes:?}");
        let named = |federation: &str| Config { federation: federation.into(), ..Config::defaults() };
        named("lyon-69").checked().unwrap();
        named(&"x".repeat(NET_BYTES_MAX + 1)).checked().unwrap_err();
    }

    #[test]
    fn weights_must_add_up_on_each_side() {
        let mut config = Config::defaults();
        assert_eq!(config.ranking.weights(), Weights::DEFAULT);
        config.ranking.client.skill += 1;
        config.ranking.freelancer.rate -= 1;
        let Err(ConfigError::Mistakes(mistakes)) = config.checked() else { panic!("accepted") };
        assert_eq!(mistakes.len(), 2, "{mistakes:?}");
        assert!(mistakes[0].contains("101") && mistakes[1].contains("99"), "{mistakes:?}");
    }

    #[test]
    fn a_password_is_never_shown() {
        for url in [
            "postgres://u:hunter2@db/x",
            "postgres://u:at@hunter2@db/x",
            "postgres://db/x?password=hunter2",
            "postgres://u@db/x?password=hunter2",
            "host=db user=u password=hunter2 dbname=x",
            "host=db password = 'two hunter2'",
        ] {
            let config = Config { database: Some(url.into()), ..Config::defaults() };
            assert!(!config.shown().contains("hunter2"), "{}", config.shown());
            assert!(config.shown().contains("[secret]") && config.has_password(), "{}", config.shown());
        }
        let config =
            Config { database: Some("postgresql://u@%2Frun%2Fpostgresql/x".into()), ..Config::defaults() };
        assert!(config.shown().contains("u@%2Frun") && !config.has_password(), "{}", config.shown());
    }

    #[test]
    fn a_card_can_be_appended_to_a_fresh_configuration() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("hanse.toml");
        let card = "[[peers]]\nname = \"b.example\"\naddress = \"/ip4/127.0.0.1/tcp/4001\"\npeer_id = \"x\"\nvkeys = []\n";
        std::fs::write(&file, format!("{}{card}", Config::defaults().shown())).unwrap();
        assert_eq!(Config::load(Some(&file)).unwrap().peers.len(), 1);
    }

    #[test]
    fn an_unknown_key_is_a_mistake_and_the_shown_form_reads_back() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("hanse.toml");
        std::fs::write(&file, Config::defaults().shown()).unwrap();
        assert_eq!(Config::load(Some(&file)).unwrap().name, "localhost");
        std::fs::write(&file, "nmae = \"typo\"\n").unwrap();
        assert!(matches!(Config::load(Some(&file)), Err(ConfigError::Read(_))));
    }
}
