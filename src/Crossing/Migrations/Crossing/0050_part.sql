-- Files of a message that wait on its page instead of travelling with it (添付の取り置き): in the order of the message, in the vault, gone with the results of its request (docs/adr/0153).
CREATE TABLE crossing.part (
  municipality_id uuid NOT NULL REFERENCES records.municipality (id),
  item_id         uuid NOT NULL,
  number          int  NOT NULL CHECK (number >= 0),
  path            text NOT NULL CHECK (length(path) BETWEEN 1 AND 1000),
  kind            text NOT NULL,                          -- of the sanitiser
  blob_id         uuid NOT NULL,
  PRIMARY KEY (municipality_id, item_id, number),
  FOREIGN KEY (municipality_id, item_id) REFERENCES crossing.item (municipality_id, id),
  FOREIGN KEY (municipality_id, blob_id) REFERENCES crossing.blob (municipality_id, id)
);
CREATE INDEX part_blob ON crossing.part (municipality_id, blob_id);
SELECT storage.isolate('crossing.part');

-- Where people find the message, as its gateway knew it: workers of other machines write it into the message.
ALTER TABLE crossing.message ADD COLUMN page text NOT NULL DEFAULT '' CHECK (length(page) <= 500);
