//! TLS with the certificates that this machine trusts, such as a company's own authority.

use std::sync::{Arc, LazyLock};

use rustls::crypto::ring;
use rustls::{ClientConfig, RootCertStore};

/// The trusted certificates, a few hundred, read once. `SSL_CERT_FILE` and `SSL_CERT_DIR` replace the system's.
static TRUSTED: LazyLock<Arc<RootCertStore>> = LazyLock::new(|| {
    let mut trusted = RootCertStore::empty();
    // A certificate that cannot be read is left out.
    trusted.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    Arc::new(trusted)
});

/// Configures TLS. For a server without it, no certificate is read and none is trusted.
pub fn config(encrypted: bool) -> ClientConfig {
    let trusted = if encrypted { Arc::clone(&TRUSTED) } else { Arc::new(RootCertStore::empty()) };
    ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("invariant: ring has what the default versions of TLS need")
        .with_root_certificates(trusted)
        .with_no_client_auth()
}
