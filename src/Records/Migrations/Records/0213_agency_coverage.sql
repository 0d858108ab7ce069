-- 実施機関と方針 (地方自治法第244条の6: each organ lays one down, alone or jointly): what a person decided where the policy's words don't say it.
-- Of the entries on one agency and policy the newest counts. agency: a key of data/agencies.yaml, else unit/<id> or name/<as the policy says>.
CREATE TABLE records.agency_decision (
  municipality_id uuid        NOT NULL REFERENCES records.municipality (id),
  id              uuid        NOT NULL,
  agency          text        NOT NULL CHECK (length(agency) BETWEEN 1 AND 200),
  policy_id       uuid,
  decision        text        NOT NULL CHECK (decision IN ('Joint', 'Own', 'Excluded', 'Withdrawn')),
  reason          text        NOT NULL CHECK (length(reason) <= 2000),
  recorded_at     timestamptz NOT NULL,
  recorded_by     text        NOT NULL,
  recorded_by_name text       NOT NULL,
  ledger_index    bigint      NOT NULL,
  PRIMARY KEY (municipality_id, id),
  FOREIGN KEY (municipality_id, policy_id) REFERENCES records.policy (municipality_id, id),
  -- An exclusion is from all policies and says why.
  CHECK (decision NOT IN ('Joint', 'Own') OR policy_id IS NOT NULL),
  CHECK (decision <> 'Excluded' OR (policy_id IS NULL AND btrim(reason) <> ''))
);
CREATE INDEX agency_decision_agency ON records.agency_decision (municipality_id, agency, recorded_at);
SELECT storage.isolate_append_only('records.agency_decision');
