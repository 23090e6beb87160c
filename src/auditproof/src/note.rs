//! Signed notes and the keys that verify them (<https://c2sp.org/signed-note>).

use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::hash::from_hex;
use crate::{Hash, PublicKey};

/// The start of a line with a signature.
const DASH: &str = "— ";

/// A text with the signatures below it. That a line is well formed says nothing of the signature in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// The signed text, with its last newline.
    pub text: String,
    /// The lines below it.
    pub signatures: Vec<NoteSignature>,
}

/// A line with a signature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoteSignature {
    /// The name of the key.
    pub name: String,
    /// The first bytes of the hash of the key with its name.
    pub id: [u8; 4],
    /// The bytes that follow them.
    pub signature: Vec<u8>,
}

/// The kind of statement that a signature of a note makes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignatureKind {
    /// The log vouches for the text: Ed25519 over it.
    Ed25519 = 1,
    /// A witness saw the log grow: Ed25519 over the text and the time.
    Cosignature = 4,
}

/// A public key with its name and kind, written as `name+id+base64`: a *vkey*.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifierKey {
    /// The name: of a log, its origin.
    pub name: String,
    /// The kind of signatures that the key makes.
    pub kind: SignatureKind,
    /// The key.
    pub key: PublicKey,
}

impl VerifierKey {
    /// Returns the four bytes by which a line says whose its signature is.
    pub fn id(&self) -> [u8; 4] {
        let named = [self.name.as_bytes(), b"\n", &[self.kind as u8], &self.key.0].concat();
        let Hash([a, b, c, d, ..]) = Hash::of(&named);
        [a, b, c, d]
    }

    /// True if the key has signed the text of the note, as a log does.
    pub fn has_signed(&self, note: &Note) -> bool {
        self.signature_of(note).is_some()
    }

    /// Returns the first line with which the key has signed the text of the note, as a log does.
    pub fn signature_of<'n>(&self, note: &'n Note) -> Option<&'n NoteSignature> {
        let is_valid = |bytes: &[u8]| self.key.has_signed(note.text.as_bytes(), bytes);
        self.lines_of(note).find(|line| self.kind == SignatureKind::Ed25519 && is_valid(&line.signature))
    }

    /// The lines of a note that claim to be of this key.
    pub(crate) fn lines_of<'n>(&self, note: &'n Note) -> impl Iterator<Item = &'n NoteSignature> {
        let id = self.id();
        note.signatures.iter().filter(move |line| line.name == self.name && line.id == id)
    }
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.text)?;
        self.signatures.iter().try_for_each(|line| writeln!(f, "{line}"))
    }
}

impl FromStr for Note {
    type Err = &'static str;

    fn from_str(note: &str) -> Result<Self, Self::Err> {
        let read = || {
            let (text, lines) = note.rsplit_once("\n\n")?;
            let lines = lines.strip_suffix('\n')?.split('\n').map(|line| line.parse().ok());
            Some(Self { text: format!("{text}\n"), signatures: lines.collect::<Option<_>>()? })
        };
        read().ok_or("not a signed note")
    }
}

impl fmt::Display for NoteSignature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bytes = [self.id.as_slice(), &self.signature].concat();
        write!(f, "{DASH}{} {}", self.name, STANDARD.encode(bytes))
    }
}

impl FromStr for NoteSignature {
    type Err = &'static str;

    fn from_str(line: &str) -> Result<Self, Self::Err> {
        let read = || {
            let (name, encoded) = line.strip_prefix(DASH)?.split_once(' ')?;
            let bytes = STANDARD.decode(encoded).ok()?;
            let (id, signature) = bytes.split_first_chunk()?;
            let is_whole = is_key_name(name) && !signature.is_empty();
            is_whole.then(|| Self { name: name.to_owned(), id: *id, signature: signature.to_owned() })
        };
        read().ok_or("not a line with a signature")
    }
}

/// True if a key can have this name: a space or a plus would end it in a line or in a vkey, and it is shown to people.
pub fn is_key_name(name: &str) -> bool {
    !name.is_empty() && !name.contains(|c: char| c.is_whitespace() || c.is_control() || c == '+')
}

impl fmt::Display for VerifierKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let id = u32::from_be_bytes(self.id());
        let key = STANDARD.encode([&[self.kind as u8], self.key.0.as_slice()].concat());
        write!(f, "{}+{id:08x}+{key}", self.name)
    }
}

impl FromStr for VerifierKey {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let read = || {
            let mut parts = text.trim().splitn(3, '+');
            let (name, id) =
                (parts.next().filter(|name| is_key_name(name))?, <[u8; 4]>::try_from(from_hex(parts.next()?)?).ok()?);
            let encoded = STANDARD.decode(parts.next()?).ok()?;
            let kind = match encoded.first()? {
                1 => SignatureKind::Ed25519,
                4 => SignatureKind::Cosignature,
                _ => return None,
            };
            let key = PublicKey(encoded.get(1..)?.try_into().ok()?);
            let read = Self { name: name.to_owned(), kind, key };
            (read.id() == id).then_some(read)
        };
        read().ok_or("a verifier key is written as name+id+key")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_and_a_note_of_the_go_implementation_are_read() {
        // As golang.org/x/mod/sumdb/note has them among its examples.
        let key = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
        let note = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n\n\
                    — PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";
        let (key, note): (VerifierKey, Note) = (key.parse().unwrap(), note.parse().unwrap());
        assert!(key.has_signed(&note));
        let changed = Note { text: note.text.replace("you", "one"), ..note.clone() };
        assert!(!key.has_signed(&changed));
        assert_eq!((key.to_string().parse(), note.to_string().parse()), (Ok(key), Ok(note)));
    }

    #[test]
    fn what_is_no_key_is_refused() {
        let key = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
        let other_id = key.replace("c74f20a3", "c74f20a4");
        for wrong in ["", "a", "a+b+c", &other_id, &key.replace("Peter", "Peter "), &key.replace("ARpc", "Bhpc")] {
            assert!(wrong.parse::<VerifierKey>().is_err(), "{wrong}");
        }
    }
}
