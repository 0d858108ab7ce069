-- Mail through the gateway (メール): a message belongs to a request whose one file it is, so that vault, queue, approval, retention and ledger are the same (docs/adr/0104).

CREATE TABLE crossing.message (
  municipality_id uuid NOT NULL REFERENCES records.municipality (id),
  id              uuid NOT NULL,
  request_id      uuid,                                   -- null: a notice of our own
  direction       text NOT NULL CHECK (direction IN ('Inward', 'Outward')),
  sender          text NOT NULL CHECK (length(sender) <= 400),     -- of the envelope; empty: a notice that must never be answered
  shown_sender    text NOT NULL CHECK (length(shown_sender) <= 500),
  subject         text NOT NULL CHECK (length(subject) <= 500),
  message_id      text NOT NULL CHECK (length(message_id) <= 500),
  bytes           bigint NOT NULL CHECK (bytes >= 0),
  received_at     timestamptz NOT NULL,
  peer_address    text NOT NULL CHECK (length(peer_address) <= 100),
  peer_name       text NOT NULL CHECK (length(peer_name) <= 600),
  trace           text NOT NULL CHECK (length(trace) <= 200),
  digest          bytea NOT NULL CHECK (octet_length(digest) = 32),  -- of the envelope and the message: the same one sent again is known by it
  state           text NOT NULL CHECK (state IN ('Kept', 'Held', 'Due', 'Sent', 'PartSent', 'Failed', 'Stopped')),
  hold_until      timestamptz,
  settled_at      timestamptz,
  doubts          jsonb NOT NULL DEFAULT '[]',
  notice          bytea,                                  -- sealed; what goes out in the place of the message, or by itself
  tells_sender    boolean NOT NULL DEFAULT false,
  lease           uuid,
  lease_until     timestamptz,
  attempts        int NOT NULL DEFAULT 0 CHECK (attempts >= 0),
  last_reply      text NOT NULL DEFAULT '' CHECK (length(last_reply) <= 600),
  PRIMARY KEY (municipality_id, id),
  UNIQUE (municipality_id, request_id),
  FOREIGN KEY (municipality_id, request_id) REFERENCES crossing.request (municipality_id, id),
  CHECK ((lease IS NULL) = (lease_until IS NULL)),
  CHECK (request_id IS NOT NULL OR notice IS NOT NULL)
);
CREATE INDEX message_by_time ON crossing.message (municipality_id, received_at DESC);
CREATE INDEX message_digest ON crossing.message (municipality_id, digest);
SELECT storage.isolate('crossing.message');

CREATE TABLE crossing.message_recipient (
  municipality_id uuid NOT NULL REFERENCES records.municipality (id),
  message_id      uuid NOT NULL,
  position        int  NOT NULL CHECK (position >= 0),
  address         text NOT NULL CHECK (length(address) BETWEEN 3 AND 400),
  account         text,                                   -- whose address it was when it came
  state           text NOT NULL CHECK (state IN ('Waiting', 'Delivered', 'Failed')),
  reply           text NOT NULL DEFAULT '' CHECK (length(reply) <= 600),
  at              timestamptz,
  PRIMARY KEY (municipality_id, message_id, position),
  FOREIGN KEY (municipality_id, message_id) REFERENCES crossing.message (municipality_id, id)
);
CREATE INDEX message_recipient_account ON crossing.message_recipient (municipality_id, account, message_id) WHERE account IS NOT NULL;
CREATE INDEX message_recipient_address ON crossing.message_recipient (municipality_id, address);
SELECT storage.isolate('crossing.message_recipient');

-- What is to be delivered, over all municipalities: when, and nothing of the content. The message decides, this only points (docs/adr/0094).
CREATE TABLE crossing.outbox (
  id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  town        uuid NOT NULL,
  message     uuid NOT NULL,
  due         timestamptz NOT NULL,
  taken_until timestamptz
);
CREATE INDEX outbox_due ON crossing.outbox (due);
CREATE INDEX outbox_message ON crossing.outbox (town, message);
SELECT storage.declare_shared('crossing.outbox', 'pointers to mail that is to be delivered, of all municipalities, without content; the application may only add, the owner takes');
GRANT INSERT ON crossing.outbox TO sekisho_app;

-- In the transaction that records what became of messages: nothing points to them any more, or something does so later. Only the town's own can be reached.
CREATE FUNCTION crossing.posted(messages uuid[]) RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog AS $$
  DELETE FROM crossing.outbox WHERE town = nullif(current_setting('sekisho.municipality', true), '')::uuid AND message = ANY (messages)
$$;
REVOKE ALL ON FUNCTION crossing.posted(uuid[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION crossing.posted(uuid[]) TO sekisho_app;
