-- Statements waiting for a decision. `number` gives their order; `id` is the name that cannot be guessed.

CREATE TABLE proposals (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    conversation_id INTEGER NOT NULL REFERENCES conversations (id),
    author_id INTEGER NOT NULL REFERENCES users (id),
    target TEXT NOT NULL,
    statement TEXT NOT NULL,
    parameters TEXT NOT NULL,
    origin TEXT NOT NULL,
    question TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('pending', 'used', 'refused')),
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT;

CREATE INDEX proposals_by_conversation ON proposals (conversation_id, number);
