-- What lets agents report (報告用トークン): one for many machines, hashed, with an end. docs/adr/0072.
CREATE TABLE records.agent_enrolment (
  municipality_id uuid NOT NULL REFERENCES records.municipality (id),
  id              uuid NOT NULL,
  name            text NOT NULL CHECK (length(name) BETWEEN 1 AND 100),
  token_hash      bytea NOT NULL CHECK (octet_length(token_hash) = 32),
  created_at      timestamptz NOT NULL,
  created_by      text NOT NULL,
  created_by_name text NOT NULL,
  expires_at      timestamptz NOT NULL,
  revoked_at      timestamptz,
  PRIMARY KEY (municipality_id, id),
  UNIQUE (municipality_id, token_hash)
);
SELECT storage.isolate('records.agent_enrolment');

-- The newest report of each machine (端末の状態の報告). What follows from them is evidence, and that is kept for good.
CREATE TABLE records.agent_report (
  municipality_id uuid NOT NULL REFERENCES records.municipality (id),
  id              uuid NOT NULL,
  host            text COLLATE "C" NOT NULL CHECK (length(host) BETWEEN 1 AND 200),   -- folded: what tells machines apart
  enrolment_id    uuid NOT NULL,
  terminal_id     uuid,                                                                -- as adopted by a person; else matched by number and name
  reported_at     timestamptz NOT NULL,                                                -- by the machine's clock, never later than received
  received_at     timestamptz NOT NULL,
  report          jsonb NOT NULL,
  PRIMARY KEY (municipality_id, id),
  UNIQUE (municipality_id, host),
  FOREIGN KEY (municipality_id, enrolment_id) REFERENCES records.agent_enrolment (municipality_id, id),
  FOREIGN KEY (municipality_id, terminal_id) REFERENCES records.register_entry (municipality_id, id)
);
SELECT storage.isolate('records.agent_report');
