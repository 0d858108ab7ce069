-- Work is taken, finished and handed in by the group; what waits is counted before more is taken in (docs/adr/0110, 0111).

-- Turns of a group follow each other within one step of the sequence.
ALTER SEQUENCE crossing.serving INCREMENT BY 1024;

-- Takes away the pointers to files that are through, in the transaction that records their results. Only the town's own can be reached.
CREATE FUNCTION crossing.through(items uuid[]) RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog AS $$
  DELETE FROM crossing.queue WHERE town = nullif(current_setting('sekisho.municipality', true), '')::uuid AND item = ANY (items)
$$;
REVOKE ALL ON FUNCTION crossing.through(uuid[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION crossing.through(uuid[]) TO sekisho_app;

-- What waits or is worked on: of one person of the town, of the town, of all; and since when the town's first waits.
CREATE FUNCTION crossing.waiting(who text) RETURNS TABLE (person bigint, town bigint, everybody bigint, since timestamptz) LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
  SELECT (SELECT count(*) FROM crossing.queue q WHERE q.town = own.id AND q.person = who),
         (SELECT count(*) FROM crossing.queue q WHERE q.town = own.id),
         (SELECT count(*) FROM crossing.queue),
         (SELECT min(q.queued_at) FROM crossing.queue q WHERE q.town = own.id)
  FROM (SELECT nullif(current_setting('sekisho.municipality', true), '')::uuid AS id) own
$$;
REVOKE ALL ON FUNCTION crossing.waiting(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION crossing.waiting(text) TO sekisho_app;

-- Claims are renewed by their lease.
CREATE INDEX item_lease ON crossing.item (municipality_id, lease) WHERE lease IS NOT NULL;
