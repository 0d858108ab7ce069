-- The zones as a municipality wrote them down (領域の定め). A version is never changed; the highest counts.
CREATE TABLE records.zone_policy (
  municipality_id uuid NOT NULL REFERENCES records.municipality (id),
  version         integer NOT NULL CHECK (version > 0),
  yaml            text NOT NULL CHECK (length(yaml) <= 1000000),
  note            text NOT NULL CHECK (length(note) <= 500),
  saved_at        timestamptz NOT NULL,
  saved_by        text NOT NULL,
  saved_by_name   text NOT NULL,
  ledger_index    bigint NOT NULL,
  PRIMARY KEY (municipality_id, version)
);
SELECT storage.isolate_append_only('records.zone_policy');

-- Which configurations were in force together (設定の組). A new one whenever a text is new, changed or gone.
CREATE TABLE records.zone_set (
  municipality_id uuid NOT NULL REFERENCES records.municipality (id),
  id              uuid NOT NULL,
  sequence        integer NOT NULL CHECK (sequence > 0),
  taken_at        timestamptz NOT NULL,
  taken_by        text NOT NULL,
  taken_by_name   text NOT NULL,
  ledger_index    bigint NOT NULL,
  PRIMARY KEY (municipality_id, id),
  UNIQUE (municipality_id, sequence)
);
SELECT storage.isolate_append_only('records.zone_set');

-- One text of a set; secrets were masked before it came here, and it lies in records.kept_file under its digest.
CREATE TABLE records.zone_config (
  municipality_id uuid NOT NULL REFERENCES records.municipality (id),
  set_id          uuid NOT NULL,
  path            text NOT NULL CHECK (length(path) BETWEEN 1 AND 400),
  sha256          bytea NOT NULL CHECK (length(sha256) = 32),
  bytes           integer NOT NULL CHECK (bytes >= 0),
  PRIMARY KEY (municipality_id, set_id, path),
  FOREIGN KEY (municipality_id, set_id) REFERENCES records.zone_set (municipality_id, id),
  FOREIGN KEY (municipality_id, sha256) REFERENCES records.kept_file (municipality_id, sha256)
);
SELECT storage.isolate_append_only('records.zone_config');

-- When a configuration was last seen in force with this text: what is proved of it is worth no more than that.
CREATE TABLE records.zone_seen (
  municipality_id uuid NOT NULL REFERENCES records.municipality (id),
  path            text NOT NULL,
  sha256          bytea NOT NULL,
  seen_at         timestamptz NOT NULL,
  PRIMARY KEY (municipality_id, path)
);
SELECT storage.isolate('records.zone_seen');

-- What was proved of a set under a version of the policy (証明).
CREATE TABLE records.zone_proof (
  municipality_id uuid NOT NULL REFERENCES records.municipality (id),
  id              uuid NOT NULL,
  set_id          uuid NOT NULL,
  policy_version  integer NOT NULL,
  proved_at       timestamptz NOT NULL,
  result          text NOT NULL CHECK (result IN ('Proved', 'Violated', 'Undetermined')),
  violations      integer NOT NULL CHECK (violations >= 0),
  undetermined    integer NOT NULL CHECK (undetermined >= 0),
  milliseconds    integer NOT NULL CHECK (milliseconds >= 0),
  -- JSON of `sekisho zones verify --json`
  report          text NOT NULL,
  ledger_index    bigint NOT NULL,
  PRIMARY KEY (municipality_id, id),
  FOREIGN KEY (municipality_id, set_id) REFERENCES records.zone_set (municipality_id, id),
  FOREIGN KEY (municipality_id, policy_version) REFERENCES records.zone_policy (municipality_id, version)
);
CREATE INDEX zone_proof_newest ON records.zone_proof (municipality_id, proved_at DESC);
SELECT storage.isolate_append_only('records.zone_proof');

-- The same by ordered pair of zones: what the matrix, the evidence and the history read.
CREATE TABLE records.zone_proof_pair (
  municipality_id uuid NOT NULL REFERENCES records.municipality (id),
  proof_id        uuid NOT NULL,
  from_zone       text NOT NULL,
  to_zone         text NOT NULL,
  from_kind       text NOT NULL,
  to_kind         text NOT NULL,
  result          text NOT NULL CHECK (result IN ('Proved', 'Violated', 'Undetermined')),
  violations      integer NOT NULL CHECK (violations >= 0),
  PRIMARY KEY (municipality_id, proof_id, from_zone, to_zone),
  FOREIGN KEY (municipality_id, proof_id) REFERENCES records.zone_proof (municipality_id, id)
);
SELECT storage.isolate_append_only('records.zone_proof_pair');

-- By which waiver a flow of the policy is approved (特定通信の承認). Without one in force, a flow of the My Number zone is no allowed flow.
CREATE TABLE records.zone_flow_waiver (
  municipality_id uuid NOT NULL REFERENCES records.municipality (id),
  flow            text NOT NULL CHECK (length(flow) BETWEEN 1 AND 200),
  waiver_id       uuid NOT NULL,
  named_at        timestamptz NOT NULL,
  named_by        text NOT NULL,
  named_by_name   text NOT NULL,
  ledger_index    bigint NOT NULL,
  PRIMARY KEY (municipality_id, flow),
  FOREIGN KEY (municipality_id, waiver_id) REFERENCES records.waiver (municipality_id, id)
);
SELECT storage.isolate('records.zone_flow_waiver');
