-- The functions that keep municipalities apart. Every migration of a municipality's table ends with one of them.

-- A tenant table: its rows are visible to, and can be written by, the municipality of the transaction only.
CREATE FUNCTION storage.isolate(target regclass) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = target AND a.attname = 'municipality_id' AND a.attnotnull AND a.atttypid = 'uuid'::regtype AND NOT a.attisdropped) THEN
    RAISE EXCEPTION 'storage.isolate: % has no column municipality_id uuid NOT NULL', target;
  END IF;
  EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', target);
  EXECUTE format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', target);
  EXECUTE format($policy$CREATE POLICY municipality ON %s
    USING (municipality_id = nullif(current_setting('sekisho.municipality', true), '')::uuid)
    WITH CHECK (municipality_id = nullif(current_setting('sekisho.municipality', true), '')::uuid)$policy$, target);
  EXECUTE format('REVOKE ALL ON %s FROM PUBLIC', target);
  EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %s TO sekisho_app', target);
END $$;

CREATE FUNCTION storage.refuse_change() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  RAISE EXCEPTION '%.% is append-only: % is refused', TG_TABLE_SCHEMA, TG_TABLE_NAME, TG_OP USING ERRCODE = 'insufficient_privilege';
END $$;

-- A tenant table whose rows are never changed nor removed, by the owner neither.
CREATE FUNCTION storage.isolate_append_only(target regclass) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  PERFORM storage.isolate(target);
  EXECUTE format('REVOKE UPDATE, DELETE ON %s FROM sekisho_app', target);
  EXECUTE format('CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON %s FOR EACH ROW EXECUTE FUNCTION storage.refuse_change()', target);
  EXECUTE format('CREATE TRIGGER append_only_whole BEFORE TRUNCATE ON %s FOR EACH STATEMENT EXECUTE FUNCTION storage.refuse_change()', target);
END $$;

-- Opens a table to the sign-in, over all municipalities: only what finding out who signs in needs.
-- privileges: e.g. 'SELECT' or 'SELECT, UPDATE (failed_count, locked_until)'.
CREATE FUNCTION storage.open_to_signin(target regclass, privileges text DEFAULT 'SELECT') RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  EXECUTE format('GRANT USAGE ON SCHEMA %s TO sekisho_signin', (SELECT relnamespace::regnamespace FROM pg_class WHERE oid = target));
  EXECUTE format('GRANT %s ON %s TO sekisho_signin', privileges, target);
  EXECUTE format('CREATE POLICY signin ON %s TO sekisho_signin USING (true) WITH CHECK (true)', target);
END $$;

-- Tables that carry no municipality, each with the reason why that is right. Anything else without one is refused at start.
CREATE TABLE storage.shared_table (name text PRIMARY KEY, reason text NOT NULL CHECK (length(reason) > 20));

CREATE FUNCTION storage.declare_shared(target regclass, reason text) RETURNS void
LANGUAGE sql AS $$
  INSERT INTO storage.shared_table
  SELECT n.nspname || '.' || c.relname, reason FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = target;
$$;

SELECT storage.declare_shared('storage.migration', 'the schema changes applied to this database; the owner alone reads it');
SELECT storage.declare_shared('storage.shared_table', 'this list itself; the owner alone reads it');

-- What breaks the isolation, one row a problem; empty is right. Asked at every start and by the tests.
CREATE FUNCTION storage.isolation_problems() RETURNS TABLE (table_name text, problem text)
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
  WITH ours AS (
    SELECT c.oid, n.nspname || '.' || c.relname AS name, c.relkind, c.relrowsecurity, c.relforcerowsecurity,
           EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'municipality_id' AND NOT a.attisdropped) AS tenant
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
  )
  SELECT name, 'row-level security is not enabled and forced' FROM ours WHERE tenant AND relkind IN ('r', 'p') AND NOT (relrowsecurity AND relforcerowsecurity)
  UNION ALL
  SELECT name, 'no policy by municipality' FROM ours o WHERE tenant AND relkind IN ('r', 'p') AND NOT EXISTS (
    SELECT FROM pg_policy p WHERE p.polrelid = o.oid AND p.polname = 'municipality' AND p.polcmd = '*' AND p.polpermissive
      AND pg_get_expr(p.polqual, p.polrelid) LIKE '(municipality_id = %sekisho.municipality%'
      AND pg_get_expr(p.polwithcheck, p.polrelid) LIKE '(municipality_id = %sekisho.municipality%')
  UNION ALL
  SELECT name, 'policy ' || p.polname || ' opens it to more than the sign-in' FROM ours o JOIN pg_policy p ON p.polrelid = o.oid
  WHERE tenant AND p.polpermissive AND p.polname <> 'municipality' AND p.polroles <> ARRAY[(SELECT oid FROM pg_roles WHERE rolname = 'sekisho_signin')]
  UNION ALL
  SELECT name, 'carries no municipality and is not declared shared' FROM ours WHERE NOT tenant AND relkind IN ('r', 'p') AND name NOT IN (SELECT s.name FROM storage.shared_table s)
  UNION ALL
  SELECT name, 'a view must be WITH (security_invoker), else it reads as its owner' FROM ours o
  WHERE relkind = 'v' AND NOT EXISTS (SELECT FROM pg_class c WHERE c.oid = o.oid AND c.reloptions @> ARRAY['security_invoker=true'])
  UNION ALL
  SELECT name, 'materialized views and foreign tables know no row-level security' FROM ours WHERE relkind IN ('m', 'f')
  UNION ALL
  SELECT o.name, 'foreign key ' || k.conname || ' to ' || k.confrelid::regclass || ' leaves the municipality out' FROM ours o JOIN pg_constraint k ON k.conrelid = o.oid AND k.contype = 'f'
  WHERE o.tenant AND EXISTS (SELECT FROM ours r WHERE r.oid = k.confrelid AND r.tenant) AND NOT EXISTS (
    SELECT FROM unnest(k.conkey, k.confkey) AS pair(here, there)
    JOIN pg_attribute h ON h.attrelid = k.conrelid AND h.attnum = pair.here AND h.attname = 'municipality_id'
    JOIN pg_attribute t ON t.attrelid = k.confrelid AND t.attnum = pair.there AND t.attname = 'municipality_id')
  ORDER BY 1, 2
$$;

REVOKE ALL ON ALL FUNCTIONS IN SCHEMA storage FROM PUBLIC;
