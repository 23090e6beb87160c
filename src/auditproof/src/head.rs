//! Signed heads, as notes that are signed (<https://c2sp.org/signed-note>, <https://c2sp.org/tlog-checkpoint>).

use std::fmt;
use std::fmt::Write as _;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::{Hash, PublicKey};

/// The kind of log, which precedes the name of the instance in the first line of a note.
const ORIGIN: &str = "pstral.audit/";
/// The number of Ed25519 among the kinds of signatures of a note.
const ED25519: u8 = 1;

/// The state of an instance's audit after an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// The instance.
    pub instance: String,
    /// The number of the entry: the size of the tree.
    pub seq: u64,
    /// The root of the tree.
    pub root: Hash,
    /// The hash of the entry, which the next one is chained to.
    pub chain: Hash,
    /// The time of signing, UTC, as in RFC 3339.
    pub at: String,
    /// The key that signs.
    pub key: PublicKey,
}

/// A head with its signature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedHead {
    /// The signed state of the audit.
    pub head: Head,
    /// The Ed25519 signature of [`Head::message`].
    pub signature: [u8; 64],
}

impl Head {
    /// What is signed: the lines of the note.
    pub fn message(&self) -> String {
        let Self { seq, root, chain, at, key, .. } = self;
        let root = STANDARD.encode(root.0);
        format!("{}\n{seq}\n{root}\nchain {chain}\nkey {key}\ntime {at}\n", self.name())
    }

    /// The name of the log, and of the key in the line of the signature.
    fn name(&self) -> String {
        let mut name = ORIGIN.to_owned();
        for byte in self.instance.bytes() {
            if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
                name.push(char::from(byte));
            } else {
                let _ = write!(name, "%{byte:02X}");
            }
        }
        name
    }

    /// Four bytes by which a note says whose a signature is.
    fn key_id(&self) -> [u8; 4] {
        let named = [self.name().as_bytes(), b"\n", &[ED25519], &self.key.0].concat();
        let Hash([a, b, c, d, ..]) = Hash::of(&named);
        [a, b, c, d]
    }

    fn of_message(message: &str) -> Option<Self> {
        let mut lines = message.split('\n');
        let mut line = |before: &str| lines.next()?.strip_prefix(before);
        let instance = decoded(line(ORIGIN)?)?;
        let seq = line("")?.parse().ok()?;
        let root = Hash(STANDARD.decode(line("")?).ok()?.try_into().ok()?);
        let chain = line("chain ")?.parse().ok()?;
        let key = line("key ")?.parse().ok()?;
        let at = line("time ")?.to_owned();
        let head = Self { instance, seq, root, chain, at, key };
        // One way to write it, and no line more.
        (head.message() == message).then_some(head)
    }
}

impl SignedHead {
    /// True if the key that the head names has signed it. Whether that key is one to trust is for the caller to know.
    pub fn is_signed(&self) -> bool {
        self.head.key.has_signed(self.head.message().as_bytes(), &self.signature)
    }
}

/// The whole note.
impl fmt::Display for SignedHead {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let signature = STANDARD.encode([self.head.key_id().as_slice(), &self.signature].concat());
        write!(f, "{}\n— {} {signature}\n", self.head.message(), self.head.name())
    }
}

impl FromStr for SignedHead {
    type Err = &'static str;

    fn from_str(note: &str) -> Result<Self, Self::Err> {
        let read = || {
            let (message, signatures) = note.split_once("\n\n")?;
            let head = Head::of_message(&format!("{message}\n"))?;
            let line =
                signatures.strip_suffix('\n')?.strip_prefix("— ")?.strip_prefix(&head.name())?.strip_prefix(' ')?;
            let signed = STANDARD.decode(line).ok()?;
            let signature = signed.strip_prefix(head.key_id().as_slice())?.try_into().ok()?;
            Some(Self { head, signature })
        };
        read().ok_or("not a signed head of Pstral's audit")
    }
}

fn decoded(name: &str) -> Option<String> {
    let mut parts = name.split('%');
    let mut bytes = parts.next()?.as_bytes().to_vec();
    for part in parts {
        let (digits, rest) = part.split_at_checked(2)?;
        bytes.push(u8::from_str_radix(digits, 16).ok()?);
        bytes.extend(rest.as_bytes());
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use ring::signature::{Ed25519KeyPair, KeyPair as _};

    use super::*;

    fn signed(instance: &str) -> SignedHead {
        let key = Ed25519KeyPair::from_seed_unchecked(&[7; 32]).unwrap();
        let head = Head {
            instance: instance.to_owned(),
            seq: 42,
            root: Hash::of(b"root"),
            chain: Hash::of(b"chain"),
            at: "2026-11-25T10:00:00Z".to_owned(),
            key: PublicKey(key.public_key().as_ref().try_into().unwrap()),
        };
        let signature = key.sign(head.message().as_bytes()).as_ref().try_into().unwrap();
        SignedHead { head, signature }
    }

    #[test]
    fn a_note_is_read_as_it_is_written() {
        for instance in ["one", "a:b", "zoé + é\n%", ""] {
            let note = signed(instance);
            assert!(note.is_signed());
            assert_eq!(note.to_string().parse(), Ok(note.clone()), "{note}");
            assert_eq!(note.to_string().lines().count(), 8);
        }
    }

    #[test]
    fn no_part_of_a_note_can_be_changed() {
        let note = signed("one").to_string();
        for at in 0..note.len() {
            let mut changed = note.clone().into_bytes();
            changed[at] ^= 1;
            let read = String::from_utf8(changed).ok().and_then(|changed| changed.parse::<SignedHead>().ok());
            assert!(read.is_none_or(|read| !read.is_signed()), "the byte at {at}");
        }
        for more in [format!("{note}\n"), format!("{note}— other AAAA\n"), note.replace("chain", "x 1\nchain")] {
            assert!(more.parse::<SignedHead>().is_err(), "{more}");
        }
    }
}
