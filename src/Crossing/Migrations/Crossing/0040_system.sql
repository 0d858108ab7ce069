-- Systems that hand files over by themselves (業務システム, 複合機): one key each, kept only as its hash, for some routes, from some addresses.
CREATE TABLE crossing.system_key (
  municipality_id uuid NOT NULL REFERENCES records.municipality (id),
  id              uuid NOT NULL,
  name            text NOT NULL CHECK (length(name) BETWEEN 1 AND 100),
  token_hash      bytea NOT NULL CHECK (octet_length(token_hash) = 32),
  routes          text[] NOT NULL CHECK (cardinality(routes) BETWEEN 1 AND 20),
  unit_id         uuid NOT NULL,                          -- the section that answers for it; its requests are that section's
  addresses       text[] NOT NULL CHECK (cardinality(addresses) BETWEEN 1 AND 20),
  made_at         timestamptz NOT NULL,
  made_by         text NOT NULL,                          -- holds the key: decides on nothing that comes by it
  made_by_name    text NOT NULL,
  expires_at      timestamptz NOT NULL,
  revoked_at      timestamptz,
  revoked_by      text,
  revoked_by_name text,
  last_used_at    timestamptz,
  last_used_from  text,
  misused_at      timestamptz,                            -- shown from an address that isn't its own
  misused_from    text,
  PRIMARY KEY (municipality_id, id),
  UNIQUE (municipality_id, token_hash),
  FOREIGN KEY (municipality_id, unit_id) REFERENCES records.unit (municipality_id, id),
  CHECK ((revoked_at IS NULL) = (revoked_by IS NULL))
);
SELECT storage.isolate('crossing.system_key');
