-- Proposals remember under which rules they were offered, and what they said; turns whether they stay between two.
-- Those that are there already have no version: they end as if the rules had changed.

ALTER TABLE proposals ADD COLUMN policy TEXT NOT NULL DEFAULT '';
ALTER TABLE proposals ADD COLUMN seal TEXT NOT NULL DEFAULT '';
ALTER TABLE turns ADD COLUMN aside INTEGER NOT NULL DEFAULT 0 CHECK (aside IN (0, 1));
