-- What is so for a time (発令の期間): names and places of units, belonging of people, second posts. A change that takes effect next April is
-- a row that begins then; nothing has to run on that morning (docs/adr/0058). [begins_on, ends_on); the terms of one unit or person don't overlap.
-- The name and place in records.unit and records.person are those of the present day, for other tables to join; they are brought up to date
-- by every change of the organisation and by the hourly round.

CREATE TABLE records.unit_term (
  municipality_id uuid NOT NULL REFERENCES records.municipality (id),
  unit_id         uuid NOT NULL,
  begins_on       date NOT NULL,
  ends_on         date CHECK (ends_on >= begins_on),
  parent_id       uuid,
  name            text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
  PRIMARY KEY (municipality_id, unit_id, begins_on),
  FOREIGN KEY (municipality_id, unit_id) REFERENCES records.unit (municipality_id, id),
  FOREIGN KEY (municipality_id, parent_id) REFERENCES records.unit (municipality_id, id)
);
CREATE INDEX unit_term_parent ON records.unit_term (municipality_id, parent_id);
SELECT storage.isolate('records.unit_term');

CREATE TABLE records.person_term (
  municipality_id uuid NOT NULL REFERENCES records.municipality (id),
  person_id       uuid NOT NULL,
  begins_on       date NOT NULL,
  ends_on         date CHECK (ends_on >= begins_on),
  unit_id         uuid NOT NULL,
  name            text NOT NULL CHECK (length(name) BETWEEN 1 AND 100),
  kind            text NOT NULL CHECK (kind IN ('Staff', 'FiscalYearAppointee', 'Dispatched', 'Councillor', 'Contractor')),
  title           text NOT NULL CHECK (length(title) <= 100),           -- 職: 課長, 主事; empty when not told
  PRIMARY KEY (municipality_id, person_id, begins_on),
  FOREIGN KEY (municipality_id, person_id) REFERENCES records.person (municipality_id, id),
  FOREIGN KEY (municipality_id, unit_id) REFERENCES records.unit (municipality_id, id)
);
CREATE INDEX person_term_unit ON records.person_term (municipality_id, unit_id);
SELECT storage.isolate('records.person_term');

-- 兼務・併任: a second unit beside the own one. In a small town the election board has no staff but these.
CREATE TABLE records.second_post (
  municipality_id uuid NOT NULL REFERENCES records.municipality (id),
  id              uuid NOT NULL,
  person_id       uuid NOT NULL,
  unit_id         uuid NOT NULL,
  title           text NOT NULL CHECK (length(title) <= 100),
  begins_on       date NOT NULL,
  ends_on         date CHECK (ends_on >= begins_on),
  PRIMARY KEY (municipality_id, id),
  FOREIGN KEY (municipality_id, person_id) REFERENCES records.person (municipality_id, id),
  FOREIGN KEY (municipality_id, unit_id) REFERENCES records.unit (municipality_id, id)
);
CREATE INDEX second_post_person ON records.second_post (municipality_id, person_id);
CREATE INDEX second_post_unit ON records.second_post (municipality_id, unit_id);
SELECT storage.isolate('records.second_post');

ALTER TABLE records.person ADD COLUMN title text NOT NULL DEFAULT '' CHECK (length(title) <= 100);
-- Which agency of data/agencies.yaml it is, where the name doesn't say so.
ALTER TABLE records.unit ADD COLUMN agency text CHECK (agency ~ '^[a-z][a-z-]{0,40}$');
-- Two of one name side by side are refused over time, under the lock of the tree: a swap of names on one day is no conflict.
DROP INDEX records.unit_name;

-- Row-level security binds the owner, too: each municipality's rows are seen from within it.
DO $$
DECLARE town uuid;
BEGIN
  FOR town IN SELECT id FROM records.municipality LOOP
    PERFORM set_config('sekisho.municipality', town::text, true);
    INSERT INTO records.unit_term (municipality_id, unit_id, begins_on, ends_on, parent_id, name) SELECT municipality_id, id, begins_on, ends_on, parent_id, name FROM records.unit;
    INSERT INTO records.person_term (municipality_id, person_id, begins_on, ends_on, unit_id, name, kind, title) SELECT municipality_id, id, begins_on, ends_on, unit_id, name, kind, '' FROM records.person;
  END LOOP;
  PERFORM set_config('sekisho.municipality', '', true);
END $$;
