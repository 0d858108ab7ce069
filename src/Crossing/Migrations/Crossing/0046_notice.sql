-- Notices to approvers (承認のお知らせ): who was told of what, and when. No link in them carries authority.
CREATE TABLE crossing.notice (
  municipality_id uuid NOT NULL REFERENCES records.municipality (id),
  account         text NOT NULL,
  request_id      uuid NOT NULL,
  first_at        timestamptz NOT NULL,
  last_at         timestamptz NOT NULL,
  times           int NOT NULL CHECK (times > 0),
  PRIMARY KEY (municipality_id, account, request_id),
  FOREIGN KEY (municipality_id, request_id) REFERENCES crossing.request (municipality_id, id)
);
SELECT storage.isolate('crossing.notice');
