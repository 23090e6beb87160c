//! Tests of pruning and erasure, during which the chain holds at every moment.

mod erasing;
mod killed;
mod pruning;
mod tampered;

use jiff::Timestamp;
use pstral_core::domain::{
    AuditAction, AuditCheckpoint, AuditEvent, AuditStatus, NoKey, Signatures, User, UserId, sha256,
};
use pstral_core::ports::AuditLog as _;
use pstral_core::testkit::state::member;
use pstral_pgserver::Server;
use pstral_store::{ExpiryLimits, Location, Store};
use secrecy::ExposeSecret as _;
use sqlx::SqliteConnection;
use tempfile::TempDir;

use crate::{beside, folder};

/// Knows what [`sign`] signs: a key whose arithmetic is a hash.
struct Ours;

impl Signatures for Ours {
    fn knows(&self, key: &str) -> bool {
        key == "ours"
    }

    fn holds(&self, message: &[u8], signature: &str) -> bool {
        signature == signature_of(message)
    }
}

fn signature_of(message: &[u8]) -> String {
    sha256(&format!("ours {}", String::from_utf8_lossy(message)))
}

fn sign(checkpoint: AuditCheckpoint) -> AuditCheckpoint {
    let checkpoint = AuditCheckpoint { key: "ours".to_owned(), ..checkpoint };
    AuditCheckpoint { signature: signature_of(&checkpoint.signed()), ..checkpoint }
}

/// Either database, and a way past the store.
pub(crate) enum Ground {
    File(TempDir),
    Server(Server),
}

impl Ground {
    /// Both, or only the file where there is no server on this machine.
    pub(crate) fn both() -> Vec<Self> {
        [Some(Self::File(folder())), Server::start().map(Self::Server)].into_iter().flatten().collect()
    }

    pub(crate) fn location(&self) -> Location {
        match self {
            Self::File(folder) => Location::File(folder.path().join("state.db")),
            Self::Server(server) => Location::Server(server.url("postgres").expose_secret().to_owned()),
        }
    }

    pub(crate) async fn open(&self, instance: &str) -> Store {
        Store::open_at(&self.location(), instance).await.unwrap()
    }

    /// Statements that both databases understand.
    pub(crate) async fn run(&self, statements: &str) {
        match self {
            Self::File(folder) => raw(&mut beside(folder).await, statements).await,
            Self::Server(server) => server.batch(statements).await,
        }
    }
}

/// Writes over what it removes, as the store does.
async fn raw(connection: &mut SqliteConnection, statements: &str) {
    let statements = format!("PRAGMA secure_delete = ON; {statements}");
    sqlx::raw_sql(sqlx::AssertSqlSafe(statements)).execute(connection).await.unwrap();
}

/// Noon of a day of November.
fn day(day: u32) -> Timestamp {
    format!("2026-11-{day:02}T12:00:00Z").parse().unwrap()
}

/// Creates the event of something said on a day.
pub(crate) fn said(user: Option<&User>, on: u32, what: &str) -> AuditEvent {
    AuditEvent {
        user: user.map(|user| user.id),
        platform: Some("terminal".to_owned()),
        actor: user.map(|user| format!("account of {}", user.username)),
        relations: Some("clients contracts".to_owned()),
        detail: Some(what.to_owned()),
        ..AuditEvent::new(day(on), AuditAction::Question, AuditStatus::Ok)
    }
}

/// On a day of November, where the audit stays so many days and its texts so many.
pub(crate) fn due(on: u32, audit: Option<u32>, texts: Option<u32>) -> ExpiryLimits {
    ExpiryLimits {
        now: day(on),
        conversations: None,
        proposals: None,
        audit: audit.map(|days| day(on - days)),
        audit_texts: texts.map(|days| day(on - days)),
    }
}

/// Proves the audit with the key: how many entries hold, or what does not.
async fn proved(store: &Store) -> Result<u64, String> {
    store.verify_audit(&[], &Ours).await.map(|proof| proof.entries).map_err(|fault| fault.to_string())
}

/// A user with an account, two conversations (one of the first day, one of the tenth) and all that is in them.
async fn person(ground: &Ground, store: &Store, name: &str) -> User {
    let user = member(store, name).await.unwrap();
    let UserId(id) = user.id;
    ground
        .run(&format!(
            "INSERT INTO links (platform, actor, user_id, linked_at) VALUES ('terminal', 'account of {name}', {id}, 5);
             INSERT INTO link_codes (user_id, hash, expires_at) VALUES ({id}, 'hash of {name}', 9);
             INSERT INTO sign_ins (id, hash, user_id, is_token, name, created_at, used_at, expires_at)
                VALUES ('sign-in {id}', 'hash of a secret of {name}', {id}, 1, 'token of {name}', 5, 5, 9);
             INSERT INTO link_requests (platform, actor, name, hash, expires_at)
                VALUES ('terminal', 'account of {name}', 'name of {name}', 'hash of a request of {name}', 9);
             INSERT INTO verified_queries (target, id, source, state, version, fr, en, statement, parameters, verified_by,
                    verified_on, proposed_by, proposed_at, approved_by)
                VALUES ('crm', '{name}-proposes', 'chat', 'proposed', 1, 'question of {name}', '', 'SELECT 1', '[]', '', '',
                        {id}, 5, NULL),
                    ('crm', '{name}-retired', 'chat', 'retired', 1, 'question of {name}', '', 'SELECT 1', '[]', '', '',
                        {id}, 5, NULL),
                    ('crm', 'restored-{id}', 'chat', 'proposed', 2, 'question', '', 'SELECT 1', '[]', '', '', {id}, 5,
                        {id}),
                    ('crm', 'approved-{id}', 'chat', 'approved', 1, 'question', '', 'SELECT 1', '[]', '', '', {id}, 5,
                        {id});
             INSERT INTO wrong_codes (platform, actor, tried_at) VALUES ('terminal', 'account of {name}', 7)"
        ))
        .await;
    for on in [1, 10] {
        let (number, at) = (id * 100 + i64::from(on), day(on).as_millisecond());
        ground
            .run(&format!(
                "INSERT INTO conversations (id, user_id, platform, place, private, title, mode, started_at)
                    VALUES ({number}, {id}, 'terminal', 'place of {name}', 1, 'title of {name}', 'sql', {at});
                 INSERT INTO turns (conversation_id, speaker, content, state, started_at)
                    VALUES ({number}, 'user', 'secret of {name}', 'complete', {at}),
                        ({number}, 'assistant', 'answer to {name}', 'complete', {at});
                 INSERT INTO ratings (user_id, answer, conversation_id, rating, rated_at)
                    VALUES ({id}, 'answer {on} to {name}', {number}, 'good', {at});
                 INSERT INTO reviews (number, target, words, question, reason, conversation_id, times, noted_at)
                    VALUES ({number}, 'crm', 'words {on} of {name}', 'question of {name}', 'bad', {number}, 1, {at});
                 INSERT INTO proposals (id, conversation_id, author_id, target, statement, parameters, origin, question,
                        state, created_at, expires_at)
                    VALUES ('{name}-{on}', {number}, {id}, 'crm', 'SELECT ''{name}''', '{{}}', '{{\"kind\":\"model\"}}',
                        'question of {name}', 'pending', {at}, {at});
                 INSERT INTO proposal_messages (proposal, platform, place, private, message, content)
                    VALUES ('{name}-{on}', 'terminal', 'place of {name}', 1, '5', 'message to {name}')"
            ))
            .await;
    }
    user
}
