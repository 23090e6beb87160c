-- What an entry says more, what hides its private members from its hash, and the indexes that keep every page quick.

ALTER TABLE audit_events ADD COLUMN ip TEXT;
ALTER TABLE audit_events ADD COLUMN statement_hash TEXT;
ALTER TABLE audit_events ADD COLUMN verdict TEXT;
ALTER TABLE audit_events ADD COLUMN prompt_hash TEXT;
ALTER TABLE audit_events ADD COLUMN cost BIGINT;
ALTER TABLE audit_events ADD COLUMN delivery TEXT;
ALTER TABLE audit_events ADD COLUMN error TEXT;
ALTER TABLE audit_events ADD COLUMN covers TEXT;
-- Of an entry that is whole, the salt of its private members; of one that was sealed, the digest that is left of them.
-- Entries of older versions have neither: their hash covers all members as they are.
ALTER TABLE audit_events ADD COLUMN salt TEXT;
ALTER TABLE audit_events ADD COLUMN sealed TEXT;

-- A row is here only while a transaction seals or prunes: outside of it nobody sees it, and nothing lets it stay.
CREATE TABLE audit_opened (
    id BIGINT PRIMARY KEY CHECK (id = 1),
    deed TEXT NOT NULL CHECK (deed IN ('seal', 'prune'))
);

-- In place of the beginning of a chain that was pruned; signed, so that nobody else can put one here.
CREATE TABLE audit_checkpoints (
    instance TEXT PRIMARY KEY,
    seq BIGINT NOT NULL CHECK (seq > 0),
    hash TEXT NOT NULL CHECK (length(hash) = 64),
    count BIGINT NOT NULL,
    at BIGINT NOT NULL,
    signature TEXT NOT NULL
);

-- Which entries name a relation; written with each entry, and never read to verify anything.
CREATE TABLE audit_relations (
    relation TEXT NOT NULL,
    at BIGINT NOT NULL,
    position BIGINT NOT NULL,
    PRIMARY KEY (relation, at, position)
);

INSERT INTO audit_relations (relation, at, position)
SELECT DISTINCT relation, at, position
FROM audit_events, unnest(string_to_array(relations, ' ')) AS named (relation)
WHERE relation <> '';

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
-- The beginning of a chain may go once a checkpoint stands in its place.
CREATE OR REPLACE FUNCTION refuse_to_change_audit_events() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    emptied audit_events;
BEGIN
    IF TG_OP = 'UPDATE' AND EXISTS (SELECT 1 FROM audit_opened WHERE deed = 'seal') THEN
        emptied := OLD;
        emptied.actor := NULL;
        emptied.detail := NULL;
        emptied.error := NULL;
        emptied.ip := NULL;
        emptied.parameters := NULL;
        emptied.place := NULL;
        emptied.statement := NULL;
        emptied.salt := NULL;
        emptied.sealed := NEW.sealed;
        IF OLD.salt IS NOT NULL AND OLD.sealed IS NULL AND length(NEW.sealed) = 64
            AND NEW IS NOT DISTINCT FROM emptied THEN
            RETURN NEW;
        END IF;
    ELSIF TG_OP = 'DELETE' AND EXISTS (SELECT 1 FROM audit_opened WHERE deed = 'prune')
        AND EXISTS (SELECT 1 FROM audit_checkpoints WHERE instance = OLD.instance AND seq >= OLD.seq) THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION 'audit events are never %', CASE TG_OP WHEN 'UPDATE' THEN 'changed' ELSE 'removed' END;
END
$$;
