-- By a mark in its places a server knows a watched folder again: under a share that isn't mounted lies an empty folder like it (docs/adr/0211).
ALTER TABLE crossing.watched_folder ADD COLUMN marked_at timestamptz;
