-- Registered senders (登録した送信元): from whom things come that a rule may let in with less leave.
CREATE TABLE crossing.sender (
  municipality_id uuid NOT NULL REFERENCES records.municipality (id),
  id              uuid NOT NULL,
  kind            text NOT NULL CHECK (kind IN ('Address', 'Domain', 'Origin')),
  value           text NOT NULL CHECK (length(value) BETWEEN 1 AND 254),    -- folded: looked up by
  name            text NOT NULL CHECK (length(name) BETWEEN 1 AND 100),
  reason          text NOT NULL CHECK (length(reason) BETWEEN 1 AND 500),
  made_at         timestamptz NOT NULL,
  made_by         text NOT NULL,
  made_by_name    text NOT NULL,
  ends_on         date NOT NULL,                          -- first day without it
  removed_at      timestamptz,
  PRIMARY KEY (municipality_id, id)
);
CREATE UNIQUE INDEX sender_value ON crossing.sender (municipality_id, kind, value) WHERE removed_at IS NULL;
SELECT storage.isolate('crossing.sender');

-- From whom a file is, as who hands it over states it.
ALTER TABLE crossing.request ADD COLUMN origin text NOT NULL DEFAULT '' CHECK (length(origin) <= 200);
