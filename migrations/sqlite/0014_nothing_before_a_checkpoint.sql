-- What a checkpoint stands for does not come back.

CREATE TRIGGER audit_events_are_not_put_before_a_checkpoint BEFORE INSERT ON audit_events
WHEN EXISTS (SELECT 1 FROM audit_checkpoints WHERE instance = NEW.instance AND seq >= NEW.seq)
BEGIN
    SELECT RAISE(ABORT, 'audit events are never put before a checkpoint');
END;
