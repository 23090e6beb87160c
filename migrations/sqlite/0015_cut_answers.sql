-- Answers that were cut by their length: their rest can be asked for, once.

ALTER TABLE turns ADD COLUMN cut INTEGER NOT NULL DEFAULT 0 CHECK (cut IN (0, 1));
