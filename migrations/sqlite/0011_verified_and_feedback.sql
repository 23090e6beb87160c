-- Verified queries are proposed, approved and retired in chats too; what people think of answers is kept with them.

CREATE TABLE verified_queries_and_proposed (
    target TEXT NOT NULL,
    id TEXT NOT NULL,
    fr TEXT NOT NULL,
    en TEXT NOT NULL,
    statement TEXT NOT NULL,
    parameters TEXT NOT NULL,
    -- Of a file: of one written in a chat, the name of who approved it is that of the user.
    verified_by TEXT NOT NULL,
    verified_on TEXT NOT NULL,
    source TEXT NOT NULL CHECK (source IN ('file', 'chat')),
    state TEXT NOT NULL CHECK (state IN ('proposed', 'approved', 'retired')),
    version INTEGER NOT NULL CHECK (version > 0),
    proposed_by INTEGER REFERENCES users (id),
    proposed_at INTEGER,
    approved_by INTEGER REFERENCES users (id),
    approved_at INTEGER,
    edited_by INTEGER REFERENCES users (id),
    edited_at INTEGER,
    retired_by INTEGER REFERENCES users (id),
    retired_at INTEGER,
    -- Why it does not hold any more, and since when.
    fault_fr TEXT,
    fault_en TEXT,
    fault_since INTEGER,
    PRIMARY KEY (target, id, source),
    CHECK ((fault_fr IS NULL) = (fault_since IS NULL) AND (fault_en IS NULL) = (fault_since IS NULL))
) STRICT;

INSERT INTO verified_queries_and_proposed
    (target, id, source, state, version, fr, en, statement, parameters, verified_by, verified_on)
    SELECT target, id, 'file', 'approved', 1, fr, en, statement, parameters, verified_by, verified_on
    FROM verified_queries;

DROP TABLE verified_queries;
ALTER TABLE verified_queries_and_proposed RENAME TO verified_queries;

-- The last rating of each person of each answer. `target` and `verified_id` name the verified query it came of.
CREATE TABLE ratings (
    user_id INTEGER NOT NULL REFERENCES users (id),
    answer TEXT NOT NULL,
    conversation_id INTEGER NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
    rating TEXT NOT NULL CHECK (rating IN ('good', 'bad')),
    rated_at INTEGER NOT NULL,
    target TEXT,
    verified_id TEXT,
    PRIMARY KEY (user_id, answer),
    CHECK ((target IS NULL) = (verified_id IS NULL))
) STRICT;

CREATE INDEX ratings_by_verified_query ON ratings (target, verified_id);
CREATE INDEX ratings_by_conversation ON ratings (conversation_id);
