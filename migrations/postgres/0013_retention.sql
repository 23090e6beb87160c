-- The public half of the key that signed a checkpoint: instances may have keys of their own.

ALTER TABLE audit_checkpoints ADD COLUMN key TEXT NOT NULL DEFAULT '';
