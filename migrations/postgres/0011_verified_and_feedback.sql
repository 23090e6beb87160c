-- Verified queries are proposed, approved and retired in chats too; what people think of answers is kept with them.

ALTER TABLE verified_queries
    ADD COLUMN source TEXT NOT NULL DEFAULT 'file' CHECK (source IN ('file', 'chat')),
    ADD COLUMN state TEXT NOT NULL DEFAULT 'approved' CHECK (state IN ('proposed', 'approved', 'retired')),
    ADD COLUMN version BIGINT NOT NULL DEFAULT 1 CHECK (version > 0),
    ADD COLUMN proposed_by BIGINT REFERENCES users (id),
    ADD COLUMN proposed_at BIGINT,
    ADD COLUMN approved_by BIGINT REFERENCES users (id),
    ADD COLUMN approved_at BIGINT,
    ADD COLUMN edited_by BIGINT REFERENCES users (id),
    ADD COLUMN edited_at BIGINT,
    ADD COLUMN retired_by BIGINT REFERENCES users (id),
    ADD COLUMN retired_at BIGINT,
    -- Why it does not hold any more, and since when.
    ADD COLUMN fault_fr TEXT,
    ADD COLUMN fault_en TEXT,
    ADD COLUMN fault_since BIGINT,
    ADD CHECK ((fault_fr IS NULL) = (fault_since IS NULL) AND (fault_en IS NULL) = (fault_since IS NULL));

ALTER TABLE verified_queries
    ALTER COLUMN source DROP DEFAULT,
    ALTER COLUMN state DROP DEFAULT,
    ALTER COLUMN version DROP DEFAULT,
    DROP CONSTRAINT verified_queries_pkey,
    ADD PRIMARY KEY (target, id, source);

-- The last rating of each person of each answer. `target` and `verified_id` name the verified query it came of.
CREATE TABLE ratings (
    user_id BIGINT NOT NULL REFERENCES users (id),
    answer TEXT NOT NULL,
    conversation_id BIGINT NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
    rating TEXT NOT NULL CHECK (rating IN ('good', 'bad')),
    rated_at BIGINT NOT NULL,
    target TEXT,
    verified_id TEXT,
    PRIMARY KEY (user_id, answer),
    CHECK ((target IS NULL) = (verified_id IS NULL))
);

CREATE INDEX ratings_by_verified_query ON ratings (target, verified_id);
CREATE INDEX ratings_by_conversation ON ratings (conversation_id);
