-- Risk (リスク分析). Risks themselves, threats and asset groups are registers; here is what they are judged by, what was decided, and how it stood.

-- How the municipality words and judges risk; without a row it is as data/threats.yaml says. Every change is in the ledger.
CREATE TABLE records.risk_scale (
  municipality_id uuid NOT NULL REFERENCES records.municipality (id),
  method          text NOT NULL CHECK (method IN ('Frequency', 'Rating')),
  likelihood      jsonb NOT NULL CHECK (jsonb_typeof(likelihood) = 'array'),
  loss            jsonb NOT NULL CHECK (jsonb_typeof(loss) = 'array'),
  line            int NOT NULL CHECK (line BETWEEN 1 AND 25),
  months          int NOT NULL CHECK (months BETWEEN 1 AND 60),
  PRIMARY KEY (municipality_id)
);
SELECT storage.isolate('records.risk_scale');

-- An analysis that was closed: all risks as they were on that day, frozen. The next one is compared with it.
CREATE TABLE records.risk_analysis (
  municipality_id uuid NOT NULL REFERENCES records.municipality (id),
  id              uuid NOT NULL,
  name            text NOT NULL CHECK (length(name) BETWEEN 1 AND 100),
  closed_at       timestamptz NOT NULL,
  closed_by       text NOT NULL,
  closed_by_name  text NOT NULL,
  valid_until     date NOT NULL,
  risks           text NOT NULL,                          -- JSON; the digest is of these very bytes
  sha256          bytea NOT NULL CHECK (length(sha256) = 32),
  ledger_index    bigint NOT NULL,
  PRIMARY KEY (municipality_id, id)
);
SELECT storage.isolate_append_only('records.risk_analysis');

-- A risk taken as it is for a time (受容): bound to the version of the risk that was decided on.
CREATE TABLE records.risk_acceptance (
  municipality_id  uuid NOT NULL REFERENCES records.municipality (id),
  id               uuid NOT NULL,
  risk_id          uuid NOT NULL,
  risk_version     int NOT NULL,
  decided_by       uuid NOT NULL,                         -- who holds the post that may
  post             text NOT NULL,
  reference        text NOT NULL CHECK (length(reference) BETWEEN 1 AND 100),   -- 決裁番号
  reason           text NOT NULL CHECK (length(reason) BETWEEN 1 AND 2000),
  expires_on       date NOT NULL,                         -- first day on which it no longer counts
  frozen           text NOT NULL,
  sha256           bytea NOT NULL CHECK (length(sha256) = 32),
  recorded_at      timestamptz NOT NULL,
  recorded_by      text NOT NULL,
  recorded_by_name text NOT NULL,
  ledger_index     bigint NOT NULL,
  PRIMARY KEY (municipality_id, id),
  FOREIGN KEY (municipality_id, risk_id) REFERENCES records.register_entry (municipality_id, id),
  FOREIGN KEY (municipality_id, decided_by) REFERENCES records.person (municipality_id, id)
);
CREATE INDEX risk_acceptance_risk ON records.risk_acceptance (municipality_id, risk_id, recorded_at);
SELECT storage.isolate_append_only('records.risk_acceptance');
