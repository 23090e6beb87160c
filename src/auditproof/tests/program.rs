//! The small verifier as a program: in an empty folder, with nothing of Pstral and no environment.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::path::Path;
use std::process::{Command, Output};

use pstral_auditproof::{EntryHash, Frontier, Hash, Head, Proof, PublicKey, SignedHead, Tree};
use ring::signature::{Ed25519KeyPair, KeyPair as _};
use serde_json::{Value, json};

const ENTRIES: u64 = 5;

fn key(seed: u8) -> Ed25519KeyPair {
    Ed25519KeyPair::from_seed_unchecked(&[seed; 32]).unwrap()
}

fn public(key: &Ed25519KeyPair) -> PublicKey {
    PublicKey(key.public_key().as_ref().try_into().unwrap())
}

/// An entry in the form of the first version, whose hash is over all that it says.
fn entry(seq: u64) -> (Value, Hash) {
    let mut entry = json!({ "action": "question", "instance": "one", "seq": seq });
    let hash = Hash::of(entry.to_string().as_bytes());
    entry["hash"] = hash.to_string().into();
    assert_eq!(EntryHash::of(&entry).unwrap().hash, hash);
    (entry, hash)
}

fn head(seq: u64) -> SignedHead {
    let mut frontier = Frontier::default();
    (1..=seq).for_each(|seq| frontier.push(entry(seq).1));
    let (instance, at) = ("one".to_owned(), "2026-11-26T10:00:00Z".to_owned());
    let head = Head { instance, seq, root: frontier.root(), chain: entry(seq).1, at, key: public(&key(1)) };
    SignedHead { signature: key(1).sign(head.message().as_bytes()).as_ref().try_into().unwrap(), head }
}

fn digits(path: &[Hash]) -> Vec<String> {
    path.iter().map(ToString::to_string).collect()
}

fn tree() -> Tree {
    Tree::new(&Frontier::default(), &(1..=ENTRIES).map(|seq| entry(seq).1).collect::<Vec<_>>())
}

/// Runs the program in a folder of its own that holds one file.
fn run(proof: &str, arguments: &[&str]) -> Output {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("proof.json"), proof).unwrap();
    let program = Path::new(env!("CARGO_BIN_EXE_pstral-auditproof"));
    let ended = Command::new(program).env_clear().current_dir(folder.path()).args(arguments).output().unwrap();
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "it writes nothing");
    ended
}

#[track_caller]
fn check(proof: &str, key: &PublicKey, code: i32, says: &str) {
    let ended = run(proof, &["proof.json", &key.to_string()]);
    let said = String::from_utf8([ended.stdout, ended.stderr].concat()).unwrap();
    assert_eq!((ended.status.code(), said.contains(says)), (Some(code), true), "{said}");
}

#[test]
fn an_entry_is_shown_with_the_public_key_alone() {
    let path = digits(&tree().inclusion(2).unwrap().unwrap());
    let proof = Proof::Inclusion { entry: entry(3).0, path, head: head(ENTRIES).to_string() };
    let proof = serde_json::to_string(&proof).unwrap();
    let ours = public(&key(1));
    check(&proof, &ours, 0, "entry 3 of one is in the audit");
    check(&proof, &public(&key(2)), 1, "signed with another key");
    check(&proof.replace("question", "answer"), &ours, 1, "the entry was changed");
    check(&proof.replace("2026", "2027"), &ours, 1, "the signature of a head does not match");
    let (other, Proof::Inclusion { head, path, .. }) = (entry(4).0, Proof::read(&proof).unwrap()) else { panic!() };
    let moved = serde_json::to_string(&Proof::Inclusion { entry: other, path, head }).unwrap();
    check(&moved, &ours, 1, "does not lead to the signed root");
    let twice = proof.replacen(r#""seq":3"#, r#""seq":4,"seq":3"#, 1);
    assert_ne!(twice, proof);
    check(&twice, &ours, 1, "this is not a proof of Pstral's: a member is there twice (line 1, column ");
    check("{}", &ours, 1, "this is not a proof of Pstral's: a member is missing, or is not one of a proof");
    check("{\n", &ours, 1, "this is not a proof of Pstral's: it is not JSON (line 2)");
}

#[test]
fn growth_is_shown_by_two_heads() {
    let path = digits(&tree().consistency(2).unwrap().unwrap());
    let grown = |old: &SignedHead| {
        let proof = Proof::Consistency { path: path.clone(), old: old.to_string(), new: head(ENTRIES).to_string() };
        serde_json::to_string(&proof).unwrap()
    };
    let ours = public(&key(1));
    check(&grown(&head(2)), &ours, 0, "went on from entry 2 to 5 without a change");
    check(&grown(&head(3)), &ours, 1, "does not lead to the signed root");
}

#[test]
fn without_a_proof_or_with_a_broken_key_it_says_how_to_use_it() {
    for arguments in [&[][..], &["proof.json", "abc"]] {
        assert_eq!(run("{}", arguments).status.code(), Some(2), "{arguments:?}");
    }
}
