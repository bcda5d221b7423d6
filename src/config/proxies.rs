//! Which proxies are believed, and where a request came from (CE-111).

use std::net::{IpAddr, SocketAddr};

use ipnet::IpNet;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// Networks of trusted proxies. Whatever another machine says of where a request came from is ignored.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Proxies(Vec<IpNet>);

/// Where a request came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// The last machine that is no trusted proxy.
    pub address: IpAddr,
    /// The trusted proxies between it and this server, the nearest last.
    pub proxies: Vec<IpAddr>,
}

impl Proxies {
    /// Reads networks and single addresses, as `10.0.0.0/8`.
    ///
    /// Errors: the text that is neither.
    pub fn parse<'a>(texts: impl Iterator<Item = &'a str>) -> Result<Proxies, String> {
        let network = |text: &str| {
            let one = text.parse::<IpNet>();
            one.or_else(|_| text.parse::<IpAddr>().map(IpNet::from))
                .map_err(|_| format!("{text} is no network"))
        };
        let named = texts.map(str::trim).filter(|text| !text.is_empty());
        named.map(network).collect::<Result<_, _>>().map(Proxies)
    }

    /// Where a request came from: the rightmost address that is no trusted proxy's. `told` are the values of
    /// `X-Forwarded-For` in their order.
    pub fn origin<'a>(&self, peer: IpAddr, told: impl Iterator<Item = &'a str>) -> Origin {
        let mut left: Vec<&str> = told.flat_map(|value| value.split(',')).map(str::trim).collect();
        let (mut address, mut proxies) = (peer.to_canonical(), Vec::new());
        while self.trusts(address)
            && let Some(before) = left.pop().and_then(ip)
        {
            proxies.insert(0, address);
            address = before;
        }
        Origin { address, proxies }
    }

    fn trusts(&self, address: IpAddr) -> bool {
        self.0.iter().any(|network| network.contains(&address))
    }
}

/// An address with or without a port.
fn ip(text: &str) -> Option<IpAddr> {
    let plain = text.trim_start_matches('[').trim_end_matches(']');
    let one = plain.parse::<IpAddr>().ok();
    one.or_else(|| text.parse::<SocketAddr>().ok().map(|socket| socket.ip()))
        .map(|ip| ip.to_canonical())
}

impl Serialize for Proxies {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().map(ToString::to_string))
    }
}

/// A list, or one text with commas as the environment has it.
#[derive(Deserialize)]
#[serde(untagged)]
enum Written {
    List(Vec<String>),
    Text(String),
}

impl<'de> Deserialize<'de> for Proxies {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Proxies, D::Error> {
        match Written::deserialize(deserializer)? {
            Written::List(texts) => Proxies::parse(texts.iter().map(String::as_str)),
            Written::Text(text) => Proxies::parse(text.split(',')),
        }
        .map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn origin(trusted: &str, peer: &str, told: &[&str]) -> (String, Vec<String>) {
        let proxies = Proxies::parse(trusted.split(',')).unwrap();
        let origin = proxies.origin(peer.parse().unwrap(), told.iter().copied());
        let words = origin.proxies.iter().map(ToString::to_string).collect();
        (origin.address.to_string(), words)
    }

    #[test]
    fn nobody_is_believed_unless_named() {
        let (address, proxies) = origin("", "198.51.100.9", &["203.0.113.5"]);
        assert_eq!((address.as_str(), proxies.len()), ("198.51.100.9", 0));
        let (address, _) = origin("10.0.0.0/8", "198.51.100.9", &["203.0.113.5"]);
        assert_eq!(address, "198.51.100.9");
    }

    #[test]
    fn what_the_client_wrote_itself_stays_left_of_what_the_proxies_saw() {
        let told = ["1.1.1.1, 203.0.113.5", "10.0.0.2"];
        let (address, proxies) = origin("10.0.0.0/8", "10.0.0.1", &told);
        assert_eq!(address, "203.0.113.5");
        assert_eq!(proxies, ["10.0.0.2", "10.0.0.1"]);
        let (address, _) = origin("10.0.0.0/8", "10.0.0.1", &["203.0.113.5, not an address"]);
        assert_eq!(address, "10.0.0.1");
        let (address, _) = origin("10.0.0.0/8", "10.0.0.1", &[]);
        assert_eq!(address, "10.0.0.1");
    }

    #[test]
    fn an_address_may_have_a_port_and_two_ways_to_be_written() {
        let (address, _) = origin("10.0.0.0/8", "::ffff:10.0.0.1", &["203.0.113.5:4711"]);
        assert_eq!(address, "203.0.113.5");
        let (address, _) = origin("10.0.0.0/8", "10.0.0.1", &["[2001:db8::7]:443"]);
        assert_eq!(address, "2001:db8::7");
    }
}
