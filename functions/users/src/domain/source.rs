//! Where a request comes from, as limits count it.

use std::fmt;
use std::net::{IpAddr, Ipv6Addr};

/// The source of a request: an IPv4 address or an IPv6 network of 64 bits, which is what one customer of a provider has
/// (RFC 6177). Counting single IPv6 addresses would give each customer 2^64 of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source(String);

impl Source {
    /// The source with this IP address, as the gateway saw it. All requests without a readable address are one source: a
    /// limit then counts them together.
    pub fn of(source_ip: &str) -> Self {
        Self(match source_ip.parse::<IpAddr>().map(|address| address.to_canonical()) {
            Ok(IpAddr::V4(address)) => address.to_string(),
            Ok(IpAddr::V6(address)) => {
                let network = Ipv6Addr::from_bits(address.to_bits() & !u128::from(u64::MAX));
                format!("{network}/64")
            }
            Err(_) => "unknown".to_owned(),
        })
    }

    /// `192.0.2.1` or `2001:db8:1:2::/64`.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_ipv4_address_is_one_source_however_it_is_written() {
        assert_eq!(Source::of("192.0.2.1").as_str(), "192.0.2.1");
        assert_eq!(Source::of("::ffff:192.0.2.1").as_str(), "192.0.2.1");
        assert_eq!(Source::of("::ffff:c000:201").as_str(), "192.0.2.1");
        assert_ne!(Source::of("192.0.2.1"), Source::of("192.0.2.2"));
    }

    #[test]
    fn an_ipv6_network_of_64_bits_is_one_source() {
        for address in
            ["2001:db8:1:2::", "2001:db8:1:2::1", "2001:DB8:1:2:ffff:ffff:ffff:ffff", "2001:db8:1:2:0:5efe:c000:201"]
        {
            assert_eq!(Source::of(address).as_str(), "2001:db8:1:2::/64");
        }
        assert_ne!(Source::of("2001:db8:1:2::1"), Source::of("2001:db8:1:3::1"));
    }

    #[test]
    fn requests_without_an_address_are_one_source() {
        for text in ["", "localhost", "192.0.2.1, 192.0.2.2", "192.0.2.256", "fe80::1%eth0"] {
            assert_eq!(Source::of(text), Source::of(""), "{text:?}");
        }
    }
}
