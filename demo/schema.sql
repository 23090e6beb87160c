-- The sample company: a CRM of a French service provider. Every person, company and number in it is invented.
-- Revenue, wherever it is spoken of, is the money received: payments with status 'paid', at their payment_date.
-- Amounts are in euros; dates are ISO 8601 text (YYYY-MM-DD), so that they compare as text.

CREATE TABLE users (
    id         INTEGER PRIMARY KEY,
    full_name  VARCHAR(80)  NOT NULL UNIQUE,  -- first name, then surname
    email      VARCHAR(120) NOT NULL UNIQUE,
    phone      VARCHAR(20)  NOT NULL,
    role       VARCHAR(20)  NOT NULL CHECK (role IN ('sales', 'manager', 'assistant')),  -- sales: a salesperson (commercial)
    hired_on   DATE         NOT NULL,
    active     BOOLEAN      NOT NULL DEFAULT 1 CHECK (active IN (0, 1))  -- 0: has left the company
);

CREATE TABLE clients (
    id             INTEGER PRIMARY KEY,
    company_name   VARCHAR(120) NOT NULL UNIQUE,  -- with its legal form: SARL, SAS, SA or EURL
    email          VARCHAR(160) NOT NULL,
    phone          VARCHAR(20)  NOT NULL,
    address        VARCHAR(160) NOT NULL,  -- number and street
    postal_code    CHAR(5)      NOT NULL,
    city           VARCHAR(80)  NOT NULL,
    status         VARCHAR(20)  NOT NULL CHECK (status IN ('prospect', 'active', 'inactive')),  -- prospect: never signed; inactive: nothing running for six months
    kyc_completed  BOOLEAN      NOT NULL CHECK (kyc_completed IN (0, 1)),  -- 1: kbis, identity and rib documents are all there
    assigned_to    INTEGER      REFERENCES users (id),  -- the salesperson; NULL: nobody yet
    created_at     DATE         NOT NULL
);

CREATE TABLE contracts (
    id               INTEGER PRIMARY KEY,
    contract_number  VARCHAR(20)    NOT NULL UNIQUE,  -- CT-year-number
    client_id        INTEGER        NOT NULL REFERENCES clients (id),
    commercial_id    INTEGER        NOT NULL REFERENCES users (id),  -- the salesperson who sold it
    title            VARCHAR(120)   NOT NULL,  -- what was sold
    amount           DECIMAL(12, 2) NOT NULL CHECK (amount > 0),  -- euros, before tax, over its whole duration
    status           VARCHAR(20)    NOT NULL CHECK (status IN ('draft', 'active', 'completed', 'cancelled')),
    signed_at        DATE,  -- NULL while it is a draft
    start_date       DATE,  -- NULL while it is a draft
    end_date         DATE,  -- NULL while it is a draft; in the past once it is completed
    CHECK ((status = 'draft') = (signed_at IS NULL))
);

CREATE TABLE payments (
    id            INTEGER PRIMARY KEY,
    contract_id   INTEGER        NOT NULL REFERENCES contracts (id),
    client_id     INTEGER        NOT NULL REFERENCES clients (id),
    amount        DECIMAL(12, 2) NOT NULL CHECK (amount > 0),  -- euros; one instalment of the contract
    due_date      DATE           NOT NULL,
    payment_date  DATE,  -- when the money came; NULL until it did
    status        VARCHAR(20)    NOT NULL CHECK (status IN ('paid', 'pending', 'late', 'failed')),  -- late: unpaid after due_date; failed: the bank refused it, the next attempt is another row
    CHECK ((status = 'paid') = (payment_date IS NOT NULL))
);

CREATE TABLE documents (
    id           INTEGER PRIMARY KEY,
    client_id    INTEGER      NOT NULL REFERENCES clients (id),
    kind         VARCHAR(20)  NOT NULL CHECK (kind IN ('kbis', 'identity', 'rib', 'contract')),  -- kbis: company register; rib: bank details
    title        VARCHAR(160) NOT NULL,
    file_name    VARCHAR(160) NOT NULL,
    uploaded_at  DATE         NOT NULL
);

CREATE TABLE client_notes (
    id          INTEGER PRIMARY KEY,
    client_id   INTEGER   NOT NULL REFERENCES clients (id),
    author_id   INTEGER   NOT NULL REFERENCES users (id),
    note        TEXT      NOT NULL,
    created_at  TIMESTAMP NOT NULL  -- YYYY-MM-DD HH:MM:SS
);

-- Secrets (invented ones): here to show that a policy keeps them out of reach.
CREATE TABLE oauth_email_accounts (
    id             INTEGER PRIMARY KEY,
    user_id        INTEGER      NOT NULL REFERENCES users (id),
    email          VARCHAR(120) NOT NULL,
    provider       VARCHAR(20)  NOT NULL,
    access_token   TEXT         NOT NULL,
    refresh_token  TEXT         NOT NULL,
    expires_at     TIMESTAMP    NOT NULL
);

CREATE INDEX clients_city ON clients (city);
CREATE INDEX clients_assigned_to ON clients (assigned_to);
CREATE INDEX contracts_client_id ON contracts (client_id);
CREATE INDEX contracts_commercial_id ON contracts (commercial_id);
CREATE INDEX contracts_signed_at ON contracts (signed_at);
CREATE INDEX payments_contract_id ON payments (contract_id);
CREATE INDEX payments_client_id ON payments (client_id);
CREATE INDEX payments_payment_date ON payments (payment_date);
CREATE INDEX documents_client_id ON documents (client_id);
CREATE INDEX client_notes_client_id ON client_notes (client_id);
