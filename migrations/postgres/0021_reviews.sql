-- Questions that stewards should look at: unanswered, with an edited statement, or with an answer rated as bad.
CREATE TABLE reviews (
    number BIGINT PRIMARY KEY,
    target TEXT NOT NULL,
    -- The question without marks, accents and capitals: the same question is on the list once.
    words TEXT NOT NULL,
    question TEXT NOT NULL,
    reason TEXT NOT NULL CHECK (reason IN ('unanswered', 'edited', 'bad')),
    proposal TEXT,
    conversation_id BIGINT NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
    times BIGINT NOT NULL,
    noted_at BIGINT NOT NULL,
    closed_by BIGINT REFERENCES users (id),
    closed_at BIGINT,
    UNIQUE (target, words),
    CHECK ((closed_by IS NULL) = (closed_at IS NULL))
);

CREATE INDEX reviews_by_conversation ON reviews (conversation_id);
