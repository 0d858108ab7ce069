-- The municipalities of this installation (自治体), and what each says of itself.
CREATE TABLE records.municipality (
  id uuid PRIMARY KEY,
  slug text NOT NULL UNIQUE CHECK (slug ~ '^[a-z0-9](-?[a-z0-9])*$' AND length(slug) <= 63),  -- its part of an address, e.g. /p/meguro
  name text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
  created_at timestamptz NOT NULL,
  words jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(words) = 'object'),        -- the municipality's words for the product's terms
  settings jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(settings) = 'object')
);

-- Its key is the municipality itself, so isolation is by id: the application sees its own row, the sign-in the names of all.
ALTER TABLE records.municipality ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON records.municipality TO sekisho_app
  USING (id = nullif(current_setting('sekisho.municipality', true), '')::uuid)
  WITH CHECK (id = nullif(current_setting('sekisho.municipality', true), '')::uuid);
GRANT SELECT, UPDATE (name, words, settings) ON records.municipality TO sekisho_app;
SELECT storage.open_to_signin('records.municipality', 'SELECT (id, slug, name)');
SELECT storage.declare_shared('records.municipality', 'the municipalities themselves; isolated by their own id, made by the owner only');
