-- 人事異動・組織改正の取込み: a file that was read, looked at and then carried out in one transaction, or set aside.
CREATE TABLE records.staff_import (
  municipality_id uuid        NOT NULL REFERENCES records.municipality (id),
  id              uuid        NOT NULL,
  kind            text        NOT NULL CHECK (kind IN ('Transfers', 'Roster', 'Reform')),
  origin          text        NOT NULL CHECK (origin IN ('File', 'Directory')),
  file_name       text        NOT NULL,
  size_bytes      integer     NOT NULL,
  sha256          bytea       NOT NULL,
  effective_on    date        NOT NULL,
  end_missing     boolean     NOT NULL,
  made_at         timestamptz NOT NULL,
  made_by         text        NOT NULL,
  made_by_name    text        NOT NULL,
  state           text        NOT NULL CHECK (state IN ('Draft', 'Done', 'SetAside')),
  counts          jsonb       NOT NULL DEFAULT '{}',
  decided_at      timestamptz,
  decided_by      text,
  decided_by_name text,
  ledger_index    bigint,
  PRIMARY KEY (municipality_id, id),
  FOREIGN KEY (municipality_id, sha256) REFERENCES records.kept_file (municipality_id, sha256),
  CHECK ((state = 'Draft') = (decided_at IS NULL))
);
CREATE INDEX staff_import_made ON records.staff_import (municipality_id, made_at);
SELECT storage.isolate('records.staff_import');

-- What a file or a directory calls a unit (folded), where that isn't its name: asked once, known from then on.
CREATE TABLE records.unit_alias (
  municipality_id uuid NOT NULL REFERENCES records.municipality (id),
  called          text NOT NULL CHECK (length(called) BETWEEN 1 AND 300),
  unit_id         uuid NOT NULL,
  PRIMARY KEY (municipality_id, called),
  FOREIGN KEY (municipality_id, unit_id) REFERENCES records.unit (municipality_id, id)
);
SELECT storage.isolate('records.unit_alias');
