-- Deputies (代理): who decides in a post's place for a period, while its holder is away. Days are days in Japan, [begins_on, ends_on).
CREATE TABLE records.deputy (
  municipality_id uuid NOT NULL REFERENCES records.municipality (id),
  id              uuid NOT NULL,
  post            text NOT NULL CHECK (post IN ('Ciso', 'GeneralOfficer', 'SecurityOfficer', 'SecurityManager')),
  unit_id         uuid,
  person_id       uuid NOT NULL,
  begins_on       date NOT NULL,
  ends_on         date NOT NULL CHECK (ends_on >= begins_on),
  reason          text NOT NULL CHECK (length(reason) BETWEEN 1 AND 500),
  named_at        timestamptz NOT NULL,
  named_by        text NOT NULL,
  named_by_name   text NOT NULL,
  ledger_index    bigint NOT NULL,
  PRIMARY KEY (municipality_id, id),
  FOREIGN KEY (municipality_id, unit_id) REFERENCES records.unit (municipality_id, id),
  FOREIGN KEY (municipality_id, person_id) REFERENCES records.person (municipality_id, id),
  CHECK ((post IN ('SecurityOfficer', 'SecurityManager')) = (unit_id IS NOT NULL))
);
CREATE INDEX deputy_person ON records.deputy (municipality_id, person_id);
SELECT storage.isolate('records.deputy');
