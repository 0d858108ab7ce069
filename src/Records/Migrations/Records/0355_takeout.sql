-- Take-outs (持ち出し・持ち帰り): an application, and the steps it went through. The row carries where it stands; each step is in the ledger.
CREATE TABLE records.takeout (
  municipality_id   uuid NOT NULL REFERENCES records.municipality (id),
  id                uuid NOT NULL,
  sequence          int NOT NULL CHECK (sequence > 0),
  unit_id           uuid NOT NULL,
  state             text NOT NULL CHECK (state IN ('Asked', 'Refused', 'Withdrawn', 'Approved', 'Out', 'Back', 'Returned', 'Lost')),
  asked_at          timestamptz NOT NULL,
  asked_by          text NOT NULL,
  asked_by_name     text NOT NULL,
  what              text NOT NULL CHECK (length(what) BETWEEN 1 AND 500),
  why               text NOT NULL CHECK (length(why) BETWEEN 1 AND 500),
  destination       text NOT NULL CHECK (length(destination) BETWEEN 1 AND 200),
  is_inside         boolean NOT NULL,                    -- 庁内での持ち運び: out of the handling area, not out of the building
  is_my_number      boolean NOT NULL,                    -- 特定個人情報
  class             text NOT NULL,                       -- the highest confidentiality among its assets, when it was asked for
  carrier           text NOT NULL CHECK (carrier IN ('Medium', 'Terminal', 'Paper')),
  medium_id         uuid,
  terminal_id       uuid,
  safeguards        text[] NOT NULL,
  from_on           date NOT NULL,
  due_on            date NOT NULL CHECK (due_on >= from_on),
  extension_on      date,                                -- asked for, not decided yet
  extension_why     text,
  approver          text NOT NULL CHECK (approver IN ('SecurityManager', 'SecurityOfficer')),
  lost_at           timestamptz,
  chased_on         date,
  PRIMARY KEY (municipality_id, id),
  UNIQUE (municipality_id, sequence),
  FOREIGN KEY (municipality_id, unit_id) REFERENCES records.unit (municipality_id, id),
  FOREIGN KEY (municipality_id, medium_id) REFERENCES records.register_entry (municipality_id, id),
  FOREIGN KEY (municipality_id, terminal_id) REFERENCES records.register_entry (municipality_id, id),
  CHECK ((carrier = 'Medium') = (medium_id IS NOT NULL) AND (carrier = 'Terminal') = (terminal_id IS NOT NULL)),
  CHECK ((extension_on IS NULL) = (extension_why IS NULL)),
  CHECK ((state = 'Lost') = (lost_at IS NOT NULL))
);
CREATE INDEX takeout_state ON records.takeout (municipality_id, state, due_on);
CREATE INDEX takeout_unit ON records.takeout (municipality_id, unit_id, sequence);
-- One medium is in one place: nobody takes out what is out.
CREATE UNIQUE INDEX takeout_medium ON records.takeout (municipality_id, medium_id) WHERE medium_id IS NOT NULL AND state IN ('Out', 'Back');
CREATE UNIQUE INDEX takeout_terminal ON records.takeout (municipality_id, terminal_id) WHERE terminal_id IS NOT NULL AND state IN ('Out', 'Back');
SELECT storage.isolate('records.takeout');

CREATE TABLE records.takeout_asset (
  municipality_id uuid NOT NULL REFERENCES records.municipality (id),
  takeout_id      uuid NOT NULL,
  position        int  NOT NULL,
  asset_id        uuid NOT NULL,
  PRIMARY KEY (municipality_id, takeout_id, position),
  FOREIGN KEY (municipality_id, takeout_id) REFERENCES records.takeout (municipality_id, id),
  FOREIGN KEY (municipality_id, asset_id) REFERENCES records.register_entry (municipality_id, id)
);
SELECT storage.isolate_append_only('records.takeout_asset');

CREATE TABLE records.takeout_step (
  municipality_id uuid NOT NULL REFERENCES records.municipality (id),
  takeout_id      uuid NOT NULL,
  ordinal         int  NOT NULL CHECK (ordinal > 0),
  kind            text NOT NULL,
  at              timestamptz NOT NULL,
  by              text NOT NULL,
  by_name         text NOT NULL,
  note            text NOT NULL,
  facts           jsonb NOT NULL,                        -- what was checked at the return, what is known of a loss
  ledger_index    bigint NOT NULL,
  PRIMARY KEY (municipality_id, takeout_id, ordinal),
  FOREIGN KEY (municipality_id, takeout_id) REFERENCES records.takeout (municipality_id, id)
);
SELECT storage.isolate_append_only('records.takeout_step');
