-- The registers (台帳): one store for all of them. What a register keeps is data (data/registers/*.yaml); the columns here are what every
-- register has, fields holds the rest. docs/adr/0050, docs/formats/registers.md.

-- The last number given, so that numbers (管理番号) have no gaps; whoever adds waits here for whoever is adding.
CREATE TABLE records.register_number (
  municipality_id uuid NOT NULL REFERENCES records.municipality (id),
  register        text COLLATE "C" NOT NULL,
  last            int NOT NULL CHECK (last >= 0),
  PRIMARY KEY (municipality_id, register)
);
SELECT storage.isolate('records.register_number');

CREATE TABLE records.register_entry (
  municipality_id   uuid NOT NULL REFERENCES records.municipality (id),
  id                uuid NOT NULL,
  register          text COLLATE "C" NOT NULL CHECK (register ~ '^[a-z][a-z0-9_-]{0,39}$'),
  sequence          int NOT NULL CHECK (sequence > 0),
  number            text COLLATE "C" NOT NULL CHECK (length(number) BETWEEN 1 AND 20),
  unit_id           uuid,
  title             text NOT NULL CHECK (length(title) BETWEEN 1 AND 4000),
  title_folded      text COLLATE "C" NOT NULL,          -- for finding by name, and for order
  fields            jsonb NOT NULL CHECK (jsonb_typeof(fields) = 'object'),
  search            text COLLATE "C" NOT NULL,          -- everything a person may look for, folded, one line a field
  version           int NOT NULL CHECK (version > 0),
  created_at        timestamptz NOT NULL,
  updated_at        timestamptz NOT NULL,
  updated_by        text NOT NULL,
  updated_by_name   text NOT NULL,
  confirmed_at      timestamptz,
  confirmed_by      text,
  confirmed_by_name text,
  retired_at        timestamptz,
  retired_by        text,
  retired_by_name   text,
  retired_why       text CHECK (length(retired_why) BETWEEN 1 AND 500),
  PRIMARY KEY (municipality_id, id),
  UNIQUE (municipality_id, register, sequence),
  FOREIGN KEY (municipality_id, unit_id) REFERENCES records.unit (municipality_id, id),
  CHECK ((confirmed_at IS NULL) = (confirmed_by IS NULL) AND (confirmed_at IS NULL) = (confirmed_by_name IS NULL)),
  CHECK ((retired_at IS NULL) = (retired_by IS NULL) AND (retired_at IS NULL) = (retired_by_name IS NULL) AND (retired_at IS NULL) = (retired_why IS NULL))
);
-- A section's list reads this section's rows only. Under row-level security nothing leaky (jsonb, strpos) may come before the policy, so an index on
-- fields or on trigrams would never be taken: filters and searches run over what this index or the next finds.
CREATE INDEX register_entry_unit ON records.register_entry (municipality_id, unit_id, register, sequence);
CREATE INDEX register_entry_title ON records.register_entry (municipality_id, register, title_folded);
SELECT storage.isolate('records.register_entry');

-- What a field of an entry points to, so that "who uses this" is one query and nothing points into the void.
CREATE TABLE records.register_link (
  municipality_id uuid NOT NULL REFERENCES records.municipality (id),
  from_id         uuid NOT NULL,
  field           text COLLATE "C" NOT NULL,
  position        int NOT NULL CHECK (position >= 0),
  to_entry        uuid,
  to_unit         uuid,
  to_person       uuid,
  PRIMARY KEY (municipality_id, from_id, field, position),
  FOREIGN KEY (municipality_id, from_id) REFERENCES records.register_entry (municipality_id, id),
  FOREIGN KEY (municipality_id, to_entry) REFERENCES records.register_entry (municipality_id, id),
  FOREIGN KEY (municipality_id, to_unit) REFERENCES records.unit (municipality_id, id),
  FOREIGN KEY (municipality_id, to_person) REFERENCES records.person (municipality_id, id),
  CHECK (num_nonnulls(to_entry, to_unit, to_person) = 1)
);
CREATE INDEX register_link_entry ON records.register_link (municipality_id, to_entry) WHERE to_entry IS NOT NULL;
CREATE INDEX register_link_unit ON records.register_link (municipality_id, to_unit) WHERE to_unit IS NOT NULL;
CREATE INDEX register_link_person ON records.register_link (municipality_id, to_person) WHERE to_person IS NOT NULL;
SELECT storage.isolate('records.register_link');

-- Which of a sheet's own column names stands for which field, as somebody said it once (取込みの対応).
CREATE TABLE records.register_mapping (
  municipality_id uuid NOT NULL REFERENCES records.municipality (id),
  register        text COLLATE "C" NOT NULL,
  heading         text COLLATE "C" NOT NULL CHECK (length(heading) BETWEEN 1 AND 200),  -- folded
  field           text COLLATE "C",                                                    -- null: that column is left out
  learnt_at       timestamptz NOT NULL,
  learnt_by       text NOT NULL,
  learnt_by_name  text NOT NULL,
  PRIMARY KEY (municipality_id, register, heading)
);
SELECT storage.isolate('records.register_mapping');
