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
    audit.witness[0].url: give an address that begins with https:// (on this machine also http://), without a user name or a query, such as https://timestamp.example.org/tsr.
    audit.witness[1].key: give the witness’s key as “pstral audit witness-key” prints it there: NAME+ID+KEY.
    audit.witness[1].url: give an address that begins with https:// (on this machine also http://), without a user name or a query, such as https://timestamp.example.org/tsr.
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
fn files_lie_in_the_data_folder() {
    let config = check("data = \"/data\"\n[audit]\nhead_file = \"heads\"", &[]).unwrap();
    assert_eq!(config.audit.head_file.as_deref(), Some(Path::new("/data/heads")));
    assert_eq!(config.witness.key, Path::new("/data/witness.key"));
}
