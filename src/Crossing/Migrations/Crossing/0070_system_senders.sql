-- As whom a system may send mail when it signs in to the gateway: addresses, and domains as @example.lg.jp. None: it sends none.
ALTER TABLE crossing.system_key ADD COLUMN senders text[] NOT NULL DEFAULT '{}' CHECK (cardinality(senders) <= 20);
