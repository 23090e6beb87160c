-- Users, the chat identities linked to them, and the codes by which identities are linked.
-- Times are whole milliseconds since 1970-01-01T00:00:00Z.

CREATE TABLE users (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    username TEXT NOT NULL UNIQUE CHECK (username <> ''),
    full_name TEXT NOT NULL,
    email TEXT NOT NULL,
    role TEXT NOT NULL,
    locale TEXT NOT NULL,
    disabled INTEGER NOT NULL CHECK (disabled IN (0, 1)),
    created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE links (
    platform TEXT NOT NULL,
    actor TEXT NOT NULL,
    user_id INTEGER NOT NULL REFERENCES users (id),
    linked_at INTEGER NOT NULL,
    PRIMARY KEY (platform, actor)
) STRICT;

CREATE INDEX links_by_user ON links (user_id);

-- One code a user: a newer one takes the place of the older.
CREATE TABLE link_codes (
    user_id INTEGER PRIMARY KEY REFERENCES users (id),
    hash TEXT NOT NULL UNIQUE,
    expires_at INTEGER NOT NULL
) STRICT;

CREATE TABLE wrong_codes (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    platform TEXT NOT NULL,
    actor TEXT NOT NULL,
    tried_at INTEGER NOT NULL
) STRICT;

CREATE INDEX wrong_codes_by_actor ON wrong_codes (platform, actor, tried_at);
CREATE INDEX wrong_codes_by_time ON wrong_codes (tried_at);
