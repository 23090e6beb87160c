//! Witnesses of a log: what is sent to one, and the cosignature that it answers with
//! (<https://c2sp.org/tlog-witness>, <https://c2sp.org/tlog-cosignature>).

use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::note::{Note, NoteSignature, SignatureKind, VerifierKey};
use crate::{Hash, proof};

/// The most lines of a consistency proof: a tree has fewer than 2^63 leaves.
const MOST_LINES: usize = 63;

/// The first lines of the note that is the head of a log (<https://c2sp.org/tlog-checkpoint>).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// The name of the log.
    pub origin: String,
    /// The number of entries.
    pub size: u64,
    /// The root of the tree over them.
    pub root: Hash,
}

impl Checkpoint {
    /// Reads the head of a log; `None` if the text is none.
    pub fn of(note: &Note) -> Option<Self> {
        let mut lines = note.text.split('\n');
        let origin = lines.next().filter(|origin| !origin.is_empty())?.to_owned();
        let size = number(lines.next()?)?;
        Some(Self { origin, size, root: decoded(lines.next()?)? })
    }

    /// True if this head only adds entries to another, as the proof shows (RFC 6962, section 2.1.2).
    pub fn extends(&self, old: &Self, path: &[Hash]) -> bool {
        let extends = match old.size {
            size if size == self.size => old.root == self.root && path.is_empty(),
            // Every tree begins with nothing.
            0 => path.is_empty(),
            _ => proof::is_consistent((old.size, old.root), (self.size, self.root), path),
        };
        self.origin == old.origin && extends
    }
}

/// A log's request to a witness: its head, and the proof that it only grew.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AddCheckpoint {
    /// The size that the witness cosigned last.
    pub old: u64,
    /// The consistency proof from there.
    pub path: Vec<Hash>,
    /// The head.
    pub note: Note,
}

impl fmt::Display for AddCheckpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "old {}", self.old)?;
        self.path.iter().try_for_each(|hash| writeln!(f, "{}", STANDARD.encode(hash.0)))?;
        write!(f, "\n{}", self.note)
    }
}

impl FromStr for AddCheckpoint {
    type Err = &'static str;

    fn from_str(body: &str) -> Result<Self, Self::Err> {
        let read = || {
            let (head, note) = body.split_once("\n\n")?;
            let mut lines = head.split('\n');
            let old = number(lines.next()?.strip_prefix("old ")?)?;
            let path = lines.map(decoded).collect::<Option<Vec<_>>>()?;
            (path.len() <= MOST_LINES).then_some(Self { old, path, note: note.parse().ok()? })
        };
        read().ok_or("not a head with its proof")
    }
}

/// Decimal digits without leading zeros.
fn number(digits: &str) -> Option<u64> {
    digits.parse().ok().filter(|number: &u64| number.to_string() == digits)
}

fn decoded(line: &str) -> Option<Hash> {
    STANDARD.decode(line).ok()?.try_into().ok().map(Hash)
}

/// Returns the message that a witness signs: the text of a head, and the time at which it had seen no larger one, in seconds
/// since 1970.
pub fn cosigned_message(note: &Note, at: u64) -> String {
    format!("cosignature/v1\ntime {at}\n{}", note.text)
}

impl VerifierKey {
    /// Returns the line with a cosignature of this key, of that time.
    pub fn cosignature(&self, at: u64, signature: [u8; 64]) -> NoteSignature {
        let bytes = [at.to_be_bytes().as_slice(), &signature].concat();
        NoteSignature { name: self.name.clone(), id: self.id(), signature: bytes }
    }

    /// Returns when this witness cosigned the head, in seconds since 1970; `None` if it has not.
    pub fn cosigned_at(&self, note: &Note) -> Option<u64> {
        let time = |line: &NoteSignature| {
            let (at, signature) = line.signature.split_first_chunk()?;
            let at = u64::from_be_bytes(*at);
            self.key.has_signed(cosigned_message(note, at).as_bytes(), signature).then_some(at)
        };
        (self.kind == SignatureKind::Cosignature).then(|| self.lines_of(note).find_map(time))?
    }
}

#[cfg(test)]
mod tests {
    use ring::signature::{Ed25519KeyPair, KeyPair as _};

    use super::*;
    use crate::{Frontier, PublicKey, Tree};

    fn checkpoint(size: u64, root: Hash) -> Checkpoint {
        Checkpoint { origin: "log".to_owned(), size, root }
    }

    fn note(text: &str) -> Note {
        Note { text: text.to_owned(), signatures: Vec::new() }
    }

    #[test]
    fn a_head_extends_another_only_with_the_proof_of_it() {
        let entries: Vec<Hash> = (0..20_u64).map(|number| Hash::of(&number.to_be_bytes())).collect();
        let tree = Tree::new(&Frontier::default(), &entries);
        let head = |size| checkpoint(size, tree.root(size).unwrap());
        for (old, new) in [(1, 20), (7, 20), (8, 16), (19, 20)] {
            let part = Tree::new(&Frontier::default(), &entries[..usize::try_from(new).unwrap()]);
            let path = part.consistency(old).unwrap().unwrap();
            assert!(head(new).extends(&head(old), &path), "{old} to {new}");
            assert!(!head(new).extends(&checkpoint(old, Hash::of(b"other")), &path), "{old} to {new}");
            assert!(!checkpoint(new, Hash::of(b"other")).extends(&head(old), &path), "{old} to {new}");
            assert!(!head(new).extends(&head(old), &path[1..]) && !head(old).extends(&head(new), &path));
        }
        let none = checkpoint(0, Hash::of(&[]));
        assert!(none.extends(&none, &[]) && !checkpoint(0, Hash::of(b"other")).extends(&none, &[]));
        assert!(head(5).extends(&none, &[]) && !head(5).extends(&none, &[Hash::of(&[])]));
        assert!(head(5).extends(&head(5), &[]) && !checkpoint(5, Hash::of(b"other")).extends(&head(5), &[]));
        let elsewhere = Checkpoint { origin: "other".to_owned(), ..head(5) };
        assert!(!elsewhere.extends(&head(5), &[]));
    }

    #[test]
    fn what_is_sent_is_read_as_it_was_written() {
        let root = STANDARD.encode(Hash::of(b"root").0);
        let line = NoteSignature { name: "log".to_owned(), id: [1, 2, 3, 4], signature: vec![5; 64] };
        let note = Note { text: format!("log\n9\n{root}\n"), signatures: vec![line] };
        for path in [vec![], vec![Hash::of(b"a"), Hash::of(b"b")]] {
            let sent = AddCheckpoint { old: 3, path, note: note.clone() };
            assert_eq!(sent.to_string().parse(), Ok(sent.clone()), "{sent}");
            let body = sent.to_string();
            for wrong in [body.replace("old 3", "old 03"), body.replace("old", "new"), body.replace("\n\n", "\n")] {
                assert!(wrong.parse::<AddCheckpoint>().is_err(), "{wrong}");
            }
        }
        let long = AddCheckpoint { old: 3, path: vec![Hash::of(b"a"); 64], note: note.clone() };
        assert!(long.to_string().parse::<AddCheckpoint>().is_err());
        assert_eq!(Checkpoint::of(&note), Some(checkpoint(9, Hash::of(b"root"))));
        for wrong in ["", "log\n", "log\n09\nx\n", "\n9\n", "log\n9\nAAAA\n"] {
            assert_eq!(Checkpoint::of(&self::note(wrong)), None, "{wrong}");
        }
    }

    #[test]
    fn a_cosignature_holds_for_its_text_its_time_and_its_key() {
        let pair = Ed25519KeyPair::from_seed_unchecked(&[7; 32]).unwrap();
        let key = PublicKey(pair.public_key().as_ref().try_into().unwrap());
        let key = VerifierKey { name: "witness.example/w1".to_owned(), kind: SignatureKind::Cosignature, key };
        let text = note("log\n9\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n");
        let signature = pair.sign(cosigned_message(&text, 1_679_315_147).as_bytes());
        let line = key.cosignature(1_679_315_147, signature.as_ref().try_into().unwrap());
        let cosigned = Note { signatures: vec![line.to_string().parse().unwrap()], ..text };
        assert_eq!(key.cosigned_at(&cosigned), Some(1_679_315_147));
        let other = |change: &dyn Fn(&mut Note)| {
            let mut note = cosigned.clone();
            change(&mut note);
            key.cosigned_at(&note)
        };
        assert_eq!(other(&|note| note.text.push('x')), None);
        assert_eq!(other(&|note| note.signatures[0].signature[7] ^= 1), None);
        assert_eq!(other(&|note| note.signatures[0].name.push('x')), None);
        let log = VerifierKey { kind: SignatureKind::Ed25519, ..key.clone() };
        assert!(log.cosigned_at(&cosigned).is_none() && !log.has_signed(&cosigned));
    }
}
