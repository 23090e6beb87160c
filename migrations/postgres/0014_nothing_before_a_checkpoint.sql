-- What a checkpoint stands for does not come back.

CREATE OR REPLACE FUNCTION refuse_audit_events_before_a_checkpoint() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM audit_checkpoints WHERE instance = NEW.instance AND seq >= NEW.seq) THEN
        RAISE EXCEPTION 'audit events are never put before a checkpoint';
    END IF;
    RETURN NEW;
END
$$;

CREATE TRIGGER audit_events_are_not_put_before_a_checkpoint BEFORE INSERT ON audit_events
    FOR EACH ROW EXECUTE FUNCTION refuse_audit_events_before_a_checkpoint();
