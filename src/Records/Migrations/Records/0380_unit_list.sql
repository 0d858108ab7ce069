-- 組織の一覧: all units in one list, as they are written out.
ALTER TABLE records.staff_import DROP CONSTRAINT staff_import_kind_check;
ALTER TABLE records.staff_import ADD CONSTRAINT staff_import_kind_check CHECK (kind IN ('Transfers', 'Roster', 'Reform', 'Units'));
