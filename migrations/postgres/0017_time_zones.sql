-- The IANA name of the time zone a person is told times in; null where it is the company's.
ALTER TABLE users ADD COLUMN timezone TEXT;
