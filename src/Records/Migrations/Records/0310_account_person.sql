-- Which person of the organisation an account belongs to (アカウントと職員の対応). Who holds a post, or has read a rule, is a person;
-- who signs in is an account. account is the stable id under which records name who acted, as in every recorded_by.
CREATE TABLE records.account_person (
  municipality_id uuid        NOT NULL REFERENCES records.municipality (id),
  account         text        NOT NULL,
  person_id       uuid        NOT NULL,
  linked_at       timestamptz NOT NULL,
  linked_by       text        NOT NULL,
  linked_by_name  text        NOT NULL,
  PRIMARY KEY (municipality_id, account),
  UNIQUE (municipality_id, person_id),
  FOREIGN KEY (municipality_id, person_id) REFERENCES records.person (municipality_id, id)
);
SELECT storage.isolate('records.account_person');
