//! Encrypted connections, with the certificates this machine trusts: a company's own authority among them.

use std::sync::{Arc, LazyLock};

use rustls::crypto::ring;
use rustls::{ClientConfig, RootCertStore};

/// Read once: a few hundred certificates. `SSL_CERT_FILE` and `SSL_CERT_DIR` name others than the system's.
static TRUSTED: LazyLock<Arc<RootCertStore>> = LazyLock::new(|| {
    let mut trusted = RootCertStore::empty();
    // What cannot be read is trusted less, and no more.
    trusted.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    Arc::new(trusted)
});

/// How to connect to a server with a certificate. Where none is to come, none is read, and none would be trusted.
pub(crate) fn config(encrypted: bool) -> ClientConfig {
    let trusted = if encrypted { Arc::clone(&TRUSTED) } else { Arc::new(RootCertStore::empty()) };
    ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("invariant: ring has what the default versions of TLS need")
        .with_root_certificates(trusted)
        .with_no_client_auth()
}
