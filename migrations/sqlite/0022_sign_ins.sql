-- Sessions of people and tokens of scripts at the admin endpoint: by the hash of their secret.
CREATE TABLE sign_ins (
    id TEXT PRIMARY KEY,
    hash TEXT NOT NULL UNIQUE,
    user_id INTEGER NOT NULL REFERENCES users (id),
    is_token INTEGER NOT NULL,
    name TEXT NOT NULL,
    -- A JSON list; without one it may do all that its user may.
    capabilities TEXT,
    created_at INTEGER NOT NULL,
    used_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT;

CREATE INDEX sign_ins_by_user ON sign_ins (user_id);
