//! A key for signing heads and checkpoints, the same for the same number.

use pstral_auditproof::PublicKey;
use pstral_core::domain::{Signatures, hex};
use ring::signature::{Ed25519KeyPair, KeyPair as _};

/// An Ed25519 key.
#[derive(Debug)]
pub(crate) struct Key(Ed25519KeyPair);

impl Key {
    /// Returns the key of a number.
    pub(crate) fn of(seed: u8) -> Self {
        Self(Ed25519KeyPair::from_seed_unchecked(&[seed; 32]).unwrap())
    }

    /// Returns its public half.
    pub(crate) fn public(&self) -> PublicKey {
        PublicKey(self.0.public_key().as_ref().try_into().unwrap())
    }

    /// Signs a message.
    pub(crate) fn sign(&self, message: &[u8]) -> [u8; 64] {
        self.0.sign(message).as_ref().try_into().unwrap()
    }
}

impl Signatures for Key {
    fn knows(&self, key: &str) -> bool {
        self.public().to_string() == key
    }

    fn holds(&self, message: &[u8], signature: &str) -> bool {
        hex(&self.sign(message)) == signature
    }
}
