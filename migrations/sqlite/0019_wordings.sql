-- Other wordings of a verified question, as a JSON list.
ALTER TABLE verified_queries ADD COLUMN also TEXT NOT NULL DEFAULT '[]';
