-- From which addresses the people of a zone come (領域の端末のアドレス). None at all: who fetches what is not held to zones.
CREATE TABLE crossing.zone_network (
  municipality_id uuid NOT NULL REFERENCES records.municipality (id),
  zone            text NOT NULL CHECK (zone IN ('Internet', 'Cloud', 'Lgwan', 'MyNumber')),
  network         text NOT NULL CHECK (length(network) <= 60),
  PRIMARY KEY (municipality_id, zone, network)
);
SELECT storage.isolate('crossing.zone_network');
