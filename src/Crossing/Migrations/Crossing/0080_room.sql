-- Who fills the vault, and who sends how much (保管庫の分け方). Sums are kept by adding lines and never by changing one: nobody waits for a counter (docs/adr/0195).

-- For whom an original lies here: who asked, on which route, for which section. It counts with its own bytes and, until it is through the sanitiser, with as many for what comes out of it.
ALTER TABLE crossing.blob
  ADD COLUMN holder text, ADD COLUMN holder_route uuid, ADD COLUMN holder_unit uuid,
  ADD COLUMN room bigint NOT NULL DEFAULT 0 CHECK (room >= 0),
  ADD COLUMN due bigint NOT NULL DEFAULT 0 CHECK (due >= 0),
  ADD CHECK ((holder IS NULL) = (holder_route IS NULL));

CREATE TABLE crossing.tally (
  id     bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  town   uuid NOT NULL,
  day    date,                                            -- sent on that day; null: held now
  holder text NOT NULL,
  route  uuid NOT NULL,
  unit   uuid,
  files  bigint NOT NULL,
  bytes  bigint NOT NULL,
  due    bigint NOT NULL DEFAULT 0,                       -- room for what comes out of them
  unsent bigint NOT NULL DEFAULT 0                        -- of them announced, and not yet here in full
);
CREATE INDEX tally_town ON crossing.tally (town, holder);
CREATE INDEX tally_coming ON crossing.tally (town) INCLUDE (due, unsent) WHERE due <> 0 OR unsent <> 0;
SELECT storage.declare_shared('crossing.tally', 'sums of bytes by municipality and account, without content; read and written through functions that know the municipality alone');

CREATE FUNCTION crossing.tally_new_blobs() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
BEGIN
  INSERT INTO crossing.tally (town, holder, route, unit, files, bytes, due, unsent)
  SELECT n.municipality_id, n.holder, n.holder_route, n.holder_unit, count(*), sum(n.room), sum(n.due), sum(CASE WHEN n.bytes IS NULL THEN n.room ELSE 0 END)
  FROM fresh n WHERE n.holder IS NOT NULL AND n.sealed_key IS NOT NULL GROUP BY 1, 2, 3, 4;
  RETURN NULL;
END $$;

CREATE FUNCTION crossing.tally_changed_blobs() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
BEGIN
  INSERT INTO crossing.tally (town, holder, route, unit, files, bytes, due, unsent)
  SELECT n.municipality_id, n.holder, n.holder_route, n.holder_unit,
    sum((n.sealed_key IS NOT NULL)::int - 1),
    sum(CASE WHEN n.sealed_key IS NULL THEN 0 ELSE n.room END - o.room),
    sum(CASE WHEN n.sealed_key IS NULL THEN 0 ELSE n.due END - o.due),
    sum(CASE WHEN n.sealed_key IS NULL OR n.bytes IS NOT NULL THEN 0 ELSE n.room END - CASE WHEN o.bytes IS NULL THEN o.room ELSE 0 END)
  FROM fresh n JOIN stale o ON o.municipality_id = n.municipality_id AND o.id = n.id
  WHERE n.holder IS NOT NULL AND o.sealed_key IS NOT NULL AND (n.sealed_key IS NULL OR n.due <> o.due OR n.room <> o.room OR (n.bytes IS NULL) <> (o.bytes IS NULL))
  GROUP BY 1, 2, 3, 4;
  RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION crossing.tally_new_blobs(), crossing.tally_changed_blobs() FROM PUBLIC;

-- What lies here already. The owner is held to one municipality, too, but for this moment.
ALTER TABLE crossing.blob NO FORCE ROW LEVEL SECURITY;
ALTER TABLE crossing.item NO FORCE ROW LEVEL SECURITY;
ALTER TABLE crossing.request NO FORCE ROW LEVEL SECURITY;
ALTER TABLE crossing.message NO FORCE ROW LEVEL SECURITY;
UPDATE crossing.blob b SET holder = CASE WHEN EXISTS (SELECT FROM crossing.message m WHERE m.municipality_id = q.municipality_id AND m.request_id = q.id) THEN 'mail' ELSE q.asked_by END, holder_route = q.route_id, holder_unit = q.unit_id, room = i.bytes,
  due = CASE WHEN i.state IN ('Receiving', 'Received', 'Queued', 'Working') THEN i.bytes ELSE 0 END
FROM crossing.item i JOIN crossing.request q ON q.municipality_id = i.municipality_id AND q.id = i.request_id
WHERE i.municipality_id = b.municipality_id AND i.original_id = b.id AND b.sealed_key IS NOT NULL;
INSERT INTO crossing.tally (town, holder, route, unit, files, bytes, due, unsent)
SELECT b.municipality_id, b.holder, b.holder_route, b.holder_unit, count(*), sum(b.room), sum(b.due), sum(CASE WHEN b.bytes IS NULL THEN b.room ELSE 0 END)
FROM crossing.blob b WHERE b.holder IS NOT NULL AND b.sealed_key IS NOT NULL GROUP BY 1, 2, 3, 4;
INSERT INTO crossing.tally (town, day, holder, route, unit, files, bytes)
SELECT b.municipality_id, (b.made_at AT TIME ZONE 'Asia/Tokyo')::date, b.holder, b.holder_route, b.holder_unit, count(*), sum(b.room)
FROM crossing.blob b WHERE b.holder IS NOT NULL AND b.sealed_key IS NOT NULL AND b.made_at > now() - interval '2 days' GROUP BY 1, 2, 3, 4, 5;
ALTER TABLE crossing.blob FORCE ROW LEVEL SECURITY;
ALTER TABLE crossing.item FORCE ROW LEVEL SECURITY;
ALTER TABLE crossing.request FORCE ROW LEVEL SECURITY;
ALTER TABLE crossing.message FORCE ROW LEVEL SECURITY;

CREATE TRIGGER tally_new AFTER INSERT ON crossing.blob REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION crossing.tally_new_blobs();
CREATE TRIGGER tally_changed AFTER UPDATE ON crossing.blob REFERENCING OLD TABLE AS stale NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION crossing.tally_changed_blobs();

-- What somebody sends today, or (less than nothing) takes back from what they sent.
CREATE FUNCTION crossing.sent(today date, who text, on_route uuid, for_unit uuid, files bigint, bytes bigint) RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog AS $$
  INSERT INTO crossing.tally (town, day, holder, route, unit, files, bytes) VALUES (nullif(current_setting('sekisho.municipality', true), '')::uuid, today, who, on_route, for_unit, files, bytes)
$$;
REVOKE ALL ON FUNCTION crossing.sent(date, text, uuid, uuid, bigint, bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION crossing.sent(date, text, uuid, uuid, bigint, bigint) TO sekisho_app;

-- How much of the vault is in whose hands: of one's own municipality, and of all together what is still coming.
CREATE FUNCTION crossing.room(today date, who text, on_route uuid, for_unit uuid) RETURNS TABLE (
  files_today bigint, bytes_today bigint, held_route bigint, section_today bigint, section_held bigint, held bigint, town bigint, coming bigint, lines bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
  SELECT coalesce(sum(t.files) FILTER (WHERE t.day = today AND t.holder = who AND t.route = on_route), 0)::bigint,
         coalesce(sum(t.bytes) FILTER (WHERE t.day = today AND t.holder = who AND t.route = on_route), 0)::bigint,
         coalesce(sum(t.bytes) FILTER (WHERE t.day IS NULL AND t.holder = who AND t.route = on_route), 0)::bigint,
         coalesce(sum(t.bytes) FILTER (WHERE t.day = today AND t.unit = for_unit AND t.route = on_route), 0)::bigint,
         coalesce(sum(t.bytes) FILTER (WHERE t.day IS NULL AND t.unit = for_unit AND t.route = on_route), 0)::bigint,
         coalesce(sum(t.bytes + t.due) FILTER (WHERE t.day IS NULL AND t.holder = who), 0)::bigint,
         coalesce(sum(t.bytes + t.due) FILTER (WHERE t.day IS NULL), 0)::bigint,
         (SELECT coalesce(sum(a.due + a.unsent), 0)::bigint FROM crossing.tally a WHERE a.due <> 0 OR a.unsent <> 0),
         count(*)
  FROM crossing.tally t WHERE t.town = nullif(current_setting('sekisho.municipality', true), '')::uuid
$$;
REVOKE ALL ON FUNCTION crossing.room(date, text, uuid, uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION crossing.room(date, text, uuid, uuid) TO sekisho_app;

-- Puts lines together that say the same; whoever adds one meanwhile isn't waited for. Days that are over are forgotten.
CREATE FUNCTION crossing.settle_tally(today date) RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog AS $$
  WITH own AS (SELECT t.id FROM crossing.tally t WHERE t.town = nullif(current_setting('sekisho.municipality', true), '')::uuid FOR UPDATE SKIP LOCKED),
  gone AS (DELETE FROM crossing.tally t USING own WHERE t.id = own.id RETURNING t.*)
  INSERT INTO crossing.tally (town, day, holder, route, unit, files, bytes, due, unsent)
  SELECT g.town, g.day, g.holder, g.route, g.unit, sum(g.files), sum(g.bytes), sum(g.due), sum(g.unsent) FROM gone g WHERE g.day IS NULL OR g.day >= today - 1
  GROUP BY 1, 2, 3, 4, 5 HAVING sum(g.files) <> 0 OR sum(g.bytes) <> 0 OR sum(g.due) <> 0 OR sum(g.unsent) <> 0
$$;
REVOKE ALL ON FUNCTION crossing.settle_tally(date) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION crossing.settle_tally(date) TO sekisho_app;
