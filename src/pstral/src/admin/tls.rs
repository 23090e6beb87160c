//! TLS of the admin endpoint, with certificates that are read again when their files change.

use std::fs;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use anyhow::Context as _;
use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::TlsAcceptor;

/// A certificate with its key, both in PEM files.
pub struct Tls {
    cert: PathBuf,
    key: PathBuf,
    current: Mutex<(Times, Arc<ServerConfig>)>,
}

/// The times at which the two files were changed.
type Times = [Option<SystemTime>; 2];

impl Tls {
    /// Reads both files.
    pub fn read(cert: PathBuf, key: PathBuf) -> anyhow::Result<Self> {
        let current = Mutex::new((times(&cert, &key), configured(&cert, &key)?));
        Ok(Self { cert, key, current })
    }

    /// The certificate as it is now; the one before where the files cannot be used, as in the middle of being replaced.
    pub(crate) fn acceptor(&self) -> TlsAcceptor {
        let mut current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
        let now = times(&self.cert, &self.key);
        if now != current.0 {
            match configured(&self.cert, &self.key) {
                Ok(config) => *current = (now, config),
                Err(error) => {
                    tracing::warn!(?error, "changed TLS certificate not usable; going on with the one before");
                    current.0 = now;
                }
            }
        }
        TlsAcceptor::from(Arc::clone(&current.1))
    }
}

fn times(cert: &PathBuf, key: &PathBuf) -> Times {
    [cert, key].map(|path| fs::metadata(path).and_then(|file| file.modified()).ok())
}

fn configured(cert: &PathBuf, key: &PathBuf) -> anyhow::Result<Arc<ServerConfig>> {
    let chain: Vec<CertificateDer<'static>> =
        CertificateDer::pem_file_iter(cert).and_then(Iterator::collect).with_context(|| cert.display().to_string())?;
    let private = PrivateKeyDer::from_pem_file(key).with_context(|| key.display().to_string())?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
    let mut config = builder.with_no_client_auth().with_single_cert(chain, private)?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(Arc::new(config))
}
