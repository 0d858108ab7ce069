-- How the assets of a whole municipality stand: by section, and by kind, zone and class. Entries are wide, and taking their fields apart costs more than
-- counting: 0.65 and 1.6 s at 200,000 assets, where these columns, read from the index alone, take 0.22 and 0.12 s (docs/benchmarks.md).
-- They follow from the fields and can't say anything else.
ALTER TABLE records.register_entry
  -- x excluded from the policy, u not classified in all three aspects, c classified
  ADD COLUMN asset_state text COLLATE "C" GENERATED ALWAYS AS (CASE WHEN register = 'assets' THEN
    CASE WHEN fields ->> 'scope' = 'excluded' THEN 'x' WHEN fields ?& ARRAY['confidentiality', 'integrity', 'availability'] THEN 'c' ELSE 'u' END END) STORED,
  ADD COLUMN asset_discard_on text COLLATE "C" GENERATED ALWAYS AS (CASE WHEN register = 'assets' THEN fields ->> 'discard_on' END) STORED,
  -- kind|zone|confidentiality|integrity|availability, the classes with what lies in it; a part is empty where nothing is said
  ADD COLUMN asset_mix text COLLATE "C" GENERATED ALWAYS AS (CASE WHEN register = 'assets' THEN
    coalesce(fields ->> 'kind', '') || '|' || coalesce(fields ->> 'zone', '') || '|' || coalesce(fields ->> 'effective', fields ->> 'confidentiality', '')
    || '|' || coalesce(fields ->> 'effective_integrity', fields ->> 'integrity', '') || '|' || coalesce(fields ->> 'effective_availability', fields ->> 'availability', '') END) STORED;
CREATE INDEX register_entry_asset ON records.register_entry (municipality_id, unit_id)
  INCLUDE (asset_state, asset_discard_on, asset_mix, created_at, updated_at, confirmed_at) WHERE register = 'assets' AND retired_at IS NULL;
