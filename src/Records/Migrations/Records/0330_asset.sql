-- Information assets (情報資産): what stands beside their register. The assets themselves are entries of it (0300_register.sql).

-- 取扱いの定め: the municipality's own rules by class, and its own table of disposal; each edition is whole, the newest is in force.
CREATE TABLE records.handling_edition (
  municipality_id uuid        NOT NULL REFERENCES records.municipality (id),
  id              uuid        NOT NULL,
  content         jsonb       NOT NULL,
  kept_at         timestamptz NOT NULL,
  kept_by         text        NOT NULL,
  kept_by_name    text        NOT NULL,
  ledger_index    bigint      NOT NULL,
  PRIMARY KEY (municipality_id, id)
);
CREATE INDEX handling_edition_newest ON records.handling_edition (municipality_id, kept_at DESC);
SELECT storage.isolate_append_only('records.handling_edition');

-- 「情報資産はない」という課の申出: a unit that has nothing in the register says so, once in each period.
CREATE TABLE records.asset_declaration (
  municipality_id  uuid        NOT NULL REFERENCES records.municipality (id),
  id               uuid        NOT NULL,
  unit_id          uuid        NOT NULL,
  declared_at      timestamptz NOT NULL,
  declared_by      text        NOT NULL,
  declared_by_name text        NOT NULL,
  ledger_index     bigint      NOT NULL,
  PRIMARY KEY (municipality_id, id),
  FOREIGN KEY (municipality_id, unit_id) REFERENCES records.unit (municipality_id, id)
);
CREATE INDEX asset_declaration_unit ON records.asset_declaration (municipality_id, unit_id, declared_at DESC);
SELECT storage.isolate_append_only('records.asset_declaration');

-- 廃棄: asked for by one person, decided by another, done with its certificate. Or, of what went out of use otherwise, why there was none.
CREATE TABLE records.disposal (
  municipality_id uuid        NOT NULL REFERENCES records.municipality (id),
  id              uuid        NOT NULL,
  number          text        COLLATE "C" NOT NULL,
  kind            text        NOT NULL CHECK (kind IN ('Disposal', 'NotNeeded')),
  medium          text        COLLATE "C",
  method          text        COLLATE "C",
  group_key       text        COLLATE "C",
  waiver_id       uuid,
  reason          text        NOT NULL CHECK (length(reason) BETWEEN 1 AND 500),
  planned_on      date,
  applied_at      timestamptz NOT NULL,
  applied_by      text        NOT NULL,
  applied_by_name text        NOT NULL,
  ledger_index    bigint      NOT NULL,
  PRIMARY KEY (municipality_id, id),
  UNIQUE (municipality_id, number),
  FOREIGN KEY (municipality_id, waiver_id) REFERENCES records.waiver (municipality_id, id),
  CHECK ((kind = 'Disposal') = (medium IS NOT NULL AND method IS NOT NULL AND group_key IS NOT NULL AND planned_on IS NOT NULL))
);
SELECT storage.isolate_append_only('records.disposal');

-- What is to be disposed of, with its class of that day.
CREATE TABLE records.disposal_entry (
  municipality_id uuid NOT NULL REFERENCES records.municipality (id),
  disposal_id     uuid NOT NULL,
  entry_id        uuid NOT NULL,
  confidentiality text COLLATE "C",
  mynumber        boolean NOT NULL,
  PRIMARY KEY (municipality_id, disposal_id, entry_id),
  FOREIGN KEY (municipality_id, disposal_id) REFERENCES records.disposal (municipality_id, id),
  FOREIGN KEY (municipality_id, entry_id) REFERENCES records.register_entry (municipality_id, id)
);
CREATE INDEX disposal_entry_entry ON records.disposal_entry (municipality_id, entry_id);
SELECT storage.isolate_append_only('records.disposal_entry');

CREATE TABLE records.disposal_step (
  municipality_id  uuid        NOT NULL REFERENCES records.municipality (id),
  disposal_id      uuid        NOT NULL,
  step             text        NOT NULL CHECK (step IN ('Decided', 'Done', 'Cancelled')),
  approved         boolean,
  note             text        NOT NULL,
  done_on          date,
  method           text        COLLATE "C",
  witness          text,
  certificate      bytea,
  certificate_name text,
  taken_at         timestamptz NOT NULL,
  taken_by         text        NOT NULL,
  taken_by_name    text        NOT NULL,
  ledger_index     bigint      NOT NULL,
  PRIMARY KEY (municipality_id, disposal_id, step),
  FOREIGN KEY (municipality_id, disposal_id) REFERENCES records.disposal (municipality_id, id),
  FOREIGN KEY (municipality_id, certificate) REFERENCES records.kept_file (municipality_id, sha256),
  CHECK ((step = 'Decided') = (approved IS NOT NULL)),
  CHECK ((step = 'Done') = (done_on IS NOT NULL AND method IS NOT NULL)),
  CHECK ((certificate IS NULL) = (certificate_name IS NULL))
);
SELECT storage.isolate_append_only('records.disposal_step');
