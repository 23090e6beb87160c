//! Signed heads, as notes that are signed (<https://c2sp.org/signed-note>, <https://c2sp.org/tlog-checkpoint>).

use std::fmt;
use std::fmt::Write as _;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::note::{Note, NoteSignature, SignatureKind, VerifierKey};
use crate::{Hash, PublicKey};

/// The kind of log, which precedes the name of the instance in the first line of a note.
const ORIGIN: &str = "pstral.audit/";

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

    /// Returns the key with its name, as witnesses are given it: the name of the log is also that of its key.
    pub fn verifier(&self) -> VerifierKey {
        VerifierKey::of_log(&self.instance, self.key)
    }

    fn name(&self) -> String {
        origin(&self.instance)
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
    /// Reads the head of a note that others may have signed too, such as witnesses; `None` if it is none of Pstral's.
    pub fn of(note: &Note) -> Option<Self> {
        let head = Head::of_message(&note.text)?;
        let line = head.verifier().lines_of(note).next()?;
        Some(Self { signature: line.signature.as_slice().try_into().ok()?, head })
    }

    /// Returns the note with the signature of the log alone.
    pub fn note(&self) -> Note {
        let key = self.head.verifier();
        let line = NoteSignature { id: key.id(), name: key.name, signature: self.signature.to_vec() };
        Note { text: self.head.message(), signatures: vec![line] }
    }

    /// True if the key that the head names has signed it. Whether that key is one to trust is for the caller to know.
    pub fn is_signed(&self) -> bool {
        self.head.key.has_signed(self.head.message().as_bytes(), &self.signature)
    }
}

impl VerifierKey {
    /// Returns the key of an instance's audit, as witnesses are given it.
    pub fn of_log(instance: &str, key: PublicKey) -> Self {
        Self { name: origin(instance), kind: SignatureKind::Ed25519, key }
    }
}

/// The heads in a text, and where it holds anything else.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HeadsInText {
    /// The heads, in their order.
    pub heads: Vec<SignedHead>,
    /// The numbers of the lines, from 1, where something begins that is no whole head.
    pub others: Vec<usize>,
}

impl HeadsInText {
    /// Finds the heads in a text, such as a file to which they are appended. Signatures of witnesses below a head belong to it;
    /// anything else but blank lines is named, so that a damaged head is not taken for none.
    pub fn of(text: &str) -> Self {
        let begins = text.match_indices(ORIGIN).map(|(at, _)| at).filter(|at| *at == 0 || text[..*at].ends_with('\n'));
        let begins: Vec<usize> = begins.collect();
        let (mut found, mut line, mut counted) = (Self::default(), 1, 0);
        let ends = begins.iter().copied().chain([text.len()]);
        for (begin, end) in [0].into_iter().chain(begins.iter().copied()).zip(ends) {
            let part = &text[begin..end];
            let (head, rest) = first_head(part).map_or((None, part), |(head, rest)| (Some(head), rest));
            found.heads.extend(head);
            if let Some(at) = rest.find(|c: char| !c.is_whitespace()) {
                let at = end - rest.len() + at;
                line += text[counted..at].matches('\n').count();
                counted = at;
                found.others.push(line);
            }
        }
        found
    }
}

/// The head with which a text begins, and what follows its signatures.
fn first_head(text: &str) -> Option<(SignedHead, &str)> {
    let (message, mut rest) = text.split_once("\n\n")?;
    let mut signatures = Vec::new();
    loop {
        let (line, below) = rest.split_once('\n').unwrap_or((rest, ""));
        let Ok(signature) = line.parse() else { break };
        signatures.push(signature);
        rest = below;
    }
    let head = SignedHead::of(&Note { text: format!("{message}\n"), signatures })?;
    Some((head, rest))
}

/// The whole note.
impl fmt::Display for SignedHead {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.note().fmt(f)
    }
}

/// Reads a note with no signature but the one of the log.
impl FromStr for SignedHead {
    type Err = &'static str;

    fn from_str(note: &str) -> Result<Self, Self::Err> {
        let read: Option<Self> = note.parse().ok().as_ref().and_then(Self::of);
        // One way to write it, and no line more.
        read.filter(|read| read.to_string() == note).ok_or("not a signed head of Pstral's audit")
    }
}

/// The name of an instance's log.
fn origin(instance: &str) -> String {
    let mut name = ORIGIN.to_owned();
    for byte in instance.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            name.push(char::from(byte));
        } else {
            let _ = write!(name, "%{byte:02X}");
        }
    }
    name
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

    #[test]
    fn the_whole_heads_in_a_text_are_found() {
        let (one, two) = (signed("one"), signed("two"));
        let later = SignedHead { head: Head { seq: 43, ..one.head.clone() }, ..one.clone() };
        let mut cosigned = two.note();
        cosigned.signatures.push(NoteSignature { name: "witness".to_owned(), id: [1; 4], signature: vec![2; 72] });
        let torn = &later.to_string()[..90];
        let text = format!("{one}\n{later}\n{cosigned}\nkept by hand\n\n{torn}\n{torn}");
        let found = HeadsInText::of(&text);
        assert_eq!(found.heads, [one, later.clone(), two.clone()]);
        let lines: Vec<&str> = found.others.iter().map(|line| text.lines().nth(line - 1).unwrap()).collect();
        assert_eq!(lines, ["kept by hand", "pstral.audit/one", "pstral.audit/one"]);
        let found = HeadsInText::of(&format!("{torn}\n{later}"));
        assert_eq!((found.heads, found.others), (vec![later], vec![1]));
        for one in [two.to_string(), two.to_string().trim_end().to_owned(), cosigned.to_string()] {
            let found = HeadsInText::of(&one);
            assert_eq!((found.heads, found.others), (vec![two.clone()], Vec::new()), "{one}");
        }
        for (text, others) in [("see pstral.audit/one", vec![1]), ("\n \n", Vec::new()), ("", Vec::new())] {
            assert_eq!(HeadsInText::of(text), HeadsInText { heads: Vec::new(), others });
        }
    }

    /// Whatever byte of a file of heads is changed, either its heads are all there still or the place is named.
    #[test]
    fn no_damaged_head_is_passed_over() {
        let text = format!("{}\n{}\n{}", signed("one"), signed("two"), signed("three"));
        for at in 0..text.len() {
            let (mut changed, mut shorter) = (text.clone().into_bytes(), text.clone().into_bytes());
            changed[at] ^= 1;
            shorter.remove(at);
            for damaged in [changed, shorter].into_iter().filter_map(|bytes| String::from_utf8(bytes).ok()) {
                let HeadsInText { heads, others } = HeadsInText::of(&damaged);
                assert!(heads.len() == 3 || !others.is_empty(), "the byte at {at}: {damaged}");
            }
        }
    }
}
