-- How a file begins, before and after (前後の絵): drawn when somebody compares, destroyed with the results (docs/adr/0115).
ALTER TABLE crossing.blob DROP CONSTRAINT blob_purpose_check, ADD CONSTRAINT blob_purpose_check CHECK (purpose IN ('Original', 'Result', 'Picture'));

CREATE TABLE crossing.picture (
  municipality_id uuid NOT NULL REFERENCES records.municipality (id),
  item_id         uuid NOT NULL,
  side            text NOT NULL CHECK (side IN ('Before', 'After')),
  blob_id         uuid,                                   -- null: it can't be drawn
  type            text NOT NULL CHECK (type IN ('', 'image/jpeg', 'image/png', 'image/gif', 'image/webp')),
  made_at         timestamptz NOT NULL,
  PRIMARY KEY (municipality_id, item_id, side),
  FOREIGN KEY (municipality_id, item_id) REFERENCES crossing.item (municipality_id, id),
  FOREIGN KEY (municipality_id, blob_id) REFERENCES crossing.blob (municipality_id, id),
  CHECK ((blob_id IS NULL) = (type = ''))
);
CREATE INDEX picture_blob ON crossing.picture (municipality_id, blob_id) WHERE blob_id IS NOT NULL;
SELECT storage.isolate('crossing.picture');
