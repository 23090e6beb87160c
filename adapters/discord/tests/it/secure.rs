//! The double over encrypted connections, so that the adapter can be used as it is in production.

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

use crate::double::{Discord, Plan};

/// The names that the double is reached by.
const NAMES: [&str; 2] = ["discord.com", "cdn.discordapp.com"];

/// Starts a double that is `https://discord.com` for the client that comes with it, and for nobody else.
pub(crate) async fn secure(plan: Plan) -> (Discord, reqwest::Client) {
    let CertifiedKey { cert, signing_key } = generate_simple_self_signed(NAMES.map(str::to_owned)).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(signing_key.serialize_der()));
    let config = config.with_no_client_auth().with_single_cert(vec![cert.der().clone()], key).unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let at = listener.local_addr().unwrap();
    let secure = Secure { listener, acceptor: TlsAcceptor::from(Arc::new(config)) };
    let [api, files] = NAMES.map(|name| format!("https://{name}"));
    let discord = plan.start_on(secure, api, files).await;
    let certificate = reqwest::Certificate::from_der(cert.der()).unwrap();
    let client = reqwest::Client::builder().no_proxy().use_rustls_tls().add_root_certificate(certificate);
    let client = NAMES.iter().fold(client, |client, name| client.resolve(name, at));
    (discord, client.build().unwrap())
}

/// A listener whose connections are encrypted.
struct Secure {
    listener: TcpListener,
    acceptor: TlsAcceptor,
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
