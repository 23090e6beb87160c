-- The name of the target that was chosen for a question; null where its words say it, or nothing does.
ALTER TABLE turns ADD COLUMN target TEXT;
-- The turns in which the question of a proposal was asked, as a JSON list; null in proposals of earlier releases.
ALTER TABLE proposals ADD COLUMN asked TEXT;
