-- Sheets that are tried or taken in by the server while the person waits or does something else (取込みの作業). One row says how far it is, so that
-- any server can show it; the rows of the register come with the transaction that also says here that it is done.
CREATE TABLE records.register_job (
  municipality_id uuid NOT NULL REFERENCES records.municipality (id),
  id              uuid NOT NULL,
  upload_id       uuid NOT NULL,             -- gone once it was taken in
  register        text COLLATE "C" NOT NULL,
  file_name       text NOT NULL CHECK (length(file_name) BETWEEN 1 AND 200),
  keeps           boolean NOT NULL,          -- false: only tried
  state           text NOT NULL CHECK (state IN ('Running', 'Done', 'Failed')),
  all_rows        int NOT NULL DEFAULT 0 CHECK (all_rows >= 0),
  looked          int NOT NULL DEFAULT 0 CHECK (looked >= 0),
  asked_at        timestamptz NOT NULL,
  asked_by        text NOT NULL,
  beat_at         timestamptz NOT NULL,      -- whoever does it says every second that it still does
  ended_at        timestamptz,
  outcome         jsonb,                     -- the report, or why not
  PRIMARY KEY (municipality_id, id),
  CHECK ((state = 'Running') = (ended_at IS NULL) AND (state = 'Running') = (outcome IS NULL))
);
CREATE UNIQUE INDEX register_job_running ON records.register_job (municipality_id, upload_id) WHERE state = 'Running';
SELECT storage.isolate('records.register_job');
