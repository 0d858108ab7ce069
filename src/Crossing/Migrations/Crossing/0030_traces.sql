-- Traces (履歴): what came in, from whom, by whose approval, what was removed. One row a file that is through; never changed but for how it ended.
-- Narrow on purpose: a search for a word reads all of a town's rows (docs/adr/0114). What else is shown is joined for a page of them.
CREATE TABLE crossing.trace (
  municipality_id uuid NOT NULL REFERENCES records.municipality (id),
  id              uuid NOT NULL,                          -- of the file
  request_id      uuid NOT NULL,
  at              timestamptz NOT NULL,                   -- handed in
  route_id        uuid NOT NULL,
  unit_id         uuid,
  asked_by        text NOT NULL,
  outcome         text NOT NULL CHECK (outcome IN ('Pending', 'Delivered', 'Blocked', 'Declined', 'Lapsed', 'Excepted')),
  bytes           bigint NOT NULL CHECK (bytes >= 0),
  sender          text NOT NULL DEFAULT '',               -- of what came by mail
  removed         text NOT NULL,                          -- X-01:2 P-03:1
  words           text NOT NULL,                          -- folded; a line each: applicant and approvers, sender, number, then names
  PRIMARY KEY (municipality_id, id),
  FOREIGN KEY (municipality_id, request_id) REFERENCES crossing.request (municipality_id, id),
  FOREIGN KEY (municipality_id, id) REFERENCES crossing.item (municipality_id, id)
);
CREATE INDEX trace_by_time ON crossing.trace (municipality_id, at DESC, id DESC) INCLUDE (unit_id, outcome, bytes);
CREATE INDEX trace_by_unit ON crossing.trace (municipality_id, unit_id, at DESC, id DESC);
CREATE INDEX trace_by_person ON crossing.trace (municipality_id, asked_by, at DESC, id DESC);
CREATE INDEX trace_by_outcome ON crossing.trace (municipality_id, outcome, at DESC, id DESC);
CREATE INDEX trace_by_request ON crossing.trace (municipality_id, request_id);
SELECT storage.isolate('crossing.trace');

-- After a step of a request its files may have ended otherwise than before. Here and not in the program: steps are written in several places.
CREATE FUNCTION crossing.follow_trace() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
  UPDATE crossing.trace t SET outcome = n.outcome FROM (
    SELECT o.id, CASE
      WHEN i.state = 'Admitted' THEN 'Excepted'
      WHEN i.state IN ('Refused', 'ExceptionAsked') THEN 'Blocked'
      WHEN q.state = 'Delivered' THEN 'Delivered'
      WHEN q.state = 'Refused' THEN 'Declined'
      WHEN q.state IN ('Withdrawn', 'Expired') AND o.outcome = 'Pending' THEN 'Lapsed'
      ELSE o.outcome END AS outcome
    FROM crossing.trace o
    JOIN crossing.item i ON i.municipality_id = o.municipality_id AND i.id = o.id
    JOIN crossing.request q ON q.municipality_id = o.municipality_id AND q.id = o.request_id
    WHERE o.municipality_id = NEW.municipality_id AND o.request_id = NEW.request_id) n
  WHERE t.municipality_id = NEW.municipality_id AND t.id = n.id AND t.outcome <> n.outcome;
  RETURN NULL;
END $$;
CREATE TRIGGER follow_trace AFTER INSERT ON crossing.step FOR EACH ROW
  WHEN (NEW.kind IN ('crossing.through', 'crossing.approved', 'crossing.refused', 'crossing.withdrawn', 'crossing.expired', 'crossing.exception-granted'))
  EXECUTE FUNCTION crossing.follow_trace();

-- Digests of a file and of what came out of it: each finds the file.
CREATE TABLE crossing.trace_digest (
  municipality_id uuid NOT NULL REFERENCES records.municipality (id),
  sha256          bytea NOT NULL CHECK (octet_length(sha256) = 32),
  trace_id        uuid NOT NULL,
  PRIMARY KEY (municipality_id, sha256, trace_id),
  FOREIGN KEY (municipality_id, trace_id) REFERENCES crossing.trace (municipality_id, id)
);
SELECT storage.isolate('crossing.trace_digest');

-- What was taken out of a file, by family (data/crossing/threat-families.yaml).
CREATE TABLE crossing.trace_family (
  municipality_id uuid NOT NULL REFERENCES records.municipality (id),
  trace_id        uuid NOT NULL,
  family          text NOT NULL,
  pieces          int  NOT NULL CHECK (pieces > 0),
  at              timestamptz NOT NULL,
  unit_id         uuid,
  PRIMARY KEY (municipality_id, trace_id, family),
  FOREIGN KEY (municipality_id, trace_id) REFERENCES crossing.trace (municipality_id, id)
);
CREATE INDEX trace_family_by_time ON crossing.trace_family (municipality_id, at) INCLUDE (unit_id, family, pieces);
CREATE INDEX trace_family_by_family ON crossing.trace_family (municipality_id, family, at DESC, trace_id DESC);
SELECT storage.isolate('crossing.trace_family');

-- When a file was let through as it came, and what the one who did it had checked.
ALTER TABLE crossing.item ADD COLUMN exception_at timestamptz, ADD COLUMN exception_decided text CHECK (length(exception_decided) <= 500);
CREATE INDEX item_excepted ON crossing.item (municipality_id, exception_at DESC) WHERE exception_at IS NOT NULL;
