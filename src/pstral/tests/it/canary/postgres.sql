-- The tables of the guard's own tests, with a few rows, and the canary. No row has a doc: one statement wants an array
-- of it and the next an object.
CREATE TABLE clients (id integer, name text, city text, region text, created_at timestamptz, parent_id integer, prénom text, notes text, doc jsonb);
INSERT INTO clients VALUES (1, 'Dupont', 'Lyon', 'Sud', '2024-05-01', NULL, 'Zoé', 'x', NULL), (2, 'Martin', 'Lille', 'Nord', '2025-01-31', 1, 'Léo', NULL, NULL);
CREATE TABLE contracts (id integer, client_id integer, amount numeric, status text, signed_on date);
INSERT INTO contracts VALUES (1, 1, 1200.5, 'signed', '2024-06-01'), (2, 2, 90, 'draft', NULL);
CREATE TABLE payments (id integer, contract_id integer, amount numeric, paid_on date, method text);
INSERT INTO payments VALUES (1, 1, 600.25, '2024-07-01', 'card'), (2, 1, 600.25, '2024-08-01', 'transfer');
CREATE TABLE users (id integer, name text, password_hash text, manager_id integer);
INSERT INTO users VALUES (1, 'Claire', 'x', NULL), (2, 'Alex', 'y', 1);
CREATE TABLE "Odd Name" ("Row Id" integer, "Total" numeric);
INSERT INTO "Odd Name" VALUES (1, 2);
CREATE SCHEMA hr;
CREATE TABLE hr.salaries (user_id integer, amount numeric);
INSERT INTO hr.salaries VALUES (1, 5000), (2, 3000);
CREATE SEQUENCE client_seq;
CREATE TABLE canary (id integer PRIMARY KEY, word text);
INSERT INTO canary VALUES (1, 'alive');
CREATE SEQUENCE canary_seq START 7;
CREATE FUNCTION purge_old_rows() RETURNS integer LANGUAGE sql AS 'DELETE FROM canary; SELECT 1';
CREATE FUNCTION billing() RETURNS integer LANGUAGE sql AS 'SELECT nextval(''canary_seq'')::integer';
