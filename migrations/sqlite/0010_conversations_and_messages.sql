-- Conversations that can be opened again, what a turn showed, and the messages that show proposals.

-- Grows with each beginning and opening: of a place, the greatest is the current one. No clock decides.
ALTER TABLE conversations ADD COLUMN opened INTEGER NOT NULL DEFAULT 0;
UPDATE conversations SET opened = id;
CREATE INDEX conversations_opened ON conversations (user_id, opened);

-- The statement a turn offers or runs, the rows it showed as JSON, whether its question was asked again, and the
-- instance that writes it: '' before instances were told apart.
ALTER TABLE turns ADD COLUMN proposal TEXT;
ALTER TABLE turns ADD COLUMN shown TEXT;
ALTER TABLE turns ADD COLUMN retried INTEGER NOT NULL DEFAULT 0 CHECK (retried IN (0, 1));
ALTER TABLE turns ADD COLUMN instance TEXT NOT NULL DEFAULT '';

-- Messages with the buttons of a proposal, until those are taken away.
CREATE TABLE proposal_messages (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    proposal TEXT NOT NULL REFERENCES proposals (id),
    platform TEXT NOT NULL,
    place TEXT NOT NULL,
    private INTEGER NOT NULL CHECK (private IN (0, 1)),
    message TEXT NOT NULL,
    content TEXT NOT NULL
) STRICT;

CREATE INDEX proposal_messages_by_proposal ON proposal_messages (proposal);
CREATE INDEX proposal_messages_by_platform ON proposal_messages (platform, id);
