-- Exchanges of one user in one place, and their turns.

CREATE TABLE conversations (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    user_id INTEGER NOT NULL REFERENCES users (id),
    platform TEXT NOT NULL,
    place TEXT NOT NULL,
    private INTEGER NOT NULL CHECK (private IN (0, 1)),
    title TEXT NOT NULL,
    mode TEXT NOT NULL,
    started_at INTEGER NOT NULL
) STRICT;

CREATE INDEX conversations_by_user ON conversations (user_id, platform, place, private, id);

-- The four columns of the message that shows a turn are all there or all absent.
CREATE TABLE turns (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    conversation_id INTEGER NOT NULL REFERENCES conversations (id),
    speaker TEXT NOT NULL CHECK (speaker IN ('user', 'assistant')),
    content TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('streaming', 'complete', 'stopped', 'interrupted', 'failed')),
    message_platform TEXT,
    message_place TEXT,
    message_private INTEGER CHECK (message_private IN (0, 1)),
    message_id TEXT,
    started_at INTEGER NOT NULL,
    CHECK ((message_id IS NULL) = (message_platform IS NULL)
        AND (message_id IS NULL) = (message_place IS NULL)
        AND (message_id IS NULL) = (message_private IS NULL))
) STRICT;

CREATE INDEX turns_by_conversation ON turns (conversation_id, id);
CREATE INDEX turns_streaming ON turns (id) WHERE state = 'streaming';
