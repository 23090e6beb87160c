-- The sample company on Oracle 19c or later: the tables of ../schema.sql with rows made here. Every person, company and
-- number is invented. Run it as SYSDBA. ALTER SESSION names the database of Oracle Free: elsewhere, name yours or leave it out.
WHENEVER SQLERROR EXIT FAILURE
SET DEFINE OFF
ALTER SESSION SET CONTAINER = FREEPDB1;

CREATE USER crm NO AUTHENTICATION QUOTA UNLIMITED ON users;

CREATE TABLE crm.users (
    id         NUMBER(10) PRIMARY KEY,
    full_name  VARCHAR2(80 CHAR) NOT NULL UNIQUE,
    email      VARCHAR2(120 CHAR) NOT NULL UNIQUE,
    phone      VARCHAR2(20) NOT NULL,
    role       VARCHAR2(20) NOT NULL CHECK (role IN ('sales', 'manager', 'assistant')),
    hired_on   DATE NOT NULL,
    active     NUMBER(1) DEFAULT 1 NOT NULL CHECK (active IN (0, 1))
);

CREATE TABLE crm.clients (
    id             NUMBER(10) PRIMARY KEY,
    company_name   VARCHAR2(120 CHAR) NOT NULL UNIQUE,
    email          VARCHAR2(160 CHAR) NOT NULL,
    phone          VARCHAR2(20) NOT NULL,
    address        VARCHAR2(160 CHAR) NOT NULL,
    postal_code    CHAR(5) NOT NULL,
    city           VARCHAR2(80 CHAR) NOT NULL,
    status         VARCHAR2(20) NOT NULL CHECK (status IN ('prospect', 'active', 'inactive')),
    kyc_completed  NUMBER(1) NOT NULL CHECK (kyc_completed IN (0, 1)),
    assigned_to    NUMBER(10) REFERENCES crm.users (id),
    created_at     DATE NOT NULL
);

CREATE TABLE crm.contracts (
    id               NUMBER(10) PRIMARY KEY,
    contract_number  VARCHAR2(20) NOT NULL UNIQUE,
    client_id        NUMBER(10) NOT NULL REFERENCES crm.clients (id),
    commercial_id    NUMBER(10) NOT NULL REFERENCES crm.users (id),
    title            VARCHAR2(120 CHAR) NOT NULL,
    amount           NUMBER(12,2) NOT NULL CHECK (amount > 0),
    status           VARCHAR2(20) NOT NULL CHECK (status IN ('draft', 'active', 'completed', 'cancelled')),
    signed_at        DATE,
    start_date       DATE,
    end_date         DATE,
    CHECK ((status = 'draft' AND signed_at IS NULL) OR (status <> 'draft' AND signed_at IS NOT NULL))
);

CREATE TABLE crm.payments (
    id            NUMBER(10) PRIMARY KEY,
    contract_id   NUMBER(10) NOT NULL REFERENCES crm.contracts (id),
    client_id     NUMBER(10) NOT NULL REFERENCES crm.clients (id),
    amount        NUMBER(12,2) NOT NULL CHECK (amount > 0),
    due_date      DATE NOT NULL,
    payment_date  DATE,
    status        VARCHAR2(20) NOT NULL CHECK (status IN ('paid', 'pending', 'late', 'failed')),
    CHECK ((status = 'paid' AND payment_date IS NOT NULL) OR (status <> 'paid' AND payment_date IS NULL))
);

CREATE TABLE crm.documents (
    id           NUMBER(10) PRIMARY KEY,
    client_id    NUMBER(10) NOT NULL REFERENCES crm.clients (id),
    kind         VARCHAR2(20) NOT NULL CHECK (kind IN ('kbis', 'identity', 'rib', 'contract')),
    title        VARCHAR2(160 CHAR) NOT NULL,
    file_name    VARCHAR2(160) NOT NULL,
    uploaded_at  DATE NOT NULL
);

CREATE TABLE crm.client_notes (
    id          NUMBER(10) PRIMARY KEY,
    client_id   NUMBER(10) NOT NULL REFERENCES crm.clients (id),
    author_id   NUMBER(10) NOT NULL REFERENCES crm.users (id),
    note        CLOB NOT NULL,
    created_at  TIMESTAMP(0) NOT NULL
);

CREATE TABLE crm.oauth_email_accounts (
    id             NUMBER(10) PRIMARY KEY,
    user_id        NUMBER(10) NOT NULL REFERENCES crm.users (id),
    email          VARCHAR2(120 CHAR) NOT NULL,
    provider       VARCHAR2(20) NOT NULL,
    access_token   VARCHAR2(200) NOT NULL,
    refresh_token  VARCHAR2(200) NOT NULL,
    expires_at     TIMESTAMP(0) NOT NULL
);

-- What the model reads of them beside their names.
COMMENT ON COLUMN crm.users.role IS 'sales: a salesperson (commercial)';
COMMENT ON COLUMN crm.users.active IS '0: has left the company';
COMMENT ON COLUMN crm.clients.status IS 'prospect: never signed; inactive: nothing running for six months';
COMMENT ON COLUMN crm.clients.kyc_completed IS '1: kbis, identity and rib documents are all there';
COMMENT ON COLUMN crm.clients.assigned_to IS 'the salesperson; null: nobody yet';
COMMENT ON COLUMN crm.contracts.commercial_id IS 'the salesperson who sold it';
COMMENT ON COLUMN crm.contracts.amount IS 'euros, before tax, over its whole duration';
COMMENT ON COLUMN crm.payments.amount IS 'euros; one instalment of the contract';
COMMENT ON COLUMN crm.payments.payment_date IS 'when the money came; null until it did. Revenue is the money received, at this date';
COMMENT ON COLUMN crm.payments.status IS 'late: unpaid after due_date; failed: the bank refused it, the next attempt is another row';
COMMENT ON COLUMN crm.documents.kind IS 'kbis: company register; rib: bank details';

INSERT INTO crm.users
SELECT LEVEL,
       REGEXP_SUBSTR('Camille,Louis,Inès,Hugo,Zoé,Malik', '[^,]+', 1, MOD(LEVEL, 6) + 1) || ' '
           || REGEXP_SUBSTR('Durand,Lefèvre,Moreau,Garnier,Roux', '[^,]+', 1, MOD(LEVEL, 5) + 1),
       'user' || LEVEL || '@pstral.example', '+33 1 99 00 00 ' || LPAD(LEVEL, 2, '0'),
       CASE MOD(LEVEL, 6) WHEN 0 THEN 'manager' WHEN 1 THEN 'assistant' ELSE 'sales' END,
       DATE '2018-03-01' + 37 * LEVEL, CASE WHEN MOD(LEVEL, 11) = 0 THEN 0 ELSE 1 END
FROM dual CONNECT BY LEVEL <= 24;

INSERT INTO crm.clients
SELECT LEVEL, 'Client ' || LEVEL || ' ' || REGEXP_SUBSTR('SARL,SAS,SA,EURL', '[^,]+', 1, MOD(LEVEL, 4) + 1),
       'contact@client' || LEVEL || '.example', '+33 1 99 10 ' || LPAD(MOD(LEVEL, 100), 2, '0') || ' 00',
       MOD(LEVEL, 90) + 1 || ' rue de la République',
       REGEXP_SUBSTR('75002,69003,44000,59800,06000,33000', '[^,]+', 1, MOD(LEVEL, 6) + 1),
       REGEXP_SUBSTR('Paris,Lyon,Nantes,Lille,Nice,Bordeaux', '[^,]+', 1, MOD(LEVEL, 6) + 1),
       CASE MOD(LEVEL, 5) WHEN 0 THEN 'prospect' WHEN 1 THEN 'inactive' ELSE 'active' END,
       CASE WHEN MOD(LEVEL, 3) = 0 THEN 0 ELSE 1 END,
       CASE WHEN MOD(LEVEL, 9) <> 0 THEN MOD(LEVEL, 24) + 1 END, DATE '2022-01-03' + MOD(LEVEL * 13, 1400)
FROM dual CONNECT BY LEVEL <= 600;

INSERT INTO crm.contracts
SELECT LEVEL, 'CT-2025-' || LPAD(LEVEL, 4, '0'), MOD(LEVEL * 7, 600) + 1, MOD(LEVEL, 24) + 1,
       REGEXP_SUBSTR('Maintenance,Audit,Formation,Hébergement', '[^,]+', 1, MOD(LEVEL, 4) + 1),
       1200 + MOD(LEVEL * 317, 40000) + 0.5,
       CASE WHEN MOD(LEVEL, 10) = 0 THEN 'draft' WHEN MOD(LEVEL, 4) = 0 THEN 'completed' ELSE 'active' END,
       CASE WHEN MOD(LEVEL, 10) <> 0 THEN DATE '2024-01-08' + MOD(LEVEL * 11, 700) END,
       CASE WHEN MOD(LEVEL, 10) <> 0 THEN DATE '2024-02-01' + MOD(LEVEL * 11, 700) END,
       CASE WHEN MOD(LEVEL, 10) <> 0 THEN DATE '2025-02-01' + MOD(LEVEL * 11, 700) END
FROM dual CONNECT BY LEVEL <= 900;

INSERT INTO crm.payments
SELECT 3 * (c.id - 1) + n.i, c.id, c.client_id, ROUND(c.amount / 3, 2), c.start_date + 90 * n.i,
       CASE WHEN MOD(c.id + n.i, 5) > 0 THEN c.start_date + 90 * n.i - 3 END,
       CASE WHEN MOD(c.id + n.i, 5) > 0 THEN 'paid' WHEN MOD(c.id, 2) = 0 THEN 'late' ELSE 'pending' END
FROM crm.contracts c CROSS JOIN (SELECT LEVEL AS i FROM dual CONNECT BY LEVEL <= 3) n
WHERE c.status <> 'draft';

INSERT INTO crm.documents
SELECT LEVEL, MOD(LEVEL, 600) + 1, REGEXP_SUBSTR('kbis,identity,rib,contract', '[^,]+', 1, MOD(LEVEL, 4) + 1),
       'Pièce ' || LEVEL, 'document-' || LEVEL || '.pdf', DATE '2024-01-02' + MOD(LEVEL, 600)
FROM dual CONNECT BY LEVEL <= 1500;

INSERT INTO crm.client_notes
SELECT LEVEL, MOD(LEVEL * 5, 600) + 1, MOD(LEVEL, 24) + 1,
       REGEXP_SUBSTR('Rappelle demain.,Demande un devis.,Retard de paiement évoqué.', '[^,]+', 1, MOD(LEVEL, 3) + 1),
       TIMESTAMP '2025-01-06 09:00:00' + NUMTODSINTERVAL(LEVEL, 'HOUR')
FROM dual CONNECT BY LEVEL <= 400;

-- Invented secrets, to show that the rules keep them out of reach.
INSERT INTO crm.oauth_email_accounts
SELECT LEVEL, LEVEL, 'user' || LEVEL || '@pstral.example', 'example', 'not-a-token-' || LEVEL, 'not-a-token-either',
       TIMESTAMP '2026-12-31 00:00:00'
FROM dual CONNECT BY LEVEL <= 6;

COMMIT;
BEGIN
    DBMS_STATS.GATHER_SCHEMA_STATS('CRM');
END;
/
EXIT
