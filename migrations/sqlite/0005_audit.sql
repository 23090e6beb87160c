-- What happened. Each column but `position` is covered by the hash of its row, each row by the hash of the next one
-- of the same instance. Users and conversations are named without reference: an audit stands by itself.

CREATE TABLE audit_events (
    position INTEGER PRIMARY KEY AUTOINCREMENT CHECK (position > 0),
    instance TEXT NOT NULL,
    seq INTEGER NOT NULL CHECK (seq > 0),
    previous TEXT NOT NULL CHECK (length(previous) = 64),
    hash TEXT NOT NULL CHECK (length(hash) = 64),
    at INTEGER NOT NULL,
    action TEXT NOT NULL,
    status TEXT NOT NULL,
    platform TEXT,
    actor TEXT,
    user_id INTEGER,
    place TEXT,
    conversation INTEGER,
    proposal TEXT,
    target TEXT,
    relations TEXT,
    statement TEXT,
    parameters TEXT,
    rule TEXT,
    model TEXT,
    row_count INTEGER,
    duration_ms INTEGER,
    detail TEXT,
    UNIQUE (instance, seq)
) STRICT;

CREATE INDEX audit_events_by_user ON audit_events (user_id, position);
CREATE INDEX audit_events_by_action ON audit_events (action, position);

CREATE TRIGGER audit_events_are_not_changed BEFORE UPDATE ON audit_events
BEGIN
    SELECT RAISE(ABORT, 'audit events are never changed');
END;

CREATE TRIGGER audit_events_are_not_removed BEFORE DELETE ON audit_events
BEGIN
    SELECT RAISE(ABORT, 'audit events are never removed');
END;

-- INSERT OR REPLACE removes the row in its way without the trigger above.
CREATE TRIGGER audit_events_are_not_replaced BEFORE INSERT ON audit_events
WHEN EXISTS (SELECT 1 FROM audit_events WHERE position = NEW.position)
    OR EXISTS (SELECT 1 FROM audit_events WHERE instance = NEW.instance AND seq = NEW.seq)
BEGIN
    SELECT RAISE(ABORT, 'audit events are never replaced');
END;
