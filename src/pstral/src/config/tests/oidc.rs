//! Sign-in with the company's own accounts.

use insta::assert_snapshot;
use secrecy::ExposeSecret as _;

use super::check;

#[test]
fn every_fault_of_the_provider_is_told_and_no_secret() {
    let file = r#"
        [admin]
        public_url = "https://pstral.intern/admin"
        [admin.oidc]
        issuer = "http://login.intern/realms/company"
        client_id = " "
        client_secret = 424242
        claim = ""
        claims = "email"
        scopes = ["openid profile"]
        "#;
    assert_snapshot!(check(file, &[]).map(drop).unwrap_err(), @r#"
    admin.oidc.claim: this value is required. Add it; config/default.toml shows an example.
    admin.oidc.claims: there is no such key. Did you mean admin.oidc.claim?
    admin.oidc.client_id: this value is required. Add it; config/default.toml shows an example.
    admin.oidc.client_secret: this secret must be a text between quotes, such as "…".
    admin.oidc.issuer: give the provider’s address as it names itself, such as https://login.intern/realms/company; http only on this machine.
    admin.oidc.scopes: give words without spaces, such as ["openid", "profile", "email"].
    admin.public_url: give the address that people open, such as https://pstral.intern:8081, without a path; http only on this machine.
    "#);
    assert_snapshot!(check("[admin.oidc]", &[]).map(drop).unwrap_err(), @"
    admin.oidc.client_id: this value is required. Add it; config/default.toml shows an example.
    admin.oidc.client_secret: this value is required. Add it; config/default.toml shows an example.
    admin.oidc.issuer: this value is required. Add it; config/default.toml shows an example.
    admin.public_url: this value is required. Add it; config/default.toml shows an example.
    ");
}

#[test]
fn only_addresses_that_nobody_else_can_read_are_taken() {
    let with = |public: &str, issuer: &str| {
        let file = format!(
            "[admin]\npublic_url = \"{public}\"\n[admin.oidc]\nissuer = \"{issuer}\"\nclient_id = \"pstral\"\nclient_secret = \"s\""
        );
        check(&file, &[]).map(drop)
    };
    for address in ["https://login.intern", "http://localhost:8080", "http://127.0.0.1:8080", "http://[::1]:8080/"] {
        assert_eq!(with(address, address), Ok(()), "{address}");
    }
    assert_eq!(with("https://pstral.intern", "https://login.intern/realms/company"), Ok(()));
    for address in [
        "http://login.intern",
        "http://localhost.evil.test",
        "http://127.0.0.1.evil.test",
        "ftp://login.intern",
        "login.intern",
        "https://me:secret@login.intern",
        "https://login.intern?a=b",
        "https://login.intern#a",
    ] {
        let told = with(address, address).unwrap_err();
        assert!(told.contains("admin.public_url: ") && told.contains("admin.oidc.issuer: "), "{address}: {told}");
        assert!(!told.contains("secret"), "{told}");
    }
}

#[test]
fn the_secret_can_come_from_a_file_and_the_rest_has_defaults() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("secret");
    std::fs::write(&path, "s3cret\n").unwrap();
    let file = format!(
        "[admin]\npublic_url = \"https://pstral.intern\"\n[admin.oidc]\nissuer = \"https://login.intern\"\n\
         client_id = \"pstral\"\nclient_secret_file = {path:?}"
    );
    let config = check(&file, &[]).unwrap();
    let oidc = config.admin.oidc.as_ref().unwrap();
    assert_eq!(oidc.client_secret.as_ref().unwrap().expose_secret(), "s3cret");
    assert_eq!((oidc.claim.as_str(), oidc.scopes.join(" ").as_str()), ("preferred_username", "openid profile email"));
    assert!(!format!("{config:?}").contains("s3cret"));
}
