-- Policies (規程), their versions (版) and provisions (条・項・号), as read from what the municipality published.
-- Everything that a past moment was judged by is append-only: a verdict of last March must come out as it did last March.

-- Files as they arrived, by content (docs/adr/0041). One municipality's file is never another's, even if the bytes are equal.
CREATE TABLE records.kept_file (
  municipality_id uuid        NOT NULL REFERENCES records.municipality (id),
  sha256          bytea       NOT NULL CHECK (octet_length(sha256) = 32),
  bytes           bytea       NOT NULL CHECK (octet_length(bytes) <= 52428800),
  kept_at         timestamptz NOT NULL,
  PRIMARY KEY (municipality_id, sha256)
);
-- Documents are compressed already; trying again costs time and gains nothing.
ALTER TABLE records.kept_file ALTER COLUMN bytes SET STORAGE EXTERNAL;
SELECT storage.isolate_append_only('records.kept_file');

-- One line of versions: the basic policy (基本方針), a standard (対策基準), the policy of another executive body.
CREATE TABLE records.policy (
  municipality_id uuid        NOT NULL REFERENCES records.municipality (id),
  id              uuid        NOT NULL,
  key             text        NOT NULL CHECK (key ~ '^[a-z0-9][a-z0-9-]{0,62}$'),
  created_at      timestamptz NOT NULL,
  PRIMARY KEY (municipality_id, id),
  UNIQUE (municipality_id, key)
);
SELECT storage.isolate('records.policy');

CREATE TABLE records.policy_version (
  municipality_id uuid        NOT NULL REFERENCES records.municipality (id),
  id              uuid        NOT NULL,
  policy_id       uuid        NOT NULL,
  number          integer     NOT NULL CHECK (number > 0),
  title           text        NOT NULL,
  file_name       text        NOT NULL,
  size_bytes      integer     NOT NULL,
  sha256          bytea       NOT NULL,
  document        jsonb       NOT NULL,
  imported_at     timestamptz NOT NULL,
  imported_by     text        NOT NULL,
  imported_by_name text       NOT NULL,
  ledger_index    bigint      NOT NULL,
  PRIMARY KEY (municipality_id, id),
  UNIQUE (municipality_id, policy_id, number),
  UNIQUE (municipality_id, policy_id, sha256),
  FOREIGN KEY (municipality_id, policy_id) REFERENCES records.policy (municipality_id, id),
  FOREIGN KEY (municipality_id, sha256) REFERENCES records.kept_file (municipality_id, sha256)
);
SELECT storage.isolate_append_only('records.policy_version');

-- Provisions of the main part, in the order of the document. provision_id is the id in this version's document;
-- provision_key is the id under which the provision first appeared, which it keeps when it is renumbered.
CREATE TABLE records.provision (
  municipality_id uuid    NOT NULL REFERENCES records.municipality (id),
  version_id      uuid    NOT NULL,
  ordinal         integer NOT NULL,
  provision_id    text    NOT NULL,
  provision_key   text    NOT NULL,
  parent_ordinal  integer,
  depth           integer NOT NULL,
  kind            text    NOT NULL,
  number          text    NOT NULL,
  label           text    NOT NULL,
  caption         text    NOT NULL,
  path            text    NOT NULL,
  text            text    NOT NULL,
  PRIMARY KEY (municipality_id, version_id, ordinal),
  UNIQUE (municipality_id, version_id, provision_id),
  UNIQUE (municipality_id, version_id, provision_key),
  FOREIGN KEY (municipality_id, version_id) REFERENCES records.policy_version (municipality_id, id)
);
SELECT storage.isolate_append_only('records.provision');

-- Putting a version in force (施行). Of the entries known at a moment, the newest for a version is its effective date;
-- of the versions effective by then, the one with the latest date is in force, the newest entry among equals.
CREATE TABLE records.policy_enforcement (
  municipality_id uuid        NOT NULL REFERENCES records.municipality (id),
  id              uuid        NOT NULL,
  policy_id       uuid        NOT NULL,
  version_id      uuid        NOT NULL,
  effective_on    date        NOT NULL,
  recorded_at     timestamptz NOT NULL,
  recorded_by     text        NOT NULL,
  recorded_by_name text       NOT NULL,
  ledger_index    bigint      NOT NULL,
  PRIMARY KEY (municipality_id, id),
  FOREIGN KEY (municipality_id, policy_id) REFERENCES records.policy (municipality_id, id),
  FOREIGN KEY (municipality_id, version_id) REFERENCES records.policy_version (municipality_id, id)
);
CREATE INDEX policy_enforcement_policy ON records.policy_enforcement (municipality_id, policy_id, recorded_at);
SELECT storage.isolate_append_only('records.policy_enforcement');

-- The original of a version withheld from disclosure (不開示), with its legal ground; ground NULL lifts it.
CREATE TABLE records.policy_withholding (
  municipality_id uuid        NOT NULL REFERENCES records.municipality (id),
  id              uuid        NOT NULL,
  version_id      uuid        NOT NULL,
  legal_ground    text,
  recorded_at     timestamptz NOT NULL,
  recorded_by     text        NOT NULL,
  recorded_by_name text       NOT NULL,
  ledger_index    bigint      NOT NULL,
  PRIMARY KEY (municipality_id, id),
  FOREIGN KEY (municipality_id, version_id) REFERENCES records.policy_version (municipality_id, id)
);
SELECT storage.isolate_append_only('records.policy_withholding');

-- Who opened a withheld original, when and what for. The ledger carries the same as document.read.
CREATE TABLE records.document_opening (
  municipality_id uuid        NOT NULL REFERENCES records.municipality (id),
  id              uuid        NOT NULL,
  version_id      uuid        NOT NULL,
  purpose         text        NOT NULL,
  opened_at       timestamptz NOT NULL,
  opened_by       text        NOT NULL,
  opened_by_name  text        NOT NULL,
  ledger_index    bigint      NOT NULL,
  PRIMARY KEY (municipality_id, id),
  FOREIGN KEY (municipality_id, version_id) REFERENCES records.policy_version (municipality_id, id)
);
SELECT storage.isolate_append_only('records.document_opening');

-- What the reader repaired and what lint found (指摘). fingerprint is the same for the same finding in the next version.
CREATE TABLE records.policy_finding (
  municipality_id uuid        NOT NULL REFERENCES records.municipality (id),
  id              uuid        NOT NULL,
  version_id      uuid        NOT NULL,
  ordinal         integer     NOT NULL,
  origin          text        NOT NULL CHECK (origin IN ('reader', 'lint')),
  code            text        NOT NULL,
  severity        text        NOT NULL CHECK (severity IN ('Info', 'Warning', 'Error')),
  provision_id    text,
  place           text        NOT NULL,
  message_ja      text        NOT NULL,
  message_en      text        NOT NULL,
  next_ja         text        NOT NULL,
  next_en         text        NOT NULL,
  fingerprint     bytea       NOT NULL,
  found_at        timestamptz NOT NULL,
  PRIMARY KEY (municipality_id, id),
  UNIQUE (municipality_id, version_id, fingerprint),
  FOREIGN KEY (municipality_id, version_id) REFERENCES records.policy_version (municipality_id, id)
);
SELECT storage.isolate_append_only('records.policy_finding');

-- A person's answer to a finding; the newest counts. carried_from names the finding of the version before, where it was answered.
CREATE TABLE records.finding_answer (
  municipality_id uuid        NOT NULL REFERENCES records.municipality (id),
  id              uuid        NOT NULL,
  finding_id      uuid        NOT NULL,
  answer          text        NOT NULL CHECK (answer IN ('Accepted', 'WillFix', 'NotAProblem')),
  note            text        NOT NULL,
  answered_at     timestamptz NOT NULL,
  answered_by     text        NOT NULL,
  answered_by_name text       NOT NULL,
  carried_from    uuid,
  ledger_index    bigint      NOT NULL,
  PRIMARY KEY (municipality_id, id),
  FOREIGN KEY (municipality_id, finding_id) REFERENCES records.policy_finding (municipality_id, id)
);
CREATE INDEX finding_answer_finding ON records.finding_answer (municipality_id, finding_id, answered_at);
SELECT storage.isolate_append_only('records.finding_answer');
