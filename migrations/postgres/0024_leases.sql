-- The right of one program at a time to answer under the name of an instance. The number rises each time it is taken, and when
-- another instance closes what this one left behind.
CREATE TABLE leases (
    instance TEXT PRIMARY KEY,
    number BIGINT NOT NULL,
    -- 1 when the holder has ended in good order, or surely writes nothing more.
    ended BIGINT NOT NULL CHECK (ended IN (0, 1))
);
