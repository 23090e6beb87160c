-- What stewards have approved.

CREATE TABLE verified_queries (
    target TEXT NOT NULL,
    id TEXT NOT NULL,
    fr TEXT NOT NULL,
    en TEXT NOT NULL,
    statement TEXT NOT NULL,
    parameters TEXT NOT NULL,
    verified_by TEXT NOT NULL,
    verified_on TEXT NOT NULL,
    PRIMARY KEY (target, id)
);
