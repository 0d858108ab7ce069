-- 情報セキュリティ委員会の議事: what was decided, who was there, and the minutes as a file.
ALTER TABLE records.committee_meeting ADD COLUMN decisions text NOT NULL DEFAULT '' CHECK (length(decisions) <= 4000);

CREATE TABLE records.committee_attendance (
  municipality_id uuid NOT NULL REFERENCES records.municipality (id),
  meeting_id      uuid NOT NULL,
  person_id       uuid NOT NULL,
  PRIMARY KEY (municipality_id, meeting_id, person_id),
  FOREIGN KEY (municipality_id, meeting_id) REFERENCES records.committee_meeting (municipality_id, id),
  FOREIGN KEY (municipality_id, person_id) REFERENCES records.person (municipality_id, id)
);
SELECT storage.isolate_append_only('records.committee_attendance');

-- Minutes may come days after the meeting, and again when they are corrected; the newest counts, the others stay.
CREATE TABLE records.committee_minutes (
  municipality_id uuid        NOT NULL REFERENCES records.municipality (id),
  id              uuid        NOT NULL,
  meeting_id      uuid        NOT NULL,
  file_name       text        NOT NULL,
  size_bytes      integer     NOT NULL,
  sha256          bytea       NOT NULL,
  kept_at         timestamptz NOT NULL,
  kept_by         text        NOT NULL,
  kept_by_name    text        NOT NULL,
  ledger_index    bigint      NOT NULL,
  PRIMARY KEY (municipality_id, id),
  FOREIGN KEY (municipality_id, meeting_id) REFERENCES records.committee_meeting (municipality_id, id),
  FOREIGN KEY (municipality_id, sha256) REFERENCES records.kept_file (municipality_id, sha256)
);
CREATE INDEX committee_minutes_meeting ON records.committee_minutes (municipality_id, meeting_id);
SELECT storage.isolate_append_only('records.committee_minutes');
