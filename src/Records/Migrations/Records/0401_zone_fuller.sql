-- The text of the same path that was there before and had much more, or all of this and more (設定の縮小): null where there is none.
-- Most formats of devices have no mark of their end; a file cut between two lines is told by what it was.
ALTER TABLE records.zone_config ADD COLUMN fuller bytea CHECK (length(fuller) = 32);
