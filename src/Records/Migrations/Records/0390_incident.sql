-- Incidents (事案): what was lost or went wrong, who follows it up, and until when. One thing that happened is one incident.
CREATE TABLE records.incident (
  municipality_id  uuid NOT NULL REFERENCES records.municipality (id),
  id               uuid NOT NULL,
  sequence         int  NOT NULL CHECK (sequence > 0),
  origin           text NOT NULL CHECK (origin IN ('Takeout', 'Contract')),
  origin_id        uuid NOT NULL,                        -- of the take-out; of the contract's event
  source_id        uuid NOT NULL,                        -- of the take-out; of the contract: where its page is
  unit_id          uuid,                                 -- NULL: seen by those who see everything
  title            text NOT NULL CHECK (length(title) BETWEEN 1 AND 500),
  place            text NOT NULL CHECK (length(place) <= 200),
  facts            text NOT NULL CHECK (length(facts) <= 2000),
  noticed_at       timestamptz NOT NULL,
  persons          int CHECK (persons >= 0),             -- NULL: not known yet
  is_my_number     boolean NOT NULL,                     -- 特定個人情報
  opened_at        timestamptz NOT NULL,
  opened_by        text NOT NULL,
  opened_by_name   text NOT NULL,
  handler_id       uuid,
  follow_by        date,
  preliminary_on   date,
  final_on         date,
  closed_at        timestamptz,
  PRIMARY KEY (municipality_id, id),
  UNIQUE (municipality_id, sequence),
  UNIQUE (municipality_id, origin, origin_id),
  FOREIGN KEY (municipality_id, unit_id) REFERENCES records.unit (municipality_id, id),
  FOREIGN KEY (municipality_id, handler_id) REFERENCES records.person (municipality_id, id),
  CHECK ((handler_id IS NULL) = (follow_by IS NULL))
);
CREATE INDEX incident_open ON records.incident (municipality_id, closed_at, noticed_at);
SELECT storage.isolate('records.incident');

CREATE TABLE records.incident_step (
  municipality_id uuid NOT NULL REFERENCES records.municipality (id),
  incident_id     uuid NOT NULL,
  ordinal         int  NOT NULL CHECK (ordinal > 0),
  kind            text NOT NULL,
  at              timestamptz NOT NULL,
  by              text NOT NULL,
  by_name         text NOT NULL,
  note            text NOT NULL,
  facts           jsonb NOT NULL,
  ledger_index    bigint NOT NULL,
  PRIMARY KEY (municipality_id, incident_id, ordinal),
  FOREIGN KEY (municipality_id, incident_id) REFERENCES records.incident (municipality_id, id)
);
SELECT storage.isolate_append_only('records.incident_step');
