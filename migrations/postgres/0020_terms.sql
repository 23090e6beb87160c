-- Business terms are kept with the verified queries: one is proposed, approved and retired as they are.
ALTER TABLE verified_queries ADD COLUMN kind TEXT NOT NULL DEFAULT 'question' CHECK (kind IN ('question', 'term'));
ALTER TABLE verified_queries ADD COLUMN note TEXT NOT NULL DEFAULT '';
