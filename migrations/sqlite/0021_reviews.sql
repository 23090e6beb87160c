-- Questions that stewards should look at: unanswered, with an edited statement, or with an answer rated as bad.
CREATE TABLE reviews (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    target TEXT NOT NULL,
    -- The SHA-256 of the question without marks, accents and capitals: the same question is on the list once.
    words TEXT NOT NULL,
    question TEXT NOT NULL,
    reason TEXT NOT NULL CHECK (reason IN ('unanswered', 'edited', 'bad')),
    proposal TEXT,
    conversation_id INTEGER NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
    times INTEGER NOT NULL,
    noted_at INTEGER NOT NULL,
    closed_by INTEGER REFERENCES users (id),
    closed_at INTEGER,
    UNIQUE (target, words),
    CHECK ((closed_by IS NULL) = (closed_at IS NULL))
) STRICT;

CREATE INDEX reviews_by_conversation ON reviews (conversation_id);
