//! The address of a model server, and its validation.

use std::fmt;
use std::net::IpAddr;
use std::time::Duration;

use secrecy::SecretString;
use url::Url;

/// The address of a server, its key, and its limits.
#[derive(Debug, Clone)]
pub struct Server {
    /// The base URL, such as `http://127.0.0.1:11434` or `https://gpu.intern/v1`.
    pub url: String,
    /// The bearer token.
    pub api_key: Option<SecretString>,
    /// The time-out for establishing a connection.
    pub connect_timeout: Duration,
    /// If true, it may have a public address, outside the company's network.
    pub allow_public: bool,
}

/// The reason why a URL is not the address of a model server.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidUrl {
    /// The text is not a URL.
    #[error("{url:?} is not an address such as http://127.0.0.1:11434: {fault}")]
    Malformed {
        /// The given text.
        url: String,
        /// The error in it.
        fault: String,
    },
    /// The scheme is neither HTTP nor HTTPS.
    #[error("{url:?} begins neither with http:// nor with https://")]
    NotHttp {
        /// The given text.
        url: String,
    },
    /// The URL contains a user name or a password, which would end up in logs.
    #[error("the address of the model server holds a user name or a password: use the API key instead")]
    Credentials,
    /// The address is public, which is not allowed.
    #[error("{address} is a public address: what is asked would leave the company's network")]
    Public {
        /// The address.
        address: IpAddr,
    },
}

/// An address that can be used.
#[derive(Clone)]
pub(crate) struct Address {
    pub(crate) url: Url,
    /// Host and port, for logs.
    pub(crate) name: String,
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

impl Address {
    /// The URL of a path below this address.
    pub(crate) fn below(&self, path: &str) -> Url {
        let mut url = self.url.clone();
        url.set_path(&format!("{}{path}", url.path().trim_end_matches('/')));
        url
    }
}

impl Server {
    /// Creates the address of a server without a key, which must be inside the company's network.
    pub fn new(url: &str) -> Self {
        Self { url: url.to_owned(), api_key: None, connect_timeout: Duration::from_secs(5), allow_public: false }
    }

    /// Returns the host, the port and the path, if any, such as `gpu.intern:8000`, which distinguishes servers in logs.
    pub fn place(&self) -> Result<String, InvalidUrl> {
        let Address { url, name } = self.address()?;
        let path = url.path().trim_end_matches('/');
        Ok(format!("{name}{}", path.strip_suffix("/v1").unwrap_or(path)))
    }

    /// The name or the number of its host, when it has an address that can be used.
    pub fn host(&self) -> Option<String> {
        self.address().ok()?.url.host_str().map(str::to_owned)
    }

    pub(crate) fn address(&self) -> Result<Address, InvalidUrl> {
        // First, so that no other fault repeats a password.
        if self.url.contains('@') {
            return Err(InvalidUrl::Credentials);
        }
        let malformed = |fault: String| InvalidUrl::Malformed { url: self.url.clone(), fault };
        let url = Url::parse(&self.url).map_err(|fault| malformed(fault.to_string()))?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(InvalidUrl::NotHttp { url: self.url.clone() });
        }
        let host = url.host_str().ok_or_else(|| malformed("it names no host".to_owned()))?;
        // A number is never looked up, so no resolver sees it.
        let number = host.trim_matches(['[', ']']).parse::<IpAddr>().ok();
        if let Some(address) = number.filter(|address| !self.allow_public && !crate::is_inside(*address)) {
            return Err(InvalidUrl::Public { address });
        }
        let name = format!("{host}:{}", url.port_or_known_default().unwrap_or(80));
        Ok(Address { url, name })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_that_cannot_work_is_refused_at_once() {
        let name = |url: &str| Server::new(url).address().map(|address| address.name);
        for (url, expected) in [
            ("http://127.0.0.1:11434", "127.0.0.1:11434"),
            ("http://ollama:11434/", "ollama:11434"),
            ("http://[::1]:11434", "[::1]:11434"),
            ("http://gpu.lan/ollama", "gpu.lan:80"),
            ("https://gpu.lan/v1", "gpu.lan:443"),
            // The parser of addresses reads every spelling of a number.
            ("http://0x7f.1:8000", "127.0.0.1:8000"),
        ] {
            assert_eq!(name(url), Ok(expected.to_owned()));
        }
        for other in ["localhost:11434", "ftp://ollama", "file:///etc/passwd"] {
            assert_eq!(name(other), Err(InvalidUrl::NotHttp { url: other.to_owned() }));
        }
        for malformed in ["", "127.0.0.1:11434", "http://", "http://ollama:port"] {
            assert!(matches!(name(malformed), Err(InvalidUrl::Malformed { .. })), "{malformed}");
        }
        for secret in ["http://admin:hunter2@ollama:11434", "admin:hunter2@ollama:11434"] {
            let refusal = name(secret).unwrap_err();
            assert_eq!(refusal, InvalidUrl::Credentials);
            assert!(!refusal.to_string().contains("hunter2"));
        }
    }

    #[test]
    fn servers_are_told_apart_by_where_they_are() {
        for (url, expected) in [
            ("http://gpu.intern:8000/v1/", "gpu.intern:8000"),
            ("https://gateway/fast/v1", "gateway:443/fast"),
            ("http://gateway/slow", "gateway:80/slow"),
        ] {
            assert_eq!(Server::new(url).place().unwrap(), expected);
        }
    }

    #[test]
    fn a_public_number_is_refused_however_it_is_spelled() {
        for url in
            ["http://8.8.8.8", "https://134744072/v1", "http://[2001:4860:4860::8888]", "http://[::ffff:8.8.8.8]:1"]
        {
            let server = Server::new(url);
            assert!(matches!(server.address(), Err(InvalidUrl::Public { .. })), "{url}");
            assert!(Server { allow_public: true, ..server }.address().is_ok(), "{url}");
        }
    }
}
