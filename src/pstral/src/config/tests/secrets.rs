//! Secrets: from files or the environment, of the right form, and never shown.

use secrecy::ExposeSecret as _;

use super::check;

#[test]
fn a_secret_of_the_wrong_form_is_told_and_never_shown() {
    for file in [
        "[model]\napi_key = \"T0PSECRET",
        "[model]\napi_key = T0PSECRET",
        "[model]\napi_key = \"T0PSECRET\" x",
        "[model]\napi_key = \"T0PSECRET\"\napi_key = \"T0PSECRET\"",
        "[model]\napi_key = \"T0PSECRET\\q\"",
        "[model]\napi_key = 'T0PSECRET",
        "model = { api_key = \"T0PSECRET\"",
    ] {
        let told = check(file, &[]).map(drop).unwrap_err();
        assert!(told.contains("pstral.toml: ") && told.contains("line ") && !told.contains("T0P"), "{file}: {told}");
    }
    for file in [
        "model.api_key = 424242",
        "model.api_key = 9223372036854775807",
        "model.api_key = 4242.42",
        "model.api_key = true",
        "model.api_key = [\"424242\"]",
        "model.api_key = { key = \"424242\" }",
        "model.api_key = { 424242 = 1 }",
    ] {
        let told = check(file, &[]).map(drop).unwrap_err();
        assert_eq!(told, "model.api_key: this secret must be a text between quotes, such as \"…\".", "{file}");
    }
    let of_target = check("[targets.a]\nkind = \"postgres\"\nurl = 424242", &[]).map(drop).unwrap_err();
    assert_eq!(of_target, "targets.a.url: this secret must be a text between quotes, such as \"…\".");
    let of_chat = check("platforms.discord.token = 424242", &[]).map(drop).unwrap_err();
    assert_eq!(of_chat, "platforms.discord.token: this secret must be a text between quotes, such as \"…\".");
    let large = check("model.api_key = 424242424242424242424242424242424242424242", &[]).map(drop).unwrap_err();
    assert!(!large.contains("4242"), "{large}");
    let told = check("model.api_key_file = 42", &[]).map(drop).unwrap_err();
    assert!(told.starts_with("model.api_key_file: this secret must"), "{told}");
}

#[test]
fn a_secret_of_digits_stays_as_it_is() {
    for secret in ["00123", "1e5", "true"] {
        let config = check("", &[("PSTRAL__MODEL__API_KEY", secret)]).unwrap();
        assert_eq!(config.model.api_key.as_ref().unwrap().expose_secret(), secret);
    }
}

#[test]
fn a_secret_can_come_from_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("key");
    std::fs::write(&path, "s3cret\n").unwrap();
    let path = path.to_string_lossy().into_owned();
    let config = check("", &[("PSTRAL__MODEL__API_KEY_FILE", &path)]).unwrap();
    assert_eq!(config.model.api_key.as_ref().unwrap().expose_secret(), "s3cret");
    assert!(!format!("{config:?}").contains("s3cret"));
    let missing = check("", &[("PSTRAL__MODEL__API_KEY_FILE", "/nowhere")]).unwrap_err();
    assert!(missing.starts_with("model.api_key_file: "), "{missing}");
    let of_target = "[targets.a]\nkind = \"oracle\"\nconnect = \"c\"\nuser = \"u\"\npassword_file = \"/nowhere\"";
    let missing = check(of_target, &[]).unwrap_err();
    assert!(missing.starts_with("targets.a.password_file: ") && !missing.contains('\n'), "{missing}");
    let config = check(&of_target.replace("/nowhere", &path), &[]).unwrap();
    let section = format!("{:?}", config.targets["a"].section);
    assert!(section.contains("password: Some(SecretBox") && !section.contains("s3cret"), "{section}");
    let address = folder.path().join("address");
    let of_target = format!("[targets.a]\nkind = \"postgres\"\nurl_file = \"{}\"", address.display());
    std::fs::write(&address, "postgres://u@h/d\n").unwrap();
    check(&of_target, &[]).unwrap();
    std::fs::write(&address, "mysql://u:s3cret@h/d\n").unwrap();
    let told = check(&of_target, &[]).unwrap_err();
    assert!(told.starts_with("targets.a.url: the address must begin with"), "{told}");
}

#[test]
fn what_stands_in_the_wrong_place_of_a_target_is_not_shown() {
    for file in [
        "[targets]\nurl = \"postgres://u:s3cret@h/d\"",
        "[targets]\npassword = \"s3cret\"",
        "[targets.a]\nkind = { url = \"postgres://u:s3cret@h/d\" }",
        "[targets.a]\nkind = [\"s3cret\"]",
        "[targets.a]\nkind = \"postgres\"\nurl = { a = \"s3cret\" }",
    ] {
        let told = check(file, &[]).map(drop).unwrap_err();
        assert!(told.starts_with("targets.") && !told.contains("s3cret"), "{file}: {told}");
    }
}
