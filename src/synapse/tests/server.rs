//! The server starts, takes people in, and comes back with what it had.

#![allow(clippy::unwrap_used, reason = "a test")]

use pstral_synapse::{Limits, Server};
use serde_json::Value;

#[test]
fn it_keeps_what_it_has() {
    let Some(server) = Server::start(Limits::Default) else { return };
    let (admin, zoe) = (server.admin("admin"), server.account("zoe"));
    let token = server.token(&admin);
    server.lift(&token, &zoe);
    let of_zoe = server.token(&zoe);
    server.stop();
    server.start_again();
    let (status, answer) = server.ask("GET", "/_matrix/client/v3/account/whoami", Some(&of_zoe), &Value::Null);
    assert_eq!((status, answer["user_id"].as_str()), (200, Some(zoe.id.as_str())), "{}", server.log());
    assert!(server.resident().unwrap() > 50);
}
