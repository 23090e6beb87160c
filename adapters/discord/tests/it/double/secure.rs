//! Encrypted connections, so that a client can be used as it is in production.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::serve::Listener;
use rcgen::{CertifiedKey, generate_simple_self_signed};
use rustls::ServerConfig;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio::io;
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use super::Discord;

/// The names the double is reached by.
const NAMES: [&str; 2] = ["discord.com", "cdn.discordapp.com"];

/// A certificate made for one run, with its key.
pub(super) struct Certified {
    /// DER.
    pub(super) certificate: Vec<u8>,
    /// PKCS #8.
    key: Vec<u8>,
}

impl Certified {
    pub(super) fn new() -> Self {
        let CertifiedKey { cert, signing_key } =
            generate_simple_self_signed(NAMES.map(str::to_owned)).expect("a certificate can be made");
        Self { certificate: cert.der().to_vec(), key: signing_key.serialize_der() }
    }
}

/// A listener whose connections are encrypted.
pub(super) struct Secure {
    listener: TcpListener,
    acceptor: TlsAcceptor,
}

impl Secure {
    pub(super) fn new(listener: TcpListener, certified: &Certified) -> Self {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(certified.key.clone()));
        let chain = vec![certified.certificate.clone().into()];
        let config = config.expect("versions are known").with_no_client_auth().with_single_cert(chain, key);
        let acceptor = TlsAcceptor::from(Arc::new(config.expect("the key is that of the certificate")));
        Self { listener, acceptor }
    }
}

impl Listener for Secure {
    type Io = TlsStream<TcpStream>;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        loop {
            // Whoever does not come through the handshake is not served.
            if let Ok((stream, address)) = self.listener.accept().await
                && let Ok(stream) = self.acceptor.accept(stream).await
            {
                return (stream, address);
            }
        }
    }

    fn local_addr(&self) -> io::Result<Self::Addr> {
        self.listener.local_addr()
    }
}

impl Discord {
    /// The names of Discord that stand for a secure double, and where it is.
    pub(crate) fn names(&self) -> [(&'static str, SocketAddr); 2] {
        NAMES.map(|name| (name, self.rest))
    }

    /// The certificate of a secure double, in DER.
    ///
    /// # Panics
    /// When it is not secure.
    pub(crate) fn certificate(&self) -> &[u8] {
        self.certificate.as_deref().expect("the double is secure")
    }
}
