//! The servers of the model, one by one or all alike.

use insta::assert_snapshot;
use secrecy::ExposeSecret as _;

use super::check;

#[test]
fn every_fault_of_every_endpoint_is_told_and_no_key_is_shown() {
    let servers = |last: &str| {
        let file = format!(
            r#"
            [[model.endpoints]]
            url = "http://gpu1.intern:8000"
            api_key = 424242
            [[model.endpoints]]
            url = "https://[2001:4860:4860::8888]/v1"
            slot = 5
            [[model.endpoints]]
            url = "http://gpu1.intern:8000/v1/"
            slots = 2000
            [[model.endpoints]]
            url = "http://me:secret@gpu"
            {last}
            "#
        );
        check(&file, &[]).map(drop).unwrap_err()
    };
    assert_snapshot!(servers("api_key_file = 7"), @r#"model.endpoints[3].api_key_file: this secret must be a text between quotes, such as "…"."#);
    assert_snapshot!(servers(""), @r#"
    model.endpoints[0].api_key: this secret must be a text between quotes, such as "…".
    model.endpoints[1].slot: there is no such key. Did you mean model.endpoints[1].slots?
    model.endpoints[1].url: 2001:4860:4860::8888 is a public address: questions would leave the company. Give that of a server in your network; if it has to be this one, write allow_public_endpoints = true in [model].
    model.endpoints[2].slots: the value must be between 1 and 1024.
    model.endpoints[2].url: this server is described twice. Keep one description and give it more slots.
    model.endpoints[3].url: the address holds a user name or a password, which would end up in the log: use api_key.
    "#);
}

#[test]
fn several_servers_have_a_key_and_slots_of_their_own_or_those_of_all() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("key");
    std::fs::write(&path, "s3cret\n").unwrap();
    let file = format!(
        "[model]\nkind = \"openai\"\napi_key = \"all\"\nslots = 4\nallow_public_endpoints = true\n\
         [[model.endpoints]]\nurl = \"http://gpu1:8000\"\napi_key_file = {path:?}\n\
         [[model.endpoints]]\nurl = \"https://8.8.8.8/v1\"\nslots = 8\n"
    );
    let config = check(&file, &[]).unwrap();
    let servers = config.model.servers();
    let of = |at: usize| (servers[at].url, servers[at].api_key.unwrap().expose_secret(), servers[at].slots);
    assert_eq!((of(0), of(1)), (("http://gpu1:8000", "s3cret", 4), ("https://8.8.8.8/v1", "all", 8)));
    assert!(!format!("{config:?}").contains("s3cret"));
    let one = check("model.api_key = \"k\"", &[]).unwrap();
    let [server] = &one.model.servers()[..] else { panic!("one server") };
    assert_eq!((server.key.as_str(), server.slots, server.api_key.is_some()), ("model", 1, true));
}
