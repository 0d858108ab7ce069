-- That a provision creates an obligation (結び付き). The row is how the tie came to be in this version; what people decided follows in tie_decision.
CREATE TABLE records.tie (
  municipality_id uuid        NOT NULL REFERENCES records.municipality (id),
  id              uuid        NOT NULL,
  version_id      uuid        NOT NULL,
  provision_key   text        NOT NULL,
  obligation_id   text        NOT NULL,
  origin          text        NOT NULL CHECK (origin IN ('Proposed', 'Carried', 'Added')),
  confidence      double precision NOT NULL CHECK (confidence >= 0 AND confidence <= 1),
  reason_ja       text        NOT NULL,
  reason_en       text        NOT NULL,
  -- The tie was decided on in the version before, and the provision's words have changed since.
  text_changed    boolean     NOT NULL DEFAULT false,
  made_at         timestamptz NOT NULL,
  PRIMARY KEY (municipality_id, id),
  UNIQUE (municipality_id, version_id, provision_key, obligation_id),
  FOREIGN KEY (municipality_id, version_id) REFERENCES records.policy_version (municipality_id, id),
  FOREIGN KEY (municipality_id, version_id, provision_key) REFERENCES records.provision (municipality_id, version_id, provision_key)
);
SELECT storage.isolate_append_only('records.tie');

-- Decisions on ties; the newest known at a moment counts. A tie without any is proposed, and stands until somebody rejects it.
CREATE TABLE records.tie_decision (
  municipality_id uuid        NOT NULL REFERENCES records.municipality (id),
  id              uuid        NOT NULL,
  tie_id          uuid        NOT NULL,
  decision        text        NOT NULL CHECK (decision IN ('Confirmed', 'Rejected')),
  note            text        NOT NULL,
  decided_at      timestamptz NOT NULL,
  decided_by      text        NOT NULL,
  decided_by_name text        NOT NULL,
  -- The decision was made on the version before and came along with the provision.
  carried         boolean     NOT NULL DEFAULT false,
  ledger_index    bigint      NOT NULL,
  PRIMARY KEY (municipality_id, id),
  FOREIGN KEY (municipality_id, tie_id) REFERENCES records.tie (municipality_id, id)
);
CREATE INDEX tie_decision_tie ON records.tie_decision (municipality_id, tie_id, decided_at);
SELECT storage.isolate_append_only('records.tie_decision');
