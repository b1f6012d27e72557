//! From which address a request comes: that of the connection, or, behind a proxy that the operator trusts, the one that the proxy
//! says. What anybody else says about themselves counts for nothing.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::sync::atomic::{AtomicBool, Ordering};

use actix_web::http::header::{FORWARDED, HeaderMap, HeaderName, HeaderValue};

/// The header of most proxies.
const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
/// Addresses of a chain that are looked at, from its end: nobody has so many proxies of their own.
const CHAIN_MAX: usize = 16;
/// Bits of an IPv6 address that do not name its holder: a network of 64 bits is the least that a line is given.
const HOLDER_BITS: u32 = 64;
/// Bits in front of an IPv4 address in the form of IPv6.
const MAPPED_BITS: u32 = 96;
/// And those that do not name the largest network that a line is given.
const SITE_BITS: u32 = 80;

/// Which header the trusted proxies write. The other one is a client's own, and not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ClientHeader {
    /// `X-Forwarded-For`.
    XForwardedFor,
    /// `Forwarded` (RFC 7239).
    Forwarded,
}

/// An address, or a network of addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Network {
    ip: IpAddr,
    bits: u32,
}

impl Network {
    /// Reads `192.0.2.7`, `10.0.0.0/8` or `2001:db8::/32`.
    pub fn parse(text: &str) -> Option<Self> {
        let (ip, bits) = text.split_once('/').map_or((text, None), |(ip, bits)| (ip, Some(bits)));
        let ip: IpAddr = ip.parse().ok()?;
        let most = if ip.is_ipv4() { 32 } else { 128 };
        let bits: u32 = bits.map_or(Some(most), |bits| bits.parse().ok()).filter(|bits| *bits <= most)?;
        match (ip, ip.to_canonical()) {
            // An IPv4 network in the form of IPv6.
            (IpAddr::V6(_), ip @ IpAddr::V4(_)) => Some(Self { ip, bits: bits.checked_sub(MAPPED_BITS)? }),
            (ip, _) => Some(Self { ip, bits }),
        }
    }

    fn holds(&self, ip: IpAddr) -> bool {
        match (self.ip, ip.to_canonical()) {
            (IpAddr::V4(own), IpAddr::V4(ip)) => {
                (own.to_bits() ^ ip.to_bits()).checked_shr(32 - self.bits).unwrap_or(0) == 0
            }
            (IpAddr::V6(own), IpAddr::V6(ip)) => {
                (own.to_bits() ^ ip.to_bits()).checked_shr(128 - self.bits).unwrap_or(0) == 0
            }
            (IpAddr::V4(_), IpAddr::V6(_)) | (IpAddr::V6(_), IpAddr::V4(_)) => false,
        }
    }
}

/// Whom an address belongs to, as far as it can be told.
pub fn holder(ip: IpAddr) -> IpAddr {
    match ip.to_canonical() {
        IpAddr::V6(ip) => IpAddr::V6(Ipv6Addr::from_bits(ip.to_bits() >> HOLDER_BITS << HOLDER_BITS)),
        ip @ IpAddr::V4(_) => ip,
    }
}

/// The network of 48 bits that an IPv6 address is in: no line is given a larger one.
pub fn site(holder: IpAddr) -> Option<IpAddr> {
    match holder {
        IpAddr::V6(ip) => Some(IpAddr::V6(Ipv6Addr::from_bits(ip.to_bits() >> SITE_BITS << SITE_BITS))),
        IpAddr::V4(_) => None,
    }
}

/// The proxies whose word counts.
#[derive(Debug)]
pub struct Proxies {
    trusted: Vec<Network>,
    header: ClientHeader,
    told: AtomicBool,
}

impl Proxies {
    /// Those of a configuration that was checked.
    pub fn new(trusted: &[String], header: ClientHeader) -> Self {
        Self {
            trusted: trusted.iter().filter_map(|text| Network::parse(text)).collect(),
            header,
            told: AtomicBool::new(false),
        }
    }

    /// Whether this address is one of theirs.
    pub fn trust(&self, ip: IpAddr) -> bool {
        self.trusted.iter().any(|network| network.holds(ip))
    }

    /// Tells the operator once that somebody who is no trusted proxy says for whom it asks: behind a proxy that is not trusted, all
    /// clients are one.
    fn doubt(&self, connection: IpAddr) {
        if !self.told.swap(true, Ordering::Relaxed) {
            tracing::warn!(
                %connection,
                header = ?self.header,
                "a forwarding header came over a connection from no trusted proxy; if it is your proxy, name it in door.trusted_proxies"
            );
        }
    }

    /// The holder of the address that a request comes from: the last one of the chain that is no trusted proxy.
    pub fn client(&self, connection: IpAddr, headers: &HeaderMap) -> IpAddr {
        let mut client = connection;
        if !self.trust(connection) && headers.contains_key(self.name()) {
            self.doubt(connection);
        }
        if self.trust(connection) {
            for said in self.chain(headers) {
                // What a proxy did not know, or hides, is the proxy's.
                let Some(ip) = said else { break };
                client = ip;
                if !self.trust(ip) {
                    break;
                }
            }
        }
        holder(client)
    }

    const fn name(&self) -> HeaderName {
        match self.header {
            ClientHeader::XForwardedFor => X_FORWARDED_FOR,
            ClientHeader::Forwarded => FORWARDED,
        }
    }

    /// What the header says, the nearest first.
    fn chain(&self, headers: &HeaderMap) -> Vec<Option<IpAddr>> {
        let lines: Vec<&[u8]> = headers.get_all(self.name()).map(HeaderValue::as_bytes).collect();
        // Each element by itself: what the client wrote in front spoils nothing of what the proxy added.
        let elements = lines.iter().rev().flat_map(|line| line.rsplit(|byte| *byte == b','));
        let element = |bytes: &[u8]| {
            let text = std::str::from_utf8(bytes).ok()?;
            match self.header {
                ClientHeader::XForwardedFor => address(text.trim()),
                ClientHeader::Forwarded => forwarded(text),
            }
        };
        elements.take(CHAIN_MAX).map(element).collect()
    }
}

/// The `for` of one element of `Forwarded`.
fn forwarded(element: &str) -> Option<IpAddr> {
    element.split(';').find_map(|pair| {
        let (name, value) = pair.trim().split_once('=')?;
        name.eq_ignore_ascii_case("for").then(|| address(value.trim().trim_matches('"')))?
    })
}

/// An address, with or without a port.
fn address(text: &str) -> Option<IpAddr> {
    let bare = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(text);
    bare.parse().ok().or_else(|| text.parse::<SocketAddr>().ok().map(|socket| socket.ip()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    fn headers(lines: &[(&'static str, &'static str)]) -> HeaderMap {
        let mut map = HeaderMap::new();
        for (name, value) in lines {
            map.append(HeaderName::from_static(name), HeaderValue::from_static(value));
        }
        map
    }

    #[test]
    fn networks_are_read_and_hold_what_is_in_them() {
        for (network, inside, outside) in [
            ("192.0.2.7", "192.0.2.7", "192.0.2.8"),
            ("10.0.0.0/8", "10.255.3.4", "11.0.0.1"),
            ("0.0.0.0/0", "203.0.113.9", "2001:db8::1"),
            ("2001:db8::/32", "2001:db8:ffff::1", "2001:db9::1"),
            ("192.0.2.7", "::ffff:192.0.2.7", "::1"),
            ("::ffff:10.0.0.0/104", "10.1.2.3", "11.0.0.1"),
        ] {
            let network = Network::parse(network).unwrap();
            assert!(network.holds(ip(inside)) && !network.holds(ip(outside)), "{network:?}");
        }
        for wrong in ["", "x", "10.0.0.0/33", "::/129", "10.0.0.0/", "10.0.0.0/-1", "::ffff:10.0.0.0/64"] {
            assert_eq!(Network::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn only_a_trusted_proxy_says_who_asks() {
        let said = headers(&[("x-forwarded-for", "203.0.113.1, 198.51.100.2")]);
        let none = Proxies::new(&[], ClientHeader::XForwardedFor);
        assert_eq!(none.client(ip("10.0.0.1"), &said), ip("10.0.0.1"), "nobody is trusted");
        let proxies = Proxies::new(&["10.0.0.0/8".into()], ClientHeader::XForwardedFor);
        assert_eq!(proxies.client(ip("192.0.2.9"), &said), ip("192.0.2.9"), "a client says it of itself");
        // The client wrote the first part, the proxy the last.
        assert_eq!(proxies.client(ip("10.0.0.1"), &said), ip("198.51.100.2"));
        let chain =
            headers(&[("x-forwarded-for", "203.0.113.1, 198.51.100.2"), ("x-forwarded-for", "10.0.0.9")]);
        assert_eq!(proxies.client(ip("10.0.0.1"), &chain), ip("198.51.100.2"), "through two proxies");
        let mut spoilt = HeaderMap::new();
        let line = "é, 198.51.100.2".as_bytes();
        spoilt.append(HeaderName::from_static("x-forwarded-for"), HeaderValue::from_bytes(line).unwrap());
        assert_eq!(
            proxies.client(ip("10.0.0.1"), &spoilt),
            ip("198.51.100.2"),
            "what it writes in front is its own"
        );
        for nothing in [
            headers(&[]),
            headers(&[("x-forwarded-for", "unknown")]),
            headers(&[("forwarded", "for=203.0.113.1")]),
        ] {
            assert_eq!(proxies.client(ip("10.0.0.1"), &nothing), ip("10.0.0.1"), "{nothing:?}");
        }
    }

    #[test]
    fn forwarded_has_its_own_form() {
        let proxies = Proxies::new(&["10.0.0.1".into()], ClientHeader::Forwarded);
        for (line, client) in [
            ("for=203.0.113.1;proto=https", "203.0.113.1"),
            ("by=10.0.0.1;For=\"203.0.113.1:4711\"", "203.0.113.1"),
            ("for=1.2.3.4, for=\"[2001:db8:0:7::9]:443\"", "2001:db8:0:7::"),
            ("for=_hidden", "10.0.0.1"),
        ] {
            assert_eq!(
                proxies.client(ip("10.0.0.1"), &headers(&[("forwarded", line)])),
                ip(client),
                "{line}"
            );
        }
    }

    #[test]
    fn a_network_of_64_bits_is_one_client() {
        let proxies = Proxies::new(&[], ClientHeader::Forwarded);
        let client = |text| proxies.client(ip(text), &HeaderMap::new());
        assert_eq!(client("2001:db8::1"), client("2001:db8::ffff:1"));
        assert_ne!(client("2001:db8::1"), client("2001:db8:0:1::1"));
        assert_eq!(client("::ffff:192.0.2.7"), ip("192.0.2.7"));
        assert_eq!(site(client("2001:db8::1")), site(client("2001:db8:0:ffff::1")));
        assert_ne!(site(client("2001:db8::1")), site(client("2001:db8:1::1")));
        assert_eq!(site(ip("192.0.2.7")), None);
    }
}
