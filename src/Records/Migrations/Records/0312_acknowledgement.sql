-- 周知・確認: a version brought to everyone in scope, and who has said that they read it.
CREATE TABLE records.campaign (
  municipality_id uuid        NOT NULL REFERENCES records.municipality (id),
  id              uuid        NOT NULL,
  version_id      uuid        NOT NULL,
  kinds           text[]      NOT NULL CHECK (cardinality(kinds) > 0 AND kinds <@ ARRAY['Staff', 'FiscalYearAppointee', 'Dispatched', 'Councillor', 'Contractor']),
  unit_id         uuid,                                                         -- with the units below it; null: the whole municipality
  due_on          date        NOT NULL,
  message         text        NOT NULL CHECK (length(message) <= 2000),
  opened_at       timestamptz NOT NULL,
  opened_by       text        NOT NULL,
  opened_by_name  text        NOT NULL,
  ledger_index    bigint      NOT NULL,
  PRIMARY KEY (municipality_id, id),
  UNIQUE (municipality_id, version_id),
  FOREIGN KEY (municipality_id, version_id) REFERENCES records.policy_version (municipality_id, id),
  FOREIGN KEY (municipality_id, unit_id) REFERENCES records.unit (municipality_id, id)
);
SELECT storage.isolate_append_only('records.campaign');

-- Self: in the console. ByManager: a manager signs for people without an account. Link: by a link good once.
CREATE TABLE records.acknowledgement (
  municipality_id uuid        NOT NULL REFERENCES records.municipality (id),
  campaign_id     uuid        NOT NULL,
  person_id       uuid        NOT NULL,
  way             text        NOT NULL CHECK (way IN ('Self', 'ByManager', 'Link')),
  note            text        NOT NULL,
  given_at        timestamptz NOT NULL,
  given_by        text        NOT NULL,
  given_by_name   text        NOT NULL,
  ledger_index    bigint      NOT NULL,
  PRIMARY KEY (municipality_id, campaign_id, person_id),
  FOREIGN KEY (municipality_id, campaign_id) REFERENCES records.campaign (municipality_id, id),
  FOREIGN KEY (municipality_id, person_id) REFERENCES records.person (municipality_id, id)
);
CREATE INDEX acknowledgement_person ON records.acknowledgement (municipality_id, person_id);
SELECT storage.isolate_append_only('records.acknowledgement');

CREATE TABLE records.acknowledgement_link (
  municipality_id uuid        NOT NULL REFERENCES records.municipality (id),
  token_hash      bytea       NOT NULL CHECK (octet_length(token_hash) = 32),
  campaign_id     uuid        NOT NULL,
  person_id       uuid        NOT NULL,
  issued_at       timestamptz NOT NULL,
  issued_by       text        NOT NULL,
  expires_at      timestamptz NOT NULL,
  PRIMARY KEY (municipality_id, token_hash),
  UNIQUE (municipality_id, campaign_id, person_id),                             -- a new link takes the place of the one before
  FOREIGN KEY (municipality_id, campaign_id) REFERENCES records.campaign (municipality_id, id),
  FOREIGN KEY (municipality_id, person_id) REFERENCES records.person (municipality_id, id)
);
SELECT storage.isolate('records.acknowledgement_link');
