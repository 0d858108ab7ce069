-- Planted: carries a municipality and forgets storage.isolate.
CREATE TABLE leaky.note (id uuid PRIMARY KEY, municipality_id uuid NOT NULL, body text NOT NULL);
GRANT SELECT, INSERT, UPDATE, DELETE ON leaky.note TO sekisho_app;
