-- Inspections of rooms (区域の点検), with each device looked for there.
CREATE TABLE records.room_inspection (
  municipality_id  uuid NOT NULL REFERENCES records.municipality (id),
  id               uuid NOT NULL,
  room_id          uuid NOT NULL,
  inspected_on     date NOT NULL,
  inspector        text NOT NULL CHECK (length(inspector) BETWEEN 1 AND 100),
  entries_checked  boolean NOT NULL,
  findings         text NOT NULL CHECK (length(findings) <= 2000),
  recorded_at      timestamptz NOT NULL,
  recorded_by      text NOT NULL,
  recorded_by_name text NOT NULL,
  ledger_index     bigint NOT NULL,
  PRIMARY KEY (municipality_id, id),
  FOREIGN KEY (municipality_id, room_id) REFERENCES records.register_entry (municipality_id, id)
);
CREATE INDEX room_inspection_room ON records.room_inspection (municipality_id, room_id, inspected_on, recorded_at);
SELECT storage.isolate_append_only('records.room_inspection');

CREATE TABLE records.room_device (
  municipality_id uuid NOT NULL REFERENCES records.municipality (id),
  inspection_id   uuid NOT NULL,
  device_id       uuid NOT NULL,
  is_there        boolean NOT NULL,
  PRIMARY KEY (municipality_id, inspection_id, device_id),
  FOREIGN KEY (municipality_id, inspection_id) REFERENCES records.room_inspection (municipality_id, id),
  FOREIGN KEY (municipality_id, device_id) REFERENCES records.register_entry (municipality_id, id)
);
CREATE INDEX room_device_device ON records.room_device (municipality_id, device_id);
SELECT storage.isolate_append_only('records.room_device');

-- Who was in a room (入退室の記録): typed in at the door, or taken from the access-control system's file.
CREATE TABLE records.room_entry (
  municipality_id  uuid NOT NULL REFERENCES records.municipality (id),
  id               uuid NOT NULL,
  room_id          uuid NOT NULL,
  came_at          timestamptz NOT NULL,
  left_at          timestamptz CHECK (left_at >= came_at),
  who              text NOT NULL CHECK (length(who) BETWEEN 1 AND 100),
  belongs_to       text NOT NULL CHECK (length(belongs_to) <= 200),
  escort           text NOT NULL CHECK (length(escort) <= 100),
  purpose          text NOT NULL CHECK (length(purpose) <= 200),
  source           text NOT NULL CHECK (source IN ('Typed', 'Imported')),
  recorded_at      timestamptz NOT NULL,
  recorded_by      text NOT NULL,
  recorded_by_name text NOT NULL,
  ledger_index     bigint NOT NULL,
  PRIMARY KEY (municipality_id, id),
  FOREIGN KEY (municipality_id, room_id) REFERENCES records.register_entry (municipality_id, id),
  -- A file taken in twice adds nothing.
  UNIQUE (municipality_id, room_id, came_at, who)
);
SELECT storage.isolate('records.room_entry');
