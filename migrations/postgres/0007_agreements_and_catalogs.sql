-- Costly proposals wait for somebody's agreement; catalogs are kept for when their target is away.

ALTER TABLE proposals ADD COLUMN needs_agreement BIGINT NOT NULL DEFAULT 0 CHECK (needs_agreement IN (0, 1));
ALTER TABLE proposals ADD COLUMN agreed_by BIGINT REFERENCES users (id);

CREATE TABLE catalogs (
    target TEXT PRIMARY KEY,
    catalog TEXT NOT NULL,
    hash TEXT NOT NULL,
    read_at BIGINT NOT NULL
);
