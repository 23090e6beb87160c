-- One row that a health check writes, to measure how long a durable write takes.

CREATE TABLE health_checks (
    id BIGINT PRIMARY KEY CHECK (id = 1),
    checks BIGINT NOT NULL
);
