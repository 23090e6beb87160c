-- The newest entry of each chain as it was signed, written together with that entry; and the edge of the tree of its entries.
CREATE TABLE audit_heads (
    instance TEXT PRIMARY KEY,
    note TEXT NOT NULL,
    frontier TEXT NOT NULL
) STRICT;

-- The edge of the tree of the entries that a checkpoint stands for; signed with it.
ALTER TABLE audit_checkpoints ADD COLUMN frontier TEXT NOT NULL DEFAULT '';
