-- The ledger (台帳): one append-only Merkle log a municipality. docs/adr/0020.

-- What happened. data is the entry in its one spelling (RFC 8785 JSON), leaf_hash = SHA-256(0x00 ‖ data).
CREATE TABLE ledger.entry (
  municipality_id uuid NOT NULL REFERENCES records.municipality(id),
  idx bigint NOT NULL CHECK (idx >= 0),
  leaf_hash bytea NOT NULL CHECK (octet_length(leaf_hash) = 32),
  data bytea NOT NULL CHECK (octet_length(data) <= 65535),
  kind text COLLATE "C" NOT NULL,
  subject text COLLATE "C" NOT NULL,
  PRIMARY KEY (municipality_id, idx)
);
ALTER TABLE ledger.entry ALTER leaf_hash SET STORAGE PLAIN;

-- The columns kind and subject are there to be searched by; verification holds them against the bytes.
CREATE INDEX entry_subject ON ledger.entry (municipality_id, subject, idx);

-- Full tiles (256 hashes) of C2SP tlog-tiles. Level 0: leaf hashes; level L: roots of full tiles of level L-1.
CREATE TABLE ledger.tile (
  municipality_id uuid NOT NULL REFERENCES records.municipality(id),
  level smallint NOT NULL CHECK (level BETWEEN 0 AND 7),
  idx bigint NOT NULL CHECK (idx >= 0),
  hashes bytea NOT NULL CHECK (octet_length(hashes) = 8192),
  root bytea NOT NULL CHECK (octet_length(root) = 32),
  PRIMARY KEY (municipality_id, level, idx)
);
ALTER TABLE ledger.tile ALTER hashes SET STORAGE EXTERNAL;  -- hashes don't compress
ALTER TABLE ledger.tile ALTER root SET STORAGE PLAIN;

-- What the log's key signed, at every append. note is a C2SP checkpoint; frontier the hashes needed to go on from here.
CREATE TABLE ledger.checkpoint (
  municipality_id uuid NOT NULL REFERENCES records.municipality(id),
  size bigint NOT NULL CHECK (size > 0),
  root bytea NOT NULL CHECK (octet_length(root) = 32),
  frontier bytea NOT NULL CHECK (octet_length(frontier) % 32 = 0),
  note bytea NOT NULL,
  signed_at timestamptz NOT NULL,
  PRIMARY KEY (municipality_id, size)
);

SELECT storage.isolate_append_only('ledger.entry');
SELECT storage.isolate_append_only('ledger.tile');
SELECT storage.isolate_append_only('ledger.checkpoint');

-- Public halves of the keys that this installation has signed with. Whom to trust is decided outside the database, in the data folder:
-- this only keeps a server that lost its key from quietly starting another.
CREATE TABLE ledger.signer (
  spki bytea PRIMARY KEY,
  first_used timestamptz NOT NULL
);
REVOKE ALL ON ledger.signer FROM PUBLIC;
SELECT storage.declare_shared('ledger.signer', 'public signing keys of the installation, used by all its ledgers; the owner alone reads and writes it');
