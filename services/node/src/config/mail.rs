//! The mail server, as an operator names it.

use hanse_base::config::{Mail, MailLogin, MailTls};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

/// Ports by convention: submission (RFC 6409), and the same over TLS (RFC 8314).
const PORT_STARTTLS: u16 = 587;

/// The mail server, and who letters are from.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MailServer {
    /// Its name, which its certificate bears.
    pub host: String,
    /// Its port.
    #[serde(default = "port")]
    pub port: u16,
    /// `tls`, `starttls` or `none`.
    #[serde(default)]
    pub tls: Tls,
    /// As whom to sign in there; absent, the node does not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// With which password: best given as `HANSE_MAIL__PASSWORD`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password: Option<String>,
    /// Who letters are from, as in `Hanse <post@a.example>`.
    pub sender: String,
}

/// How the connection is kept private.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Tls {
    /// From the first byte on.
    Tls,
    /// By STARTTLS, which must be there.
    #[default]
    StartTls,
    /// Not at all.
    None,
}

const fn port() -> u16 {
    PORT_STARTTLS
}

impl MailServer {
    /// What is wrong with it.
    pub(super) fn mistakes(&self) -> Vec<String> {
        let mut mistakes = Vec::new();
        if self.host.is_empty() {
            mistakes.push("mail.host: must be the name of a mail server".to_owned());
        }
        if !hanse_notify::mail::is_sender(&self.sender) {
            mistakes.push(format!(
                "mail.sender: `{}` must be an address, or as in `Hanse <post@a.example>`",
                self.sender
            ));
        }
        if self.user.is_some() != self.password.is_some() {
            mistakes.push("mail.user and mail.password: either both or none".to_owned());
        }
        if self.user.is_some() && self.tls == Tls::None {
            mistakes.push("mail.tls: a password is not sent in clear; use `starttls` or `tls`".to_owned());
        }
        mistakes
    }

    /// The same with its password hidden.
    pub(super) fn shown(&self) -> Self {
        Self { password: self.password.as_ref().map(|_| "[secret]".to_owned()), ..self.clone() }
    }

    /// The same, as the engine takes it.
    #[must_use]
    pub fn settings(&self) -> Mail {
        let login = self.user.clone().zip(self.password.clone());
        Mail {
            host: self.host.clone(),
            port: self.port,
            tls: match self.tls {
                Tls::Tls => MailTls::Implicit,
                Tls::StartTls => MailTls::StartTls,
                Tls::None => MailTls::None,
            },
            login: login.map(|(user, password)| MailLogin { user, password: Zeroizing::new(password) }),
            sender: self.sender.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Config, ConfigError};

    fn server() -> MailServer {
        toml::from_str("host = \"smtp.a.example\"\nsender = \"Hanse <post@a.example>\"").unwrap()
    }

    #[test]
    fn what_is_not_said_is_what_is_usual_and_private() {
        let server = server();
        assert_eq!((server.port, server.tls), (587, Tls::StartTls));
        assert!(server.mistakes().is_empty());
    }

    #[test]
    fn a_password_is_neither_shown_nor_sent_in_clear() {
        let server = MailServer { user: Some("u".into()), password: Some("hunter2".into()), ..server() };
        let config = Config { mail: Some(server.clone()), ..Config::defaults() };
        assert!(config.shown().contains("[secret]") && !config.shown().contains("hunter2"));
        assert!(!format!("{:?}", server.settings()).contains("hunter2"));
        let clear = MailServer { tls: Tls::None, ..server };
        let Err(ConfigError::Mistakes(mistakes)) = (Config { mail: Some(clear), ..config }).checked() else {
            panic!("accepted")
        };
        assert_eq!(mistakes.len(), 1, "{mistakes:?}");
    }

    #[test]
    fn every_mistake_is_named() {
        let wrong = MailServer {
            host: String::new(),
            user: Some("u".into()),
            sender: "nobody".into(),
            tls: Tls::Tls,
            ..server()
        };
        assert_eq!(wrong.mistakes().len(), 3, "{:?}", wrong.mistakes());
    }
}
