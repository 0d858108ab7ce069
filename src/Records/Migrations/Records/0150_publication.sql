-- 公表: a version shown to residents, with the record of where and what (digest of the original).
CREATE TABLE records.publication (
  municipality_id uuid        NOT NULL REFERENCES records.municipality (id),
  id              uuid        NOT NULL,
  policy_id       uuid        NOT NULL,
  version_id      uuid        NOT NULL,
  url             text        NOT NULL,
  sha256          bytea       NOT NULL,
  published_at    timestamptz NOT NULL,
  published_by    text        NOT NULL,
  published_by_name text      NOT NULL,
  ledger_index    bigint      NOT NULL,
  PRIMARY KEY (municipality_id, id),
  FOREIGN KEY (municipality_id, policy_id) REFERENCES records.policy (municipality_id, id),
  FOREIGN KEY (municipality_id, version_id) REFERENCES records.policy_version (municipality_id, id)
);
CREATE INDEX publication_policy ON records.publication (municipality_id, policy_id, published_at);
SELECT storage.isolate_append_only('records.publication');

CREATE TABLE records.publication_withdrawal (
  municipality_id uuid        NOT NULL REFERENCES records.municipality (id),
  publication_id  uuid        NOT NULL,
  reason          text        NOT NULL,
  withdrawn_at    timestamptz NOT NULL,
  withdrawn_by    text        NOT NULL,
  withdrawn_by_name text      NOT NULL,
  ledger_index    bigint      NOT NULL,
  PRIMARY KEY (municipality_id, publication_id),
  FOREIGN KEY (municipality_id, publication_id) REFERENCES records.publication (municipality_id, id)
);
SELECT storage.isolate_append_only('records.publication_withdrawal');
