-- The crossing (授受): files between zones. What may cross is a route; who asked for what is a request; each file of it is an item.

-- Keys of the vault: one a municipality, sealed by the key file outside the database (docs/adr/0093).
CREATE TABLE crossing.vault_key (
  municipality_id uuid NOT NULL REFERENCES records.municipality (id),
  number          int  NOT NULL CHECK (number > 0),
  sealed          bytea NOT NULL CHECK (octet_length(sealed) = 60),
  made_at         timestamptz NOT NULL,
  PRIMARY KEY (municipality_id, number)
);
SELECT storage.isolate_append_only('crossing.vault_key');

-- Files of the vault. Without its key nothing can be read of one: destroying it begins here.
CREATE TABLE crossing.blob (
  municipality_id uuid NOT NULL REFERENCES records.municipality (id),
  id              uuid NOT NULL,
  purpose         text NOT NULL CHECK (purpose IN ('Original', 'Result')),
  vault_key       int  NOT NULL,
  sealed_key      bytea CHECK (octet_length(sealed_key) = 60),
  bytes           bigint CHECK (bytes >= 0),              -- null until it is whole
  sha256          bytea CHECK (octet_length(sha256) = 32),
  made_at         timestamptz NOT NULL,
  destroyed_at    timestamptz,
  PRIMARY KEY (municipality_id, id),
  FOREIGN KEY (municipality_id, vault_key) REFERENCES crossing.vault_key (municipality_id, number),
  CHECK ((destroyed_at IS NULL) = (sealed_key IS NOT NULL)),
  CHECK ((bytes IS NULL) = (sha256 IS NULL))
);
SELECT storage.isolate('crossing.blob');

-- Routes (経路): what may cross, and by whose leave. A change is a new version; requests keep the one that they were made under.
CREATE TABLE crossing.route (
  municipality_id uuid NOT NULL REFERENCES records.municipality (id),
  id              uuid NOT NULL,
  key             text NOT NULL CHECK (key ~ '^[a-z0-9](-?[a-z0-9])*$' AND length(key) <= 60),
  version         int  NOT NULL CHECK (version > 0),
  is_open         boolean NOT NULL,
  PRIMARY KEY (municipality_id, id),
  UNIQUE (municipality_id, key)
);
SELECT storage.isolate('crossing.route');

CREATE TABLE crossing.route_version (
  municipality_id uuid NOT NULL REFERENCES records.municipality (id),
  route_id        uuid NOT NULL,
  version         int  NOT NULL CHECK (version > 0),
  definition      jsonb NOT NULL,
  is_open         boolean NOT NULL,
  at              timestamptz NOT NULL,
  by              text NOT NULL,
  by_name         text NOT NULL,
  ledger_index    bigint NOT NULL,
  PRIMARY KEY (municipality_id, route_id, version),
  FOREIGN KEY (municipality_id, route_id) REFERENCES crossing.route (municipality_id, id)
);
SELECT storage.isolate_append_only('crossing.route_version');

-- Sanitiser policies (無害化の方針) by name; empty YAML is the default that ships.
CREATE TABLE crossing.sanitise_policy (
  municipality_id uuid NOT NULL REFERENCES records.municipality (id),
  key             text NOT NULL CHECK (key ~ '^[a-z0-9](-?[a-z0-9])*$' AND length(key) <= 60),
  version         int  NOT NULL CHECK (version > 0),
  yaml            text NOT NULL CHECK (length(yaml) <= 65536),
  at              timestamptz NOT NULL,
  by              text NOT NULL,
  by_name         text NOT NULL,
  ledger_index    bigint NOT NULL,
  PRIMARY KEY (municipality_id, key, version)
);
SELECT storage.isolate_append_only('crossing.sanitise_policy');

CREATE TABLE crossing.request (
  municipality_id uuid NOT NULL REFERENCES records.municipality (id),
  id              uuid NOT NULL,
  sequence        int  NOT NULL CHECK (sequence > 0),
  route_id        uuid NOT NULL,
  route_version   int  NOT NULL,
  unit_id         uuid,
  state           text NOT NULL CHECK (state IN ('Draft', 'Working', 'Waiting', 'Delivered', 'NothingOut', 'Refused', 'Withdrawn', 'Expired')),
  opened_at       timestamptz NOT NULL,
  asked_by        text NOT NULL,
  asked_by_name   text NOT NULL,
  submitted_at    timestamptz,
  settled_at      timestamptz,
  expires_at      timestamptz NOT NULL,                   -- a draft: given up; later: results are destroyed
  purpose         text NOT NULL CHECK (length(purpose) <= 500),
  recipient       text NOT NULL CHECK (length(recipient) <= 200),
  class           text,                                   -- the highest confidentiality among its assets; outward only
  needs           text CHECK (needs IN ('None', 'Manager', 'TwoPeople', 'Officer')),   -- known when every file is through
  passwords       bytea,                                  -- sealed; gone as soon as the files are through
  PRIMARY KEY (municipality_id, id),
  UNIQUE (municipality_id, sequence),
  FOREIGN KEY (municipality_id, route_id, route_version) REFERENCES crossing.route_version (municipality_id, route_id, version),
  FOREIGN KEY (municipality_id, unit_id) REFERENCES records.unit (municipality_id, id)
);
CREATE INDEX request_by_person ON crossing.request (municipality_id, asked_by, sequence DESC);
CREATE INDEX request_by_state ON crossing.request (municipality_id, state, sequence);
CREATE INDEX request_expiry ON crossing.request (municipality_id, expires_at) WHERE state NOT IN ('Expired', 'Withdrawn', 'Refused');
SELECT storage.isolate('crossing.request');

CREATE TABLE crossing.request_asset (
  municipality_id uuid NOT NULL REFERENCES records.municipality (id),
  request_id      uuid NOT NULL,
  position        int  NOT NULL,
  asset_id        uuid NOT NULL,
  PRIMARY KEY (municipality_id, request_id, position),
  FOREIGN KEY (municipality_id, request_id) REFERENCES crossing.request (municipality_id, id),
  FOREIGN KEY (municipality_id, asset_id) REFERENCES records.register_entry (municipality_id, id)
);
SELECT storage.isolate('crossing.request_asset');

CREATE TABLE crossing.item (
  municipality_id uuid NOT NULL REFERENCES records.municipality (id),
  id              uuid NOT NULL,
  request_id      uuid NOT NULL,
  position        int  NOT NULL CHECK (position >= 0),
  path            text NOT NULL CHECK (length(path) BETWEEN 1 AND 1000),
  bytes           bigint NOT NULL CHECK (bytes >= 0),     -- announced; the upload gives exactly so many
  received        bigint NOT NULL DEFAULT 0 CHECK (received BETWEEN 0 AND bytes),
  state           text NOT NULL CHECK (state IN ('Receiving', 'Received', 'Queued', 'Working', 'Out', 'Refused', 'ExceptionAsked', 'Admitted', 'Destroyed')),
  original_id     uuid NOT NULL,
  result_id       uuid,
  output_path     text,
  outcome         text,
  refusal_code    text,
  report          text,                                   -- JSON of docs/formats/sanitize-report.md, as text: names from outside may hold what jsonb doesn't take
  attempts        int NOT NULL DEFAULT 0 CHECK (attempts >= 0),
  lease           uuid,                                   -- of the worker that has it now
  lease_until     timestamptz,
  queued_at       timestamptz,
  done_at         timestamptz,
  exception_why   text CHECK (length(exception_why) <= 500),
  exception_by    text,
  exception_by_name text,
  ledger_index    bigint,                                 -- of its result
  PRIMARY KEY (municipality_id, id),
  UNIQUE (municipality_id, request_id, position),
  FOREIGN KEY (municipality_id, request_id) REFERENCES crossing.request (municipality_id, id),
  FOREIGN KEY (municipality_id, original_id) REFERENCES crossing.blob (municipality_id, id),
  FOREIGN KEY (municipality_id, result_id) REFERENCES crossing.blob (municipality_id, id),
  CHECK ((lease IS NULL) = (lease_until IS NULL)),
  CHECK ((state = 'Working') = (lease IS NOT NULL)),
  CHECK (state NOT IN ('Out', 'Admitted') OR result_id IS NOT NULL)
);
CREATE INDEX item_original ON crossing.item (municipality_id, original_id);
SELECT storage.isolate('crossing.item');

-- Each step of a request, as it is in the ledger.
CREATE TABLE crossing.step (
  municipality_id uuid NOT NULL REFERENCES records.municipality (id),
  request_id      uuid NOT NULL,
  ordinal         int  NOT NULL CHECK (ordinal > 0),
  kind            text NOT NULL,
  at              timestamptz NOT NULL,
  by              text NOT NULL,
  by_name         text NOT NULL,
  note            text NOT NULL CHECK (length(note) <= 500),
  ledger_index    bigint NOT NULL,
  person_id       uuid,                                   -- whose account it was then
  PRIMARY KEY (municipality_id, request_id, ordinal),
  FOREIGN KEY (municipality_id, request_id) REFERENCES crossing.request (municipality_id, id)
);
SELECT storage.isolate_append_only('crossing.step');

-- Looking at an original (原本の調査): asked for by one, allowed by another, open for an hour.
CREATE TABLE crossing.inspection (
  municipality_id uuid NOT NULL REFERENCES records.municipality (id),
  id              uuid NOT NULL,
  item_id         uuid NOT NULL,
  reason          text NOT NULL CHECK (length(reason) BETWEEN 1 AND 500),
  asked_at        timestamptz NOT NULL,
  asked_by        text NOT NULL,
  asked_by_name   text NOT NULL,
  allowed_at      timestamptz,
  allowed_by      text,
  allowed_by_name text,
  PRIMARY KEY (municipality_id, id),
  FOREIGN KEY (municipality_id, item_id) REFERENCES crossing.item (municipality_id, id),
  CHECK (allowed_by IS NULL OR allowed_by <> asked_by),
  CHECK ((allowed_at IS NULL) = (allowed_by IS NULL))
);
SELECT storage.isolate('crossing.inspection');

-- What waits for a worker, over all municipalities: whose turn it is, and nothing of the content. The item decides, this only points (docs/adr/0094).
CREATE TABLE crossing.queue (
  id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  town        uuid NOT NULL,
  person      text NOT NULL,
  item        uuid NOT NULL,
  urgency     smallint NOT NULL,
  queued_at   timestamptz NOT NULL,
  taken_until timestamptz
);
CREATE INDEX queue_heads ON crossing.queue (town, person, urgency DESC, id);
CREATE UNIQUE INDEX queue_item ON crossing.queue (town, item);
SELECT storage.declare_shared('crossing.queue', 'pointers to waiting work of all municipalities, without content; the application may only add, the owner takes');
GRANT INSERT ON crossing.queue TO sekisho_app;

-- When a town and a person were last served: who waited longest is next.
CREATE TABLE crossing.served (
  town   uuid NOT NULL,
  person text NOT NULL,       -- empty: the town itself
  last   bigint NOT NULL,
  PRIMARY KEY (town, person)
);
CREATE SEQUENCE crossing.serving;
SELECT storage.declare_shared('crossing.served', 'whose turn it is among towns and people, without content; the owner alone reads it');
