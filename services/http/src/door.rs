//! Who is let in: rates, proxies, and what is told to operators alone.

use std::net::SocketAddr;

use serde::{Deserialize, Serialize};

use crate::client::{ClientHeader, Network};

/// Port of the operator's listener: the one that Prometheus' list of exporters leaves free, on the loopback interface.
const METRICS_DEFAULT: SocketAddr =
    SocketAddr::V4(std::net::SocketAddrV4::new(std::net::Ipv4Addr::LOCALHOST, 9_464));
/// Rates and places as they are built in.
const PERCENT_DEFAULT: u32 = 100;

/// What stands between the node and the public.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Door {
    /// All rate limits and places of one address, in hundredths of the built-in ones: more where everybody comes from one address.
    pub percent: u32,
    /// Addresses and networks of reverse proxies, as in `10.0.0.0/8`: who asks is what they say.
    pub trusted_proxies: Vec<String>,
    /// The header in which those proxies say it: `x-forwarded-for` or `forwarded`.
    pub client_header: ClientHeader,
    /// Address of the operator's listener: `/metrics`, and `/readyz` with every detail. Port 0 lets the system choose.
    pub metrics: SocketAddr,
    /// Whom to tell of a weakness, as a URI (`mailto:…`, `https://…`): served in `/.well-known/security.txt`; absent, there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contact: Option<String>,
}

impl Default for Door {
    fn default() -> Self {
        Self {
            percent: PERCENT_DEFAULT,
            trusted_proxies: Vec::new(),
            client_header: ClientHeader::XForwardedFor,
            metrics: METRICS_DEFAULT,
            contact: None,
        }
    }
}

impl Door {
    /// A number of places in the hundredths of this configuration, and never none.
    pub fn scaled(&self, places: usize) -> usize {
        let percent = usize::try_from(self.percent).unwrap_or(usize::MAX);
        (places.saturating_mul(percent) / 100).max(1)
    }

    /// What is wrong with it, a sentence for each mistake.
    pub fn mistakes(&self) -> Vec<String> {
        let mut mistakes = Vec::new();
        if self.percent == 0 {
            mistakes.push("door.percent: 0 would let nobody in".to_owned());
        }
        for text in self.trusted_proxies.iter().filter(|text| Network::parse(text).is_none()) {
            mistakes.push(format!("door.trusted_proxies: `{text}` is neither an address nor a network"));
        }
        if let Some(contact) = &self.contact {
            let uri = ["mailto:", "https://", "tel:"].iter().any(|scheme| contact.starts_with(scheme));
            if !uri || contact.chars().any(|letter| letter.is_control() || letter.is_whitespace()) {
                mistakes.push(format!("door.contact: `{contact}` must be a URI: mailto:, https:// or tel:"));
            }
        }
        mistakes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mistakes_are_named() {
        assert_eq!(Door::default().mistakes(), Vec::<String>::new());
        let door = Door {
            percent: 0,
            trusted_proxies: vec!["10.0.0.0/8".into(), "proxy".into()],
            contact: Some("security@a.example".into()),
            ..Door::default()
        };
        assert_eq!(door.mistakes().len(), 3, "{:?}", door.mistakes());
    }
}
