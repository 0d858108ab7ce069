-- Links (期限付きリンク): a result for another member of staff, who signs in. The link says what; who opens it is asked each time.
CREATE TABLE crossing.link (
  municipality_id uuid NOT NULL REFERENCES records.municipality (id),
  id              uuid NOT NULL,
  request_id      uuid NOT NULL,
  item_id         uuid,                                   -- null: all that came out of the request
  secret_hash     bytea NOT NULL CHECK (octet_length(secret_hash) = 32),
  made_at         timestamptz NOT NULL,
  made_by         text NOT NULL,
  made_by_name    text NOT NULL,
  expires_at      timestamptz NOT NULL,
  most_uses       int CHECK (most_uses BETWEEN 1 AND 1000),
  uses            int NOT NULL DEFAULT 0 CHECK (uses >= 0),
  revoked_at      timestamptz,
  PRIMARY KEY (municipality_id, id),
  UNIQUE (municipality_id, secret_hash),
  FOREIGN KEY (municipality_id, request_id) REFERENCES crossing.request (municipality_id, id),
  FOREIGN KEY (municipality_id, item_id) REFERENCES crossing.item (municipality_id, id),
  CHECK (most_uses IS NULL OR uses <= most_uses)
);
CREATE INDEX link_request ON crossing.link (municipality_id, request_id);
SELECT storage.isolate('crossing.link');
