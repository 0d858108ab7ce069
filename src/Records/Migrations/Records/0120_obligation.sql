-- The catalogue of obligations as the product shipped it, each edition from the moment this installation first ran with it:
-- a past moment is judged by the catalogue of that time. Belongs to no municipality.
CREATE TABLE records.catalogue_edition (
  in_use_from timestamptz PRIMARY KEY,
  sha256      bytea       NOT NULL CHECK (octet_length(sha256) = 32),
  yaml        text        NOT NULL
);
SELECT storage.declare_shared('records.catalogue_edition', 'the catalogue that ships with the product: the same for every municipality, public data');
GRANT SELECT ON records.catalogue_edition TO sekisho_app;

-- A municipality's own obligations on top of the catalogue, as one file in the same form; the newest entry counts, empty means none.
CREATE TABLE records.own_catalogue (
  municipality_id uuid        NOT NULL REFERENCES records.municipality (id),
  id              uuid        NOT NULL,
  yaml            text        NOT NULL,
  sha256          bytea       NOT NULL CHECK (octet_length(sha256) = 32),
  recorded_at     timestamptz NOT NULL,
  recorded_by     text        NOT NULL,
  recorded_by_name text       NOT NULL,
  ledger_index    bigint      NOT NULL,
  PRIMARY KEY (municipality_id, id)
);
CREATE INDEX own_catalogue_newest ON records.own_catalogue (municipality_id, recorded_at);
SELECT storage.isolate_append_only('records.own_catalogue');
