//! Verifies a proof of Pstral's audit: `pstral-auditproof PROOF KEY…`. It needs neither the audit nor any part of Pstral.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a command-line program prints")]

use std::process::ExitCode;

use pstral_auditproof::{Proof, PublicKey, Verified};

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let (Some(path), Ok(keys)) = (arguments.next(), arguments.map(|key| key.parse()).collect::<Result<Vec<_>, _>>())
    else {
        eprintln!("usage: pstral-auditproof PROOF KEY…");
        return ExitCode::from(2);
    };
    match verified(&path, &keys) {
        Ok((Verified::Entry(entry), content)) => {
            println!("{content}");
            println!("entry {} of {} is in the audit: {}", entry.seq, entry.instance, entry.hash);
        }
        Ok((Verified::Grown { instance, from, to }, _)) => {
            println!("the audit of {instance} went on from entry {from} to {to} without a change");
        }
        Err(why) => {
            eprintln!("{path}: {why}");
            return ExitCode::FAILURE;
        }
    }
    ExitCode::SUCCESS
}

/// The facts that a file proves, and its entry as it was read.
fn verified(path: &str, keys: &[PublicKey]) -> Result<(Verified, String), String> {
    let json = std::fs::read_to_string(path).map_err(|error| error.to_string())?;
    let proof = Proof::read(&json).map_err(|error| error.to_string())?;
    let shown = proof.verify(keys).map_err(|error| error.to_string())?;
    Ok((shown, proof.entry().map(ToString::to_string).unwrap_or_default()))
}
