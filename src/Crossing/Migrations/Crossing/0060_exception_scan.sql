-- What the scanner says of files that were let through as they came (特例のウイルス検査): before it, and again for as long as they are kept (docs/adr/0156).
CREATE TABLE crossing.exception_scan (
  municipality_id uuid NOT NULL REFERENCES records.municipality (id),
  item_id         uuid NOT NULL,
  first_at        timestamptz NOT NULL,
  last_at         timestamptz NOT NULL,                   -- when it was last said to be clean, or found out
  times           int NOT NULL CHECK (times > 0),
  signatures      text NOT NULL CHECK (length(signatures) <= 200),   -- the scanner's own word for its program and what it knows
  found           text CHECK (length(found) BETWEEN 1 AND 200),      -- null: nothing so far
  told_at         timestamptz,                            -- who must know of it was told by mail
  PRIMARY KEY (municipality_id, item_id),
  FOREIGN KEY (municipality_id, item_id) REFERENCES crossing.item (municipality_id, id)
);
SELECT storage.isolate('crossing.exception_scan');

-- An exception that is taken back ends as blocked.
DROP TRIGGER follow_trace ON crossing.step;
CREATE TRIGGER follow_trace AFTER INSERT ON crossing.step FOR EACH ROW
  WHEN (NEW.kind IN ('crossing.through', 'crossing.approved', 'crossing.refused', 'crossing.withdrawn', 'crossing.expired', 'crossing.exception-granted', 'crossing.exception-infected'))
  EXECUTE FUNCTION crossing.follow_trace();
