//! Where the server is and how it is spoken to: what a database URL says, read strictly, and TLS.

use std::net::IpAddr;
use std::path::Path;

use tokio_postgres::config::{Host, SslMode};

use crate::StoreError;
use crate::tls::Tls;

/// What `pg_stat_activity` shows.
const APPLICATION_NAME: &str = "hanse";

/// What a URL says.
#[derive(Clone)]
pub(crate) struct Server {
    pub(crate) config: tokio_postgres::Config,
    /// None where the connection is plain.
    pub(crate) tls: Option<Tls>,
    /// The session settings of the URL; they go over ours, as with psql.
    pub(crate) options: String,
}

impl Server {
    /// Reads `postgres://…` or `host=… user=…`.
    ///
    /// `sslmode` is obeyed, and a certificate is always checked, chain and name, against the system's roots or the file that
    /// `sslrootcert` names: `disable` is plain; `prefer` is encrypted where the server offers it; `require`, `verify-ca` and
    /// `verify-full` refuse a server that does not. Without a word it is plain to a Unix socket and to this machine, and `prefer`
    /// to any other.
    ///
    /// # Errors
    /// `Config` that says what to change.
    pub(crate) fn read(url: &str) -> Result<Self, StoreError> {
        let (url, mode) = without(url, "sslmode");
        let (url, roots) = without(&url, "sslrootcert");
        let mut config: tokio_postgres::Config = url
            .parse()
            .map_err(|error| StoreError::Config(format!("the database URL cannot be read: {error}")))?;
        if config.get_hosts().is_empty() && config.get_hostaddrs().is_empty() {
            return Err(StoreError::Config(
                "the database URL names no host and no folder of a socket".to_owned(),
            ));
        }
        let mode = match mode.as_deref() {
            Some("disable") => SslMode::Disable,
            Some("prefer") => SslMode::Prefer,
            Some("require" | "verify-ca" | "verify-full") => SslMode::Require,
            None if config.get_hosts().iter().all(is_here)
                && config.get_hostaddrs().iter().all(IpAddr::is_loopback) =>
            {
                SslMode::Disable
            }
            None => SslMode::Prefer,
            Some(other) => {
                return Err(StoreError::Config(format!(
                    "sslmode={other} is not offered: use disable, prefer, require, verify-ca or verify-full"
                )));
            }
        };
        // Nothing on this machine lies between the two ends of a Unix socket, and PostgreSQL offers no TLS there.
        let sockets = !config.get_hosts().is_empty() && config.get_hosts().iter().all(is_socket);
        let mode = if sockets { SslMode::Disable } else { mode };
        config.ssl_mode(mode);
        let tls = match (mode, Tls::new(roots.as_deref().map(Path::new))) {
            (SslMode::Disable, _) => None,
            (_, Ok(tls)) => Some(tls),
            // What is only preferred is done without where nothing could be checked.
            (SslMode::Prefer, Err(error)) if roots.is_none() => {
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    "the database is reached without TLS"
                );
                config.ssl_mode(SslMode::Disable);
                None
            }
            (_, Err(error)) => return Err(error),
        };
        if config.get_application_name().is_none() {
            config.application_name(APPLICATION_NAME);
        }
        let options = config.get_options().unwrap_or_default().to_owned();
        Ok(Self { config, tls, options })
    }
}

/// Whether the other end is on this machine.
fn is_here(host: &Host) -> bool {
    match host {
        Host::Unix(_) => true,
        Host::Tcp(name) => {
            name == "localhost"
                || name.trim_matches(['[', ']']).parse().is_ok_and(|ip: IpAddr| ip.is_loopback())
        }
    }
}

fn is_socket(host: &Host) -> bool {
    matches!(host, Host::Unix(_))
}

/// The URL without its parameter `key`, and the value of it: those that the library does not read.
fn without(url: &str, key: &str) -> (String, Option<String>) {
    let start = format!("{key}=");
    let mut found = None;
    let mut keep = |part: &&str| match part.strip_prefix(&start) {
        Some(value) => {
            found = Some(value.trim_matches('\'').to_owned());
            false
        }
        None => true,
    };
    let rest = match url.split_once("://") {
        Some(_) => match url.split_once('?') {
            Some((address, query)) => {
                let kept: Vec<&str> = query.split('&').filter(&mut keep).collect();
                let mark = if kept.is_empty() { "" } else { "?" };
                format!("{address}{mark}{}", kept.join("&"))
            }
            None => url.to_owned(),
        },
        None => {
            let quoted = url.contains(&start);
            if quoted {
                url.split(' ').filter(&mut keep).collect::<Vec<_>>().join(" ")
            } else {
                url.to_owned()
            }
        }
    };
    // In a URL a path may be written with escapes.
    (rest, found.map(|value| value.replace("%2F", "/").replace("%2f", "/")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mode(url: &str) -> SslMode {
        Server::read(url).unwrap().config.get_ssl_mode()
    }

    #[test]
    fn what_the_url_says_of_tls_is_obeyed() {
        for (url, expected) in [
            ("postgres://h@db/x?sslmode=disable", SslMode::Disable),
            ("postgres://h@db/x", SslMode::Prefer),
            ("postgres://h@db/x?sslmode=require&connect_timeout=3", SslMode::Require),
            ("host=db user=h sslmode=verify-full dbname=x", SslMode::Require),
            ("postgres://h@127.0.0.1/x", SslMode::Disable),
            ("postgres://h@localhost/x?sslmode=verify-ca", SslMode::Require),
            ("host=/var/run/postgresql user=h sslmode=require", SslMode::Disable),
        ] {
            assert_eq!(mode(url), expected, "{url}");
        }
        assert!(Server::read("postgres://h@db/x?sslmode=allow").is_err());
    }

    #[test]
    fn the_other_parameters_stay() {
        let server =
            Server::read("postgres://h@db/x?connect_timeout=3&sslmode=disable&options=-c%20a.b%3Dc").unwrap();
        assert_eq!(server.options, "-c a.b=c");
        assert_eq!(
            without("host=db sslmode=require user=h", "sslmode"),
            ("host=db user=h".into(), Some("require".into()))
        );
        let (rest, file) = without("postgres://h@db/x?sslrootcert=%2Fetc%2Fca.pem", "sslrootcert");
        assert_eq!((rest.as_str(), file.as_deref()), ("postgres://h@db/x", Some("/etc/ca.pem")));
    }

    #[test]
    fn a_file_of_roots_must_hold_some() {
        let error = Server::read("postgres://h@db/x?sslmode=require&sslrootcert=/dev/null").err().unwrap();
        assert!(error.to_string().contains("/dev/null"), "{error}");
    }
}
