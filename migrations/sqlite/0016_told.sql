-- What the model was told that wrote a statement, and what there was no room for, as JSON; null where no model wrote it.
ALTER TABLE proposals ADD COLUMN told TEXT;
