//! Where heads of the audit go, and what the program is a witness of.

use std::path::Path;

use insta::assert_snapshot;

use super::check;

/// The key of a log.
const LOG: &str = "pstral.audit/one+0537ef3c+AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEB";
/// The key of a witness.
const WITNESS: &str = "witness.example/w1+09d03806+BAICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIC";

#[test]
fn every_fault_of_the_destinations_is_told() {
    let file = format!(
        r#"
        [audit]
        head_file = "/"
        time_stamp_server = "http://timestamp.example.org"
        [[audit.witness]]
        url = "https://me:secret@witness.example.org"
        key = "{LOG}"
        [[audit.witness]]
        url = "http://witness.example.org/w1"
        [witness]
        [[witness.log]]
        key = "0123"
        "#
    );
    assert_snapshot!(check(&file, &[]).map(drop).unwrap_err(), @r#"
    admin.listen: a witness answers at this address: set it, such as "127.0.0.1:8081".
    audit.head_file: name a file of its own, such as /mnt/archive/pstral-heads.
    audit.time_stamp_server: give an address that begins with https:// (on this machine also http://), without a user name or a query, such as https://timestamp.example.org/tsr.
    audit.witness[0].key: give the witness’s key as “pstral audit witness-key” prints it there: NAME+ID+KEY.
    audit.witness[0].url: give an address that begins with https:// (on this machine also http://), without a user name or a query, such as https://pstral.example.org:8081/witness.
    audit.witness[1].key: give the witness’s key as “pstral audit witness-key” prints it there: NAME+ID+KEY.
    audit.witness[1].url: give an address that begins with https:// (on this machine also http://), without a user name or a query, such as https://pstral.example.org:8081/witness.
    witness.log[0].key: give the key of the log as “pstral audit key --vkey” prints it there: NAME+ID+KEY.
    witness.name: a witness needs a name without spaces and “+”, such as pstral.example.org/witness.
    "#);
}

#[test]
fn a_witness_needs_a_name_and_an_address_and_is_named_once() {
    let remote = format!("[[audit.witness]]\nurl = \"https://w1\"\nkey = \"{WITNESS}\"\n");
    let file = format!("{remote}{remote}[witness]\nname = \"a b\"\n[[witness.log]]\nkey = \"{LOG}\"");
    assert_snapshot!(check(&file, &[]).map(drop).unwrap_err(), @r#"
    admin.listen: a witness answers at this address: set it, such as "127.0.0.1:8081".
    audit.witness[1].key: this witness is named twice. Keep one of them.
    witness.name: a witness needs a name without spaces and “+”, such as pstral.example.org/witness.
    "#);
    let listen = "[admin]\nlisten = \"127.0.0.1:8081\"";
    let right = format!("{remote}{listen}\n[witness]\nname = \"w2\"\n[[witness.log]]\nkey = \"{LOG}\"");
    check(&right, &[]).unwrap();
}

#[test]
fn a_log_is_named_once_with_each_of_its_keys() {
    let other = "pstral.audit/one+3ef49a40+AQECAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIC";
    let witness = |keys: [&str; 2]| {
        let logs = keys.map(|key| format!("[[witness.log]]\nkey = \"{key}\"")).join("\n");
        check(&format!("[admin]\nlisten = \"127.0.0.1:8081\"\n[witness]\nname = \"w\"\n{logs}"), &[])
    };
    witness([LOG, other]).unwrap();
    assert_snapshot!(witness([LOG, LOG]).map(drop).unwrap_err(), @"witness.log[1].key: this log is named twice with this key. Keep one of them.");
}

#[test]
fn each_key_and_the_heads_have_a_file_of_their_own() {
    let here = std::env::current_dir().unwrap();
    let absolute = |name: &str| format!("{}/{name}", here.display());
    let shared = |other: &str| format!("this is also the file of {other}. Give each of them a file of its own.");
    let (no_key, no_file) = ("name a file, such as keys/audit.key, and no folder.", "name a file of its own");
    for (section, key, value, told) in [
        ("audit", "key", "", no_key),
        ("audit", "key", "..", no_key),
        ("witness", "key", "", no_key),
        ("audit", "key", "pstral.db", &shared("store.url")),
        ("witness", "key", "./audit.key", &shared("audit.key")),
        ("witness", "key", &absolute("state/audit.key"), &shared("audit.key")),
        ("audit", "head_file", "", no_file),
        ("audit", "head_file", "x/../pstral.db", &shared("store.url")),
        ("audit", "head_file", "../state/audit.key", &shared("audit.key")),
        ("audit", "head_file", "witness.key", &shared("witness.key")),
        ("audit", "head_file", "audit.key.heads", no_file),
        ("audit", "head_file", "audit.key.heads/mine.note", no_file),
        ("audit", "head_file", "witness.key.logs/mine.note", no_file),
    ] {
        let file = format!("data = \"state\"\n[{section}]\n{key} = \"{value}\"");
        let found = check(&file, &[]).map(drop).unwrap_err();
        assert!(found.starts_with(&format!("{section}.{key}: {told}")) && !found.contains('\n'), "{file}: {found}");
    }
    check("[audit]\nhead_file = \"audit.key.heads-elsewhere\"", &[]).unwrap();
}

#[test]
fn files_lie_in_the_data_folder() {
    let config = check("data = \"/data\"\n[audit]\nhead_file = \"heads\"", &[]).unwrap();
    assert_eq!(config.audit.head_file.as_deref(), Some(Path::new("/data/heads")));
    assert_eq!(config.witness.key, Path::new("/data/witness.key"));
}
