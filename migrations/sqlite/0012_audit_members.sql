-- What an entry says more, what hides its private members from its hash, and the indexes that keep every page quick.

ALTER TABLE audit_events ADD COLUMN ip TEXT;
ALTER TABLE audit_events ADD COLUMN statement_hash TEXT;
ALTER TABLE audit_events ADD COLUMN verdict TEXT;
ALTER TABLE audit_events ADD COLUMN prompt_hash TEXT;
ALTER TABLE audit_events ADD COLUMN cost INTEGER;
ALTER TABLE audit_events ADD COLUMN delivery TEXT;
ALTER TABLE audit_events ADD COLUMN error TEXT;
ALTER TABLE audit_events ADD COLUMN covers TEXT;
-- Of an entry that is whole, the salt of its private members; of one that was sealed, the digest that is left of them.
-- Entries of older versions have neither: their hash covers all members as they are.
ALTER TABLE audit_events ADD COLUMN salt TEXT;
ALTER TABLE audit_events ADD COLUMN sealed TEXT;

-- A row is here only while a transaction seals or prunes: outside of it nobody sees it, and nothing lets it stay.
CREATE TABLE audit_opened (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    deed TEXT NOT NULL CHECK (deed IN ('seal', 'prune'))
) STRICT;

-- In place of the beginning of a chain that was pruned; signed, so that nobody else can put one here.
CREATE TABLE audit_checkpoints (
    instance TEXT PRIMARY KEY,
    seq INTEGER NOT NULL CHECK (seq > 0),
    hash TEXT NOT NULL CHECK (length(hash) = 64),
    count INTEGER NOT NULL,
    at INTEGER NOT NULL,
    signature TEXT NOT NULL
) STRICT;

-- Which entries name a relation; written with each entry, and never read to verify anything.
CREATE TABLE audit_relations (
    relation TEXT NOT NULL,
    at INTEGER NOT NULL,
    position INTEGER NOT NULL,
    PRIMARY KEY (relation, at, position)
) STRICT, WITHOUT ROWID;

INSERT INTO audit_relations (relation, at, position)
WITH RECURSIVE named (relation, rest, at, position) AS (
    SELECT '', relations || ' ', at, position FROM audit_events WHERE relations IS NOT NULL
    UNION ALL
    SELECT substr(rest, 1, instr(rest, ' ') - 1), substr(rest, instr(rest, ' ') + 1), at, position
    FROM named WHERE rest <> ''
)
SELECT DISTINCT relation, at, position FROM named WHERE relation <> '';

-- Pages are in the order of times, newest first: each index ends with the time, so that a page is one stretch of it.
DROP INDEX audit_events_by_user;
DROP INDEX audit_events_by_action;
CREATE INDEX audit_events_by_time ON audit_events (at, position);
CREATE INDEX audit_events_by_user ON audit_events (user_id, at, position);
CREATE INDEX audit_events_by_user_and_action ON audit_events (user_id, action, at, position);
CREATE INDEX audit_events_by_action ON audit_events (action, at, position);
CREATE INDEX audit_events_by_target ON audit_events (target, at, position);
CREATE INDEX audit_events_by_target_and_action ON audit_events (target, action, at, position);
CREATE INDEX audit_events_by_platform ON audit_events (platform, at, position);
-- Nearly all ended well: what did not is a small part, and so are these.
CREATE INDEX audit_events_by_status ON audit_events (status, at, position) WHERE status <> 'ok';
CREATE INDEX audit_events_by_status_and_action ON audit_events (status, action, at, position) WHERE status <> 'ok';

-- An entry may lose its private members and its salt, all at once, for the digest of them; nothing else of it changes.
DROP TRIGGER audit_events_are_not_changed;
CREATE TRIGGER audit_events_are_not_changed BEFORE UPDATE ON audit_events
WHEN NOT (
    EXISTS (SELECT 1 FROM audit_opened WHERE deed = 'seal')
    AND OLD.salt IS NOT NULL AND NEW.salt IS NULL
    AND OLD.sealed IS NULL AND length(NEW.sealed) IS 64
    AND NEW.actor IS NULL AND NEW.detail IS NULL AND NEW.error IS NULL AND NEW.ip IS NULL
    AND NEW.parameters IS NULL AND NEW.place IS NULL AND NEW.statement IS NULL
    AND NEW.position IS OLD.position AND NEW.instance IS OLD.instance AND NEW.seq IS OLD.seq
    AND NEW.previous IS OLD.previous AND NEW.hash IS OLD.hash AND NEW.at IS OLD.at
    AND NEW.action IS OLD.action AND NEW.status IS OLD.status AND NEW.platform IS OLD.platform
    AND NEW.user_id IS OLD.user_id AND NEW.conversation IS OLD.conversation AND NEW.proposal IS OLD.proposal
    AND NEW.target IS OLD.target AND NEW.relations IS OLD.relations
    AND NEW.statement_hash IS OLD.statement_hash AND NEW.verdict IS OLD.verdict AND NEW.rule IS OLD.rule
    AND NEW.model IS OLD.model AND NEW.prompt_hash IS OLD.prompt_hash AND NEW.cost IS OLD.cost
    AND NEW.row_count IS OLD.row_count AND NEW.duration_ms IS OLD.duration_ms
    AND NEW.delivery IS OLD.delivery AND NEW.covers IS OLD.covers
)
BEGIN
    SELECT RAISE(ABORT, 'audit events are never changed');
END;

-- The beginning of a chain may go once a checkpoint stands in its place.
DROP TRIGGER audit_events_are_not_removed;
CREATE TRIGGER audit_events_are_not_removed BEFORE DELETE ON audit_events
WHEN NOT (
    EXISTS (SELECT 1 FROM audit_opened WHERE deed = 'prune')
    AND EXISTS (SELECT 1 FROM audit_checkpoints WHERE instance = OLD.instance AND seq >= OLD.seq)
)
BEGIN
    SELECT RAISE(ABORT, 'audit events are never removed');
END;
