-- How soon a request is to go through among those of its municipality: as it was wished, within the bound of its route (docs/adr/0157).
ALTER TABLE crossing.request ADD COLUMN urgency smallint NOT NULL DEFAULT 0 CHECK (urgency BETWEEN -1 AND 1);
