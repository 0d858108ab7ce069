-- Watched folders (監視フォルダ): what is put into one crosses on its route; results and reports come out beside it (docs/adr/0118).
-- Paths are below the folder of this municipality under the root that the server was started with; nothing outside can be named.
CREATE TABLE crossing.watched_folder (
  municipality_id uuid NOT NULL REFERENCES records.municipality (id),
  id              uuid NOT NULL,
  name            text NOT NULL CHECK (length(name) BETWEEN 1 AND 100),
  route           text NOT NULL,
  unit_id         uuid NOT NULL,
  in_path         text NOT NULL CHECK (length(in_path) BETWEEN 1 AND 200),
  out_path        text NOT NULL CHECK (length(out_path) BETWEEN 1 AND 200),
  refused_path    text NOT NULL CHECK (length(refused_path) BETWEEN 1 AND 200),
  made_at         timestamptz NOT NULL,
  made_by         text NOT NULL,
  made_by_name    text NOT NULL,
  closed_at       timestamptz,
  closed_by       text,
  closed_by_name  text,
  seen_at         timestamptz,                            -- when a server last looked
  trouble         text NOT NULL DEFAULT '' CHECK (length(trouble) <= 500),   -- why it could not
  PRIMARY KEY (municipality_id, id),
  FOREIGN KEY (municipality_id, unit_id) REFERENCES records.unit (municipality_id, id),
  CHECK ((closed_at IS NULL) = (closed_by IS NULL))
);
CREATE UNIQUE INDEX watched_folder_in ON crossing.watched_folder (municipality_id, in_path) WHERE closed_at IS NULL;
SELECT storage.isolate('crossing.watched_folder');

-- A file that was taken out of a folder: its id is the name of the place where it lies until it is sealed.
CREATE TABLE crossing.folder_file (
  municipality_id uuid NOT NULL REFERENCES records.municipality (id),
  id              uuid NOT NULL,
  folder_id       uuid NOT NULL,
  path            text NOT NULL CHECK (length(path) BETWEEN 1 AND 1000),
  state           text NOT NULL CHECK (state IN ('Taken', 'Sent', 'Placing', 'Done', 'Kept')),
  request_id      uuid,
  lease           uuid,
  lease_until     timestamptz NOT NULL,                   -- by the database's clock; also when it is tried again
  placed          text NOT NULL DEFAULT '',               -- names under which it comes out, decided before it does
  taken_at        timestamptz NOT NULL,
  done_at         timestamptz,
  PRIMARY KEY (municipality_id, id),
  FOREIGN KEY (municipality_id, folder_id) REFERENCES crossing.watched_folder (municipality_id, id),
  FOREIGN KEY (municipality_id, request_id) REFERENCES crossing.request (municipality_id, id),
  CHECK (state IN ('Taken', 'Kept') OR request_id IS NOT NULL)
);
CREATE INDEX folder_file_open ON crossing.folder_file (municipality_id, folder_id, lease_until) WHERE state IN ('Taken', 'Sent', 'Placing');
CREATE INDEX folder_file_done ON crossing.folder_file (municipality_id, folder_id, done_at) WHERE state = 'Done';
SELECT storage.isolate('crossing.folder_file');
