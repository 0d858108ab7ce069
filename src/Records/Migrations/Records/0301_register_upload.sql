-- Sheets on their way into a register: kept from the upload until they are taken in, given up, or a day has passed. What was taken in is in the
-- entries and the ledger (with the digest of the file); the file itself isn't kept.
CREATE TABLE records.register_upload (
  municipality_id uuid NOT NULL REFERENCES records.municipality (id),
  id              uuid NOT NULL,
  register        text COLLATE "C" NOT NULL,
  file_name       text NOT NULL CHECK (length(file_name) BETWEEN 1 AND 200),
  bytes           bytea NOT NULL,
  mapping         jsonb,                     -- as the last dry run had it: what is taken in is what was tried
  uploaded_at     timestamptz NOT NULL,
  uploaded_by     text NOT NULL,
  PRIMARY KEY (municipality_id, id)
);
ALTER TABLE records.register_upload ALTER bytes SET STORAGE EXTERNAL;  -- workbooks are compressed already
SELECT storage.isolate('records.register_upload');
