-- Contractors, cloud, social media (委託先・外部サービス・ソーシャルメディア): what the registers' entries can't hold, each row about an entry.

-- A check sheet as it was filled in: selection criteria or clauses of a contract. A new filling is a new row; the newest counts.
CREATE TABLE records.contract_sheet (
  municipality_id uuid        NOT NULL REFERENCES records.municipality (id),
  id              uuid        NOT NULL,
  contract_id     uuid        NOT NULL,
  sheet           text        NOT NULL CHECK (sheet IN ('Selection', 'Clauses')),
  answers         jsonb       NOT NULL CHECK (jsonb_typeof(answers) = 'array'),
  saved_at        timestamptz NOT NULL,
  saved_by        text        NOT NULL,
  saved_by_name   text        NOT NULL,
  PRIMARY KEY (municipality_id, id),
  FOREIGN KEY (municipality_id, contract_id) REFERENCES records.register_entry (municipality_id, id)
);
CREATE INDEX contract_sheet_newest ON records.contract_sheet (municipality_id, contract_id, sheet, saved_at DESC);
SELECT storage.isolate_append_only('records.contract_sheet');

-- What happens while a contract runs, and at its end. A row that closes an earlier one names it.
CREATE TABLE records.contract_event (
  municipality_id uuid        NOT NULL REFERENCES records.municipality (id),
  id              uuid        NOT NULL,
  contract_id     uuid        NOT NULL,
  kind            text        NOT NULL CHECK (kind IN ('Subcontract', 'SubcontractApproved', 'SubcontractRefused', 'Staff', 'StaffLeft', 'Inspection', 'Corrected', 'Incident', 'IncidentClosed', 'Returned', 'Deleted', 'NothingHeld')),
  closes_id       uuid,
  day             date        NOT NULL,
  title           text        NOT NULL CHECK (length(title) BETWEEN 1 AND 200),
  body            text        NOT NULL CHECK (length(body) <= 2000),
  due_on          date,
  recorded_at     timestamptz NOT NULL,
  recorded_by     text        NOT NULL,
  recorded_by_name text       NOT NULL,
  PRIMARY KEY (municipality_id, id),
  FOREIGN KEY (municipality_id, contract_id) REFERENCES records.register_entry (municipality_id, id),
  FOREIGN KEY (municipality_id, closes_id) REFERENCES records.contract_event (municipality_id, id),
  CHECK ((kind IN ('SubcontractApproved', 'SubcontractRefused', 'StaffLeft', 'Corrected', 'IncidentClosed')) = (closes_id IS NOT NULL))
);
CREATE INDEX contract_event_contract ON records.contract_event (municipality_id, contract_id, recorded_at);
-- Decided, left, corrected, closed: once.
CREATE UNIQUE INDEX contract_event_closed ON records.contract_event (municipality_id, closes_id) WHERE closes_id IS NOT NULL;
SELECT storage.isolate_append_only('records.contract_event');

-- The yearly confirmation that a contractor fills in without an account. Link and code are kept as hashes only.
CREATE TABLE records.confirmation (
  municipality_id uuid        NOT NULL REFERENCES records.municipality (id),
  id              uuid        NOT NULL,
  contractor_id   uuid        NOT NULL,
  link_hash       bytea       NOT NULL UNIQUE CHECK (length(link_hash) = 32),     -- SHA-256 of 256 random bits
  code_salt       bytea       NOT NULL,
  code_hash       bytea       NOT NULL,                                           -- PBKDF2
  questions       jsonb       NOT NULL,                                           -- as they were put
  answers         jsonb       NOT NULL DEFAULT '[]',
  asked_at        timestamptz NOT NULL,
  asked_by        text        NOT NULL,
  asked_by_name   text        NOT NULL,
  due_on          date        NOT NULL,
  expires_at      timestamptz NOT NULL,                                           -- of link and code
  failed_count    int         NOT NULL DEFAULT 0,                                 -- wrong codes since the code was made
  locked_until    timestamptz,
  opened_at       timestamptz,                                                    -- the code was entered first
  saved_at        timestamptz,
  answered_at     timestamptz,
  answered_by_name text CHECK (length(answered_by_name) BETWEEN 1 AND 100),
  returned_at     timestamptz,                                                    -- given back for correction
  returned_note   text,
  signed_at       timestamptz,
  signed_by       text,
  signed_by_name  text,
  signed_note     text,
  withdrawn_at    timestamptz,
  PRIMARY KEY (municipality_id, id),
  FOREIGN KEY (municipality_id, contractor_id) REFERENCES records.register_entry (municipality_id, id),
  CHECK ((signed_at IS NULL) = (signed_by IS NULL) AND (signed_at IS NULL) = (signed_by_name IS NULL)),
  CHECK (signed_at IS NULL OR answered_at IS NOT NULL)
);
CREATE INDEX confirmation_contractor ON records.confirmation (municipality_id, contractor_id, asked_at DESC);
SELECT storage.isolate('records.confirmation');
-- Of whom a link is, before the municipality is known: nothing but that.
SELECT storage.open_to_signin('records.confirmation', 'SELECT (link_hash, municipality_id, id)');

-- A contractor who didn't answer was asked again (督促), and how.
CREATE TABLE records.confirmation_reminder (
  municipality_id uuid        NOT NULL REFERENCES records.municipality (id),
  id              uuid        NOT NULL,
  confirmation_id uuid        NOT NULL,
  note            text        NOT NULL CHECK (length(note) BETWEEN 1 AND 500),
  reminded_at     timestamptz NOT NULL,
  reminded_by     text        NOT NULL,
  reminded_by_name text       NOT NULL,
  PRIMARY KEY (municipality_id, id),
  FOREIGN KEY (municipality_id, confirmation_id) REFERENCES records.confirmation (municipality_id, id)
);
SELECT storage.isolate_append_only('records.confirmation_reminder');

-- Files of contracts and of confirmations. A file of an answer can be taken out again until the answers are sent.
CREATE TABLE records.third_party_file (
  municipality_id uuid        NOT NULL REFERENCES records.municipality (id),
  id              uuid        NOT NULL,
  event_id        uuid,
  confirmation_id uuid,
  question        text        NOT NULL DEFAULT '',
  file_name       text        NOT NULL CHECK (length(file_name) BETWEEN 1 AND 200),
  size_bytes      int         NOT NULL CHECK (size_bytes > 0),
  sha256          bytea       NOT NULL,
  kept_at         timestamptz NOT NULL,
  dropped_at      timestamptz,
  PRIMARY KEY (municipality_id, id),
  FOREIGN KEY (municipality_id, event_id) REFERENCES records.contract_event (municipality_id, id),
  FOREIGN KEY (municipality_id, confirmation_id) REFERENCES records.confirmation (municipality_id, id),
  FOREIGN KEY (municipality_id, sha256) REFERENCES records.kept_file (municipality_id, sha256),
  CHECK (num_nonnulls(event_id, confirmation_id) = 1)
);
CREATE INDEX third_party_file_event ON records.third_party_file (municipality_id, event_id) WHERE event_id IS NOT NULL;
CREATE INDEX third_party_file_confirmation ON records.third_party_file (municipality_id, confirmation_id) WHERE confirmation_id IS NOT NULL;
SELECT storage.isolate('records.third_party_file');

-- A decision about an external service, bound to what its entry said: by whom it was decided, and who entered it.
CREATE TABLE records.service_decision (
  municipality_id uuid        NOT NULL REFERENCES records.municipality (id),
  id              uuid        NOT NULL,
  service_id      uuid        NOT NULL,
  content         bytea       NOT NULL CHECK (length(content) = 32),              -- SHA-256 of the fields that were decided about
  approved        boolean     NOT NULL,
  person_id       uuid        NOT NULL,
  post            text        NOT NULL,
  until_on        date,
  note            text        NOT NULL CHECK (length(note) <= 1000),
  applied_by      text        NOT NULL,
  applied_by_name text        NOT NULL,
  decided_at      timestamptz NOT NULL,
  decided_by      text        NOT NULL,
  decided_by_name text        NOT NULL,
  PRIMARY KEY (municipality_id, id),
  FOREIGN KEY (municipality_id, service_id) REFERENCES records.register_entry (municipality_id, id),
  FOREIGN KEY (municipality_id, person_id) REFERENCES records.person (municipality_id, id),
  CHECK (approved = (until_on IS NOT NULL)),
  CHECK (decided_by <> applied_by)
);
CREATE INDEX service_decision_service ON records.service_decision (municipality_id, service_id, decided_at DESC);
SELECT storage.isolate_append_only('records.service_decision');

-- A post of an official account: one drafts, another approves, then it goes out.
CREATE TABLE records.social_post (
  municipality_id uuid        NOT NULL REFERENCES records.municipality (id),
  id              uuid        NOT NULL,
  account_id      uuid        NOT NULL,
  body            text        NOT NULL CHECK (length(body) BETWEEN 1 AND 4000),
  drafted_at      timestamptz NOT NULL,
  drafted_by      text        NOT NULL,
  drafted_by_name text        NOT NULL,
  approved        boolean,
  decided_at      timestamptz,
  decided_by      text,
  decided_by_name text,
  note            text        NOT NULL DEFAULT '' CHECK (length(note) <= 500),
  posted_at       timestamptz,
  posted_by       text,
  posted_by_name  text,
  address         text CHECK (length(address) <= 1000),
  PRIMARY KEY (municipality_id, id),
  FOREIGN KEY (municipality_id, account_id) REFERENCES records.register_entry (municipality_id, id),
  CHECK ((approved IS NULL) = (decided_at IS NULL) AND (decided_at IS NULL) = (decided_by IS NULL) AND (decided_at IS NULL) = (decided_by_name IS NULL)),
  CHECK (decided_by <> drafted_by),
  CHECK (posted_at IS NULL OR approved),
  CHECK ((posted_at IS NULL) = (posted_by IS NULL) AND (posted_at IS NULL) = (posted_by_name IS NULL))
);
CREATE INDEX social_post_account ON records.social_post (municipality_id, account_id, drafted_at DESC);
SELECT storage.isolate('records.social_post');
