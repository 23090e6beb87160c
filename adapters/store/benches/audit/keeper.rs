//! A key, and the newest head in a file, as the program keeps it.

use std::io::Write as _;
use std::path::PathBuf;

use pstral_auditproof::{PublicKey, SignedHead};
use pstral_store::{HeadKeeper, KeptHeadsError};

use crate::key::Key;

#[derive(Debug)]
pub(crate) struct Keeper {
    pub(crate) key: Key,
    file: PathBuf,
}

impl Keeper {
    pub(crate) fn new(file: PathBuf) -> Self {
        Self { key: Key::of(1), file }
    }
}

impl HeadKeeper for Keeper {
    fn key(&self) -> PublicKey {
        self.key.public()
    }

    fn sign(&self, message: &[u8]) -> [u8; 64] {
        self.key.sign(message)
    }

    fn kept(&self) -> Result<Vec<SignedHead>, KeptHeadsError> {
        let note = std::fs::read_to_string(&self.file).ok();
        Ok(note.and_then(|note| note.parse().ok()).into_iter().collect())
    }

    fn replace(&self, heads: &[SignedHead]) -> Result<(), String> {
        heads.iter().try_for_each(|head| self.keep(head))
    }

    fn keep(&self, head: &SignedHead) -> Result<(), String> {
        let next = self.file.with_extension("next");
        let mut file = std::fs::File::create(&next).unwrap();
        file.write_all(head.to_string().as_bytes()).unwrap();
        file.sync_all().and_then(|()| std::fs::rename(&next, &self.file)).map_err(|error| error.to_string())
    }
}
