//! Addresses inside the company's network, and a resolver that gives no others.
//!
//! A name is checked each time a connection is made, and the connection goes to the addresses that were checked, so
//! later answers of a name server change nothing. An address in the URL itself reaches no resolver: `address.rs` checks it.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use tokio::net::lookup_host;

/// A name that leads outside the company's network.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{host} leads to the public address {address}")]
pub struct Outside {
    /// The name.
    pub host: String,
    /// The address it leads to; there may be more.
    pub address: IpAddr,
}

/// Checks whether an address belongs to this machine or to a private network, as a company's own machines do. Those
/// that carriers share (100.64.0.0/10) count too, as private networks between sites use them. Sources:
/// <https://www.iana.org/assignments/iana-ipv4-special-registry>,
/// <https://www.iana.org/assignments/iana-ipv6-special-registry>.
pub fn is_inside(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_inside_v4(address),
        IpAddr::V6(address) => match address.to_ipv4_mapped() {
            Some(mapped) => is_inside_v4(mapped),
            None => is_inside_v6(address),
        },
    }
}

fn is_inside_v4(address: Ipv4Addr) -> bool {
    let [first, second, ..] = address.octets();
    let is_shared = first == 100 && (64..128).contains(&second);
    // A connection to 0.0.0.0 is one to this machine.
    let is_own = address.is_loopback() || address.is_unspecified();
    is_own || address.is_private() || address.is_link_local() || is_shared
}

fn is_inside_v6(address: Ipv6Addr) -> bool {
    let is_own = address.is_loopback() || address.is_unspecified();
    is_own || address.is_unique_local() || address.is_unicast_link_local()
}

/// The name's first address outside the company's network, if it has one: one is enough to be refused.
pub async fn outside_of(host: &str) -> io::Result<Option<Outside>> {
    Ok(outside(host, &lookup(host).await?))
}

async fn lookup(host: &str) -> io::Result<Vec<SocketAddr>> {
    // The port is the connection's business.
    Ok(lookup_host((host.trim_matches(['[', ']']), 0)).await?.collect())
}

fn outside(host: &str, found: &[SocketAddr]) -> Option<Outside> {
    let address = found.iter().map(SocketAddr::ip).find(|address| !is_inside(*address))?;
    Some(Outside { host: host.to_owned(), address })
}

/// Resolves names, and refuses those that lead outside unless that is allowed.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Resolver {
    pub(crate) allow_public: bool,
}

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        let Self { allow_public } = *self;
        Box::pin(async move {
            let found = lookup(name.as_str()).await?;
            match outside(name.as_str(), &found) {
                Some(outside) if !allow_public => Err(outside.into()),
                Some(_) | None => Ok(Box::new(found.into_iter()) as Addrs),
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_inside_and_what_is_not() {
        for (address, expected) in [
            ("127.0.0.1", true),
            ("127.8.9.10", true),
            ("0.0.0.0", true),
            ("10.1.2.3", true),
            ("172.16.0.1", true),
            ("172.31.255.255", true),
            ("172.32.0.1", false),
            ("192.168.1.1", true),
            ("192.169.1.1", false),
            ("169.254.7.7", true),
            ("100.64.0.1", true),
            ("100.127.255.255", true),
            ("100.128.0.1", false),
            ("100.63.255.255", false),
            ("8.8.8.8", false),
            ("192.0.2.1", false),
            ("198.18.0.1", false),
            ("224.0.0.1", false),
            ("255.255.255.255", false),
            ("::1", true),
            ("::", true),
            ("fd12:3456::1", true),
            ("fc00::1", true),
            ("fe80::1", true),
            ("fec0::1", false),
            ("::ffff:10.0.0.1", true),
            ("::ffff:8.8.8.8", false),
            // Neither a translated nor a tunnelled address is asked what it stands for.
            ("64:ff9b::a00:1", false),
            ("2002:a00:1::", false),
            ("2001:4860:4860::8888", false),
            ("2001:db8::1", false),
            ("ff02::1", false),
        ] {
            assert_eq!(is_inside(address.parse().unwrap()), expected, "{address}");
        }
    }

    #[test]
    fn one_address_outside_is_enough() {
        let found = |addresses: &[&str]| -> Vec<SocketAddr> {
            addresses.iter().map(|address| SocketAddr::new(address.parse().unwrap(), 0)).collect()
        };
        assert_eq!(outside("gpu", &found(&["10.0.0.1", "fd00::1"])), None);
        let told = outside("gpu", &found(&["10.0.0.1", "8.8.8.8"])).unwrap();
        assert_eq!(told.to_string(), "gpu leads to the public address 8.8.8.8");
        assert_eq!(outside("nowhere", &[]), None);
    }
}
