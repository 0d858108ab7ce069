-- The organisation (組織): units as a tree, people, appointments and meetings of the committee. Days are days in Japan; a period includes
-- its first day and excludes its last: [begins_on, ends_on). What changed when, and by whom, is in the ledger.

CREATE TABLE records.unit (
  municipality_id uuid NOT NULL REFERENCES records.municipality (id),
  id              uuid NOT NULL,
  parent_id       uuid,
  kind            text NOT NULL CHECK (kind IN ('Agency', 'Department', 'Section')),
  name            text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
  begins_on       date NOT NULL,
  ends_on         date CHECK (ends_on >= begins_on),
  PRIMARY KEY (municipality_id, id),
  FOREIGN KEY (municipality_id, parent_id) REFERENCES records.unit (municipality_id, id),
  CHECK (kind <> 'Agency' OR parent_id IS NULL),
  CHECK (kind = 'Agency' OR parent_id IS NOT NULL)
);
CREATE INDEX unit_parent ON records.unit (municipality_id, parent_id);
-- Two units of one name side by side can't be told apart; when the first is closed the name is free.
CREATE UNIQUE INDEX unit_name ON records.unit (municipality_id, parent_id, name) NULLS NOT DISTINCT WHERE ends_on IS NULL;
SELECT storage.isolate('records.unit');

CREATE TABLE records.person (
  municipality_id uuid NOT NULL REFERENCES records.municipality (id),
  id              uuid NOT NULL,
  unit_id         uuid NOT NULL,
  name            text NOT NULL CHECK (length(name) BETWEEN 1 AND 100),
  number          text CHECK (length(number) BETWEEN 1 AND 40),          -- 職員番号, where there is one
  kind            text NOT NULL CHECK (kind IN ('Staff', 'FiscalYearAppointee', 'Dispatched', 'Councillor', 'Contractor')),
  begins_on       date NOT NULL,
  ends_on         date CHECK (ends_on >= begins_on),
  PRIMARY KEY (municipality_id, id),
  FOREIGN KEY (municipality_id, unit_id) REFERENCES records.unit (municipality_id, id)
);
CREATE INDEX person_unit ON records.person (municipality_id, unit_id);
CREATE UNIQUE INDEX person_number ON records.person (municipality_id, number) WHERE number IS NOT NULL AND ends_on IS NULL;
SELECT storage.isolate('records.person');

CREATE TABLE records.appointment (
  municipality_id uuid NOT NULL REFERENCES records.municipality (id),
  id              uuid NOT NULL,
  post            text NOT NULL CHECK (post IN ('Ciso', 'GeneralOfficer', 'SecurityOfficer', 'SecurityManager', 'SystemManager', 'PersonInCharge', 'Csirt', 'CommitteeMember', 'AuditOfficer')),
  unit_id         uuid,                                                   -- of posts that a unit has; null for the whole municipality
  person_id       uuid NOT NULL,
  begins_on       date NOT NULL,
  ends_on         date CHECK (ends_on >= begins_on),
  PRIMARY KEY (municipality_id, id),
  FOREIGN KEY (municipality_id, unit_id) REFERENCES records.unit (municipality_id, id),
  FOREIGN KEY (municipality_id, person_id) REFERENCES records.person (municipality_id, id),
  CHECK (post NOT IN ('SecurityOfficer', 'SecurityManager') OR unit_id IS NOT NULL)
);
CREATE INDEX appointment_person ON records.appointment (municipality_id, person_id);
SELECT storage.isolate('records.appointment');

CREATE TABLE records.committee_meeting (
  municipality_id uuid NOT NULL REFERENCES records.municipality (id),
  id              uuid NOT NULL,
  held_on         date NOT NULL,
  agenda          text NOT NULL CHECK (length(agenda) BETWEEN 1 AND 2000),
  recorded_at     timestamptz NOT NULL,
  recorded_by     text NOT NULL,
  recorded_by_name text NOT NULL,
  PRIMARY KEY (municipality_id, id)
);
SELECT storage.isolate_append_only('records.committee_meeting');
