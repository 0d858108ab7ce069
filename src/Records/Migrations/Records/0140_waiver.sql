-- 例外措置: a departure from an obligation for a time, asked for by one person and decided by another.
CREATE TABLE records.waiver (
  municipality_id uuid        NOT NULL REFERENCES records.municipality (id),
  id              uuid        NOT NULL,
  obligation_id   text        NOT NULL,
  reason          text        NOT NULL,
  measures        text        NOT NULL,
  starts_at       timestamptz NOT NULL,
  ends_at         timestamptz NOT NULL CHECK (ends_at > starts_at),
  requested_at    timestamptz NOT NULL,
  requested_by    text        NOT NULL,
  requested_by_name text      NOT NULL,
  ledger_index    bigint      NOT NULL,
  PRIMARY KEY (municipality_id, id)
);
CREATE INDEX waiver_obligation ON records.waiver (municipality_id, obligation_id);
SELECT storage.isolate_append_only('records.waiver');

-- Approved or Refused once, by somebody else than the one who asked; an approved one may be Ended before its time.
CREATE TABLE records.waiver_decision (
  municipality_id uuid        NOT NULL REFERENCES records.municipality (id),
  waiver_id       uuid        NOT NULL,
  step            text        NOT NULL CHECK (step IN ('Decided', 'Ended')),
  decision        text        NOT NULL CHECK ((step = 'Decided' AND decision IN ('Approved', 'Refused')) OR (step = 'Ended' AND decision = 'Ended')),
  note            text        NOT NULL,
  decided_at      timestamptz NOT NULL,
  decided_by      text        NOT NULL,
  decided_by_name text        NOT NULL,
  ledger_index    bigint      NOT NULL,
  PRIMARY KEY (municipality_id, waiver_id, step),
  FOREIGN KEY (municipality_id, waiver_id) REFERENCES records.waiver (municipality_id, id)
);
SELECT storage.isolate_append_only('records.waiver_decision');

-- 対象外: an obligation that doesn't apply here, with the reason, until withdrawn.
CREATE TABLE records.exclusion (
  municipality_id uuid        NOT NULL REFERENCES records.municipality (id),
  id              uuid        NOT NULL,
  obligation_id   text        NOT NULL,
  reason          text        NOT NULL,
  recorded_at     timestamptz NOT NULL,
  recorded_by     text        NOT NULL,
  recorded_by_name text       NOT NULL,
  ledger_index    bigint      NOT NULL,
  PRIMARY KEY (municipality_id, id)
);
SELECT storage.isolate_append_only('records.exclusion');

CREATE TABLE records.exclusion_withdrawal (
  municipality_id uuid        NOT NULL REFERENCES records.municipality (id),
  exclusion_id    uuid        NOT NULL,
  note            text        NOT NULL,
  withdrawn_at    timestamptz NOT NULL,
  withdrawn_by    text        NOT NULL,
  withdrawn_by_name text      NOT NULL,
  ledger_index    bigint      NOT NULL,
  PRIMARY KEY (municipality_id, exclusion_id),
  FOREIGN KEY (municipality_id, exclusion_id) REFERENCES records.exclusion (municipality_id, id)
);
SELECT storage.isolate_append_only('records.exclusion_withdrawal');
