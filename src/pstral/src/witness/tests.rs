//! What a witness cosigns and what it refuses.

use std::fs;
use std::path::PathBuf;

use pstral_auditproof::{Frontier, NoteSignature, Tree};
use tempfile::TempDir;

use super::*;
use crate::config::WitnessedLogConfig;
use crate::key_folder::note_name;

/// A log with so many entries, whose history from entry 6 on has a name.
struct Log {
    key: AuditKey,
    verifier: VerifierKey,
    folder: TempDir,
}

impl Log {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let key = AuditKey::read_or_make(&folder.path().join("log.key")).unwrap();
        let verifier = VerifierKey::of_log("one", key.public().0);
        Self { key, verifier, folder }
    }

    fn witness(&self) -> Witness {
        Witness::new(&self.config()).unwrap().unwrap()
    }

    fn config(&self) -> WitnessConfig {
        let log = [&self.verifier, &VerifierKey { name: "other".to_owned(), ..self.verifier.clone() }];
        let log = log.map(|key| WitnessedLogConfig { key: key.to_string() }).to_vec();
        let (name, key) = (Some("witness.example/w1".to_owned()), self.folder.path().join("witness.key"));
        WitnessConfig { name, key, log }
    }

    /// The file in which the witness keeps what it cosigned last.
    fn record(&self) -> PathBuf {
        self.folder.path().join("witness.key.logs").join(note_name("pstral.audit/one"))
    }

    fn tree(size: u64, history: &str) -> Tree {
        let entry = |number: u64| Hash::of(format!("{number} {}", if number < 6 { "" } else { history }).as_bytes());
        Tree::new(&Frontier::default(), &(1..=size).map(entry).collect::<Vec<_>>())
    }

    fn head(&self, size: u64, history: &str) -> Note {
        let root = Self::tree(size, history).root(size).unwrap();
        let text = format!("{}\n{size}\n{}\n", self.verifier.name, base64(&root));
        let signature = self.key.sign(text.as_bytes()).to_vec();
        let line = NoteSignature { name: self.verifier.name.clone(), id: self.verifier.id(), signature };
        Note { text, signatures: vec![line] }
    }

    fn request(&self, old: u64, size: u64, history: &str) -> String {
        let path = match old {
            0 => Vec::new(),
            old if old >= size => Vec::new(),
            old => Self::tree(size, history).consistency(old).unwrap().unwrap(),
        };
        AddCheckpoint { old, path, note: self.head(size, history) }.to_string()
    }
}

/// The root as a head has it: from the request of a proof of one hash.
fn base64(hash: &Hash) -> String {
    let note = Note { text: "x\n".to_owned(), signatures: Vec::new() };
    let sent = AddCheckpoint { old: 1, path: vec![*hash], note }.to_string();
    sent.lines().nth(1).unwrap().to_owned()
}

#[test]
fn a_log_that_grows_is_cosigned_and_another_history_is_not() {
    let log = Log::new();
    let witness = log.witness();
    let cosigned = |old, size, history: &str| {
        let line = witness.add_checkpoint(&log.request(old, size, history), 1_764_000_000)?;
        let mut note = log.head(size, history);
        note.signatures.push(line.strip_suffix('\n').unwrap().parse().unwrap());
        assert_eq!(witness.verifier.cosigned_at(&note), Some(1_764_000_000));
        Ok(())
    };
    let proof = |size, history| Err(WitnessError::Proof(log.head(size, history)));
    let other = |size, history| Err(WitnessError::OtherHead { last: 9, head: log.head(size, history) });
    assert_eq!(cosigned(0, 5, "a"), Ok(()));
    assert_eq!(cosigned(5, 5, "a"), Ok(()), "once more");
    assert_eq!(cosigned(5, 9, "a"), Ok(()));
    assert_eq!(cosigned(5, 12, "a"), Err(WitnessError::OtherSize(9)));
    assert_eq!(cosigned(0, 12, "a"), Err(WitnessError::OtherSize(9)));
    assert_eq!(cosigned(9, 12, "b"), proof(12, "b"), "entries 6 to 9 are others");
    assert_eq!(cosigned(9, 9, "b"), other(9, "b"));
    assert_eq!(cosigned(5, 8, "a"), other(8, "a"), "an earlier head");
    assert_eq!(cosigned(12, 9, "a"), Err(WitnessError::Malformed));
    // A witness that is started again has not forgotten.
    let again = log.witness();
    assert_eq!(
        again.add_checkpoint(&log.request(0, 5, "a"), 1),
        Err(WitnessError::OtherHead { last: 9, head: log.head(5, "a") })
    );
    assert!(again.add_checkpoint(&log.request(9, 12, "a"), 1).is_ok());
    assert_eq!(cosigned(9, 13, "a"), Err(WitnessError::OtherSize(12)), "both have one folder");
}

#[test]
fn lines_of_strangers_are_neither_told_nor_kept() {
    let log = Log::new();
    let witness = log.witness();
    let forged = NoteSignature { signature: vec![7; 64], ..log.head(5, "a").signatures.remove(0) };
    let request = |old, size| {
        let again = &log.head(size, "a").signatures[0];
        format!("{}— spam.example/visit-me AAAAAAAA\n{forged}\n{again}\n", log.request(old, size, "a"))
    };
    witness.add_checkpoint(&request(0, 9), 1).unwrap();
    let kept = fs::read_to_string(log.record()).unwrap();
    assert_eq!(kept.matches("— ").count(), 2, "the log's line and the witness's: {kept}");
    let refused = witness.add_checkpoint(&request(0, 5), 1);
    assert_eq!(refused, Err(WitnessError::OtherHead { last: 9, head: log.head(5, "a") }));
}

#[test]
fn only_known_logs_with_their_keys_are_taken() {
    let (log, stranger) = (Log::new(), Log::new());
    let witness = log.witness();
    assert_eq!(witness.add_checkpoint(&stranger.request(0, 5, "a"), 1), Err(WitnessError::UnknownKey));
    let unknown = log.request(0, 5, "a").replace("pstral.audit/one", "pstral.audit/two");
    assert_eq!(witness.add_checkpoint(&unknown, 1), Err(WitnessError::UnknownLog));
    // Signed for one log, sent as the head of another.
    let swapped = log.request(0, 5, "a").replacen("pstral.audit/one", "other", 1);
    assert_eq!(witness.add_checkpoint(&swapped, 1), Err(WitnessError::UnknownKey));
    for wrong in ["", "old 0\n\n", "old -1\n\nx\n"] {
        assert_eq!(witness.add_checkpoint(wrong, 1), Err(WitnessError::Malformed));
    }
}

#[test]
fn a_record_that_was_damaged_stops_the_witness() {
    let log = Log::new();
    let witness = log.witness();
    witness.add_checkpoint(&log.request(0, 5, "a"), 1).unwrap();
    let file = log.record();
    // The last one is the head of an older time as its log has signed it: the witness has not.
    for damaged in [String::new(), "other\n5\nx\n".to_owned(), log.head(3, "a").to_string()] {
        fs::write(&file, damaged).unwrap();
        assert!(matches!(witness.add_checkpoint(&log.request(0, 5, "a"), 1), Err(WitnessError::Files(_))));
        assert_eq!(Witness::check(&log.config()).unwrap_err().part, "witness");
    }
}

#[test]
fn a_record_under_the_name_of_another_log_is_found() {
    let log = Log::new();
    log.witness().add_checkpoint(&log.request(0, 5, "a"), 1).unwrap();
    let other = log.record().with_file_name(note_name("other"));
    fs::copy(log.record(), &other).unwrap();
    let found = Witness::check(&log.config()).unwrap_err().fact;
    assert!(found.contains(&other.display().to_string()) && found.ends_with("the head of another log"), "{found}");
}

#[test]
fn a_key_that_is_gone_is_not_made_a_second_time() {
    let log = Log::new();
    let key = log.config().key;
    assert_eq!(Witness::check(&log.config()).unwrap(), 0);
    assert!(!key.exists(), "looking makes nothing");
    let witness = log.witness();
    fs::remove_file(&key).unwrap();
    // Nothing was cosigned with it.
    let public = Witness::public_key(&log.config()).unwrap().unwrap();
    assert_ne!(public, witness.verifier);
    log.witness().add_checkpoint(&log.request(0, 5, "a"), 1).unwrap();
    assert_eq!(Witness::check(&log.config()).unwrap(), 1);
    let renamed = WitnessConfig { name: Some("witness.example/w2".to_owned()), ..log.config() };
    assert!(Witness::new(&renamed).unwrap().unwrap().add_checkpoint(&log.request(5, 7, "a"), 1).is_ok());
    fs::remove_file(&key).unwrap();
    for gone in [Witness::new(&log.config()).map(drop), Witness::public_key(&log.config()).map(drop)] {
        assert!(gone.unwrap_err().fact.ends_with("the key is gone"));
    }
    assert!(Witness::check(&log.config()).is_err() && !key.exists());
}

#[test]
fn two_requests_at_a_time_never_take_it_back() {
    let log = Log::new();
    let witness = log.witness();
    witness.add_checkpoint(&log.request(0, 5, "a"), 1).unwrap();
    let cosigned = std::thread::scope(|scope| {
        let sent: Vec<_> = (6..26)
            .map(|size| (size, log.request(5, size, "a")))
            .map(|(size, request)| {
                scope.spawn({
                    let witness = &witness;
                    move || witness.add_checkpoint(&request, 1).map(|_| size)
                })
            })
            .collect();
        sent.into_iter().filter_map(|sent| sent.join().unwrap().ok()).collect::<Vec<_>>()
    });
    assert_eq!(cosigned.len(), 1, "{cosigned:?}");
    let last = witness.add_checkpoint(&log.request(5, 40, "a"), 1);
    assert_eq!(last, Err(WitnessError::OtherSize(cosigned[0])));
}

#[test]
fn each_refused_head_is_recorded_once_and_hides_no_other() {
    let log = Log::new();
    let witness = log.witness();
    let (old, fork) = (log.head(5, "a"), log.head(9, "b"));
    assert!(!witness.is_recorded(&old), "it is not, until somebody says so");
    witness.note_recorded(&old);
    let signed_again = Note { signatures: Vec::new(), ..old.clone() };
    assert!(witness.is_recorded(&old) && witness.is_recorded(&signed_again) && !witness.is_recorded(&fork));
    witness.note_recorded(&fork);
    let other = |number: usize| Note { text: format!("other\n{number}\n"), signatures: Vec::new() };
    for number in 0..=MOST_RECORDED {
        witness.note_recorded(&other(number));
    }
    assert!(witness.is_recorded(&fork), "another log has a list of its own");
    assert!(!witness.is_recorded(&other(0)) && witness.is_recorded(&other(1)), "which is bounded");
}
