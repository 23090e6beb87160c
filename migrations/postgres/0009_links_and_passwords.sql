-- Who made a link and how; links that people ask for themselves; numbers kept for users to come; passwords.

ALTER TABLE users ADD COLUMN password_hash TEXT;

-- The name is the one the account had when it was linked: for display only.
ALTER TABLE links ADD COLUMN name TEXT NOT NULL DEFAULT '';
ALTER TABLE links ADD COLUMN linked_by BIGINT REFERENCES users (id);
ALTER TABLE links ADD COLUMN how TEXT NOT NULL DEFAULT 'code' CHECK (how IN ('code', 'request', 'command'));

ALTER TABLE link_codes ADD COLUMN issued_by BIGINT REFERENCES users (id);

-- One request an actor: a newer one takes the place of the older.
CREATE TABLE link_requests (
    platform TEXT NOT NULL,
    actor TEXT NOT NULL,
    name TEXT NOT NULL,
    hash TEXT NOT NULL UNIQUE,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (platform, actor)
);

CREATE INDEX link_requests_by_time ON link_requests (expires_at);

-- The last number given to a user, also to one who never came to be: the audit may name it. One row, once one is given.
CREATE TABLE user_numbers (
    id BIGINT PRIMARY KEY CHECK (id = 1),
    last BIGINT NOT NULL
);
