-- 兼務の禁止の例外: a person who holds two posts that exclude each other (data/separation.yaml), approved for a time.
CREATE TABLE records.duty_exception (
  municipality_id uuid        NOT NULL REFERENCES records.municipality (id),
  id              uuid        NOT NULL,
  rule_id         text        NOT NULL CHECK (rule_id ~ '^[a-z][a-z-]{0,60}$'),
  person_id       uuid        NOT NULL,
  reason          text        NOT NULL CHECK (length(reason) BETWEEN 1 AND 2000),
  approved_by     uuid        NOT NULL CHECK (approved_by <> person_id),   -- a person, who holds a post that may approve it
  begins_on       date        NOT NULL,
  ends_on         date        NOT NULL CHECK (ends_on > begins_on),
  recorded_at     timestamptz NOT NULL,
  recorded_by     text        NOT NULL,
  recorded_by_name text       NOT NULL,
  ledger_index    bigint      NOT NULL,
  PRIMARY KEY (municipality_id, id),
  FOREIGN KEY (municipality_id, person_id) REFERENCES records.person (municipality_id, id),
  FOREIGN KEY (municipality_id, approved_by) REFERENCES records.person (municipality_id, id)
);
SELECT storage.isolate_append_only('records.duty_exception');
