-- The tables of the guard's own tests, with a few rows, and the canary.
CREATE TABLE clients (id INTEGER, name TEXT, city TEXT, region TEXT, created_at TEXT, parent_id INTEGER, prénom TEXT, notes TEXT, doc TEXT);
INSERT INTO clients VALUES (1, 'Dupont', 'Lyon', 'Sud', '2024-05-01', NULL, 'Zoé', 'x', '{"a": {"b": 1}}'), (2, 'Martin', 'Lille', 'Nord', '2025-01-31', 1, 'Léo', NULL, '[1, 2]');
CREATE TABLE contracts (id INTEGER, client_id INTEGER, amount NUMERIC, status TEXT, signed_on TEXT);
INSERT INTO contracts VALUES (1, 1, 1200.5, 'signed', '2024-06-01'), (2, 2, 90, 'draft', NULL);
CREATE TABLE payments (id INTEGER, contract_id INTEGER, amount NUMERIC, paid_on TEXT, method TEXT);
INSERT INTO payments VALUES (1, 1, 600.25, '2024-07-01', 'card'), (2, 1, 600.25, '2024-08-01', 'transfer');
CREATE TABLE users (id INTEGER, name TEXT, password_hash TEXT, manager_id INTEGER);
INSERT INTO users VALUES (1, 'Claire', 'x', NULL), (2, 'Alex', 'y', 1);
CREATE TABLE "Odd Name" ("Row Id" INTEGER, "Total" NUMERIC);
INSERT INTO "Odd Name" VALUES (1, 2);
CREATE TABLE client_notes (id INTEGER, client_id INTEGER, author_id INTEGER, body TEXT, written_at TEXT);
INSERT INTO client_notes VALUES (1, 1, 2, 'called', '2024-05-02');
CREATE TABLE documents (id INTEGER, client_id INTEGER, title TEXT, body TEXT);
INSERT INTO documents VALUES (1, 1, 'offer', 'text');
CREATE TABLE oauth_email_accounts (id INTEGER, user_id INTEGER, refresh_token TEXT);
-- AUTOINCREMENT keeps its sequence in sqlite_sequence.
CREATE TABLE canary (id INTEGER PRIMARY KEY AUTOINCREMENT, word TEXT);
INSERT INTO canary (word) VALUES ('alive');
