-- Sums of what crossed (件数), by day, section and how it ended, and of what was taken out by family: a year of them is read in milliseconds, however many files there are.
-- Lines are only ever added, so nobody waits for anybody; what they say together is the sum. crossing.settle_figures puts those of one kind together.
CREATE TABLE crossing.figure (
  municipality_id uuid NOT NULL REFERENCES records.municipality (id),
  id              bigint GENERATED ALWAYS AS IDENTITY,
  day             date NOT NULL,                          -- in Japan, on which it was handed in
  unit_id         uuid,
  outcome         text,                                   -- of files: as crossing.trace
  family          text,                                   -- of what was taken out: as crossing.trace_family
  files           bigint NOT NULL,
  amount          bigint NOT NULL,                        -- bytes of files; pieces of a family
  PRIMARY KEY (municipality_id, id),
  CHECK ((outcome IS NULL) <> (family IS NULL))
);
CREATE INDEX figure_by_day ON crossing.figure (municipality_id, day) INCLUDE (unit_id, outcome, family, files, amount);

ALTER TABLE crossing.trace NO FORCE ROW LEVEL SECURITY;
ALTER TABLE crossing.trace_family NO FORCE ROW LEVEL SECURITY;
INSERT INTO crossing.figure (municipality_id, day, unit_id, outcome, files, amount)
SELECT t.municipality_id, (t.at AT TIME ZONE 'Asia/Tokyo')::date, t.unit_id, t.outcome, count(*), sum(t.bytes) FROM crossing.trace t GROUP BY 1, 2, 3, 4;
INSERT INTO crossing.figure (municipality_id, day, unit_id, family, files, amount)
SELECT f.municipality_id, (f.at AT TIME ZONE 'Asia/Tokyo')::date, f.unit_id, f.family, count(*), sum(f.pieces) FROM crossing.trace_family f GROUP BY 1, 2, 3, 4;
ALTER TABLE crossing.trace FORCE ROW LEVEL SECURITY;
ALTER TABLE crossing.trace_family FORCE ROW LEVEL SECURITY;
SELECT storage.isolate('crossing.figure');

CREATE FUNCTION crossing.figure_new() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
  INSERT INTO crossing.figure (municipality_id, day, unit_id, outcome, files, amount)
  SELECT t.municipality_id, (t.at AT TIME ZONE 'Asia/Tokyo')::date, t.unit_id, t.outcome, count(*), sum(t.bytes) FROM fresh t GROUP BY 1, 2, 3, 4;
  RETURN NULL;
END $$;
CREATE TRIGGER figure_new AFTER INSERT ON crossing.trace REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION crossing.figure_new();

-- A file that ended otherwise than before leaves one line and comes to another.
CREATE FUNCTION crossing.figure_changed() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
  INSERT INTO crossing.figure (municipality_id, day, unit_id, outcome, files, amount)
  SELECT n.municipality_id, (n.at AT TIME ZONE 'Asia/Tokyo')::date, n.unit_id, l.outcome, sum(l.files), sum(l.files * n.bytes)
  FROM fresh n JOIN stale o ON o.id = n.id CROSS JOIN LATERAL (VALUES (n.outcome, 1), (o.outcome, -1)) AS l (outcome, files) WHERE n.outcome <> o.outcome GROUP BY 1, 2, 3, 4;
  RETURN NULL;
END $$;
CREATE TRIGGER figure_changed AFTER UPDATE ON crossing.trace REFERENCING OLD TABLE AS stale NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION crossing.figure_changed();

CREATE FUNCTION crossing.figure_family() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
  INSERT INTO crossing.figure (municipality_id, day, unit_id, family, files, amount)
  SELECT f.municipality_id, (f.at AT TIME ZONE 'Asia/Tokyo')::date, f.unit_id, f.family, count(*), sum(f.pieces) FROM fresh f GROUP BY 1, 2, 3, 4;
  RETURN NULL;
END $$;
CREATE TRIGGER figure_family AFTER INSERT ON crossing.trace_family REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION crossing.figure_family();

-- Puts lines of one kind together, of one's own municipality; whoever adds one meanwhile isn't waited for.
CREATE FUNCTION crossing.settle_figures() RETURNS void LANGUAGE sql SET search_path = pg_catalog AS $$
  WITH many AS (SELECT f.day, f.unit_id, f.outcome, f.family FROM crossing.figure f GROUP BY 1, 2, 3, 4 HAVING count(*) > 1),
  own AS (
    SELECT f.id FROM crossing.figure f JOIN many m ON m.day = f.day AND coalesce(m.outcome, m.family) = coalesce(f.outcome, f.family) AND (m.outcome IS NULL) = (f.outcome IS NULL) AND m.unit_id IS NOT DISTINCT FROM f.unit_id
    FOR UPDATE OF f SKIP LOCKED),
  gone AS (DELETE FROM crossing.figure f USING own WHERE f.id = own.id RETURNING f.*)
  INSERT INTO crossing.figure (municipality_id, day, unit_id, outcome, family, files, amount)
  SELECT g.municipality_id, g.day, g.unit_id, g.outcome, g.family, sum(g.files), sum(g.amount) FROM gone g GROUP BY 1, 2, 3, 4, 5 HAVING sum(g.files) <> 0 OR sum(g.amount) <> 0
$$;
