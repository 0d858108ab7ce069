CREATE TABLE broken.first (id uuid PRIMARY KEY);
