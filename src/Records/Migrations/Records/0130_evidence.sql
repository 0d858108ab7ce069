-- Evidence (証跡): dated facts about subjects. Never changed, never deleted; verdicts are computed from it and from nothing else.
CREATE TABLE records.evidence (
  municipality_id uuid        NOT NULL REFERENCES records.municipality (id),
  id              uuid        NOT NULL,
  kind            text        NOT NULL,
  subject         text        NOT NULL,
  weight          text        NOT NULL CHECK (weight IN ('System', 'Statement')),
  observed_at     timestamptz NOT NULL,
  expires_at      timestamptz,
  facts           jsonb       NOT NULL,
  sentence_ja     text        NOT NULL,
  sentence_en     text        NOT NULL,
  recorded_at     timestamptz NOT NULL,
  recorded_by     text        NOT NULL,
  recorded_by_name text       NOT NULL,
  ledger_index    bigint      NOT NULL,
  -- A clock that runs ahead must not make its evidence the newest for longer than it is (Assurance.Judge weighs the same way).
  seen_at         timestamptz NOT NULL GENERATED ALWAYS AS (least(observed_at, recorded_at)) STORED,
  PRIMARY KEY (municipality_id, id)
);
-- Lists page by the moment of recording; verdicts ask for the newest of each stream (kind, subject, weight).
CREATE INDEX evidence_recorded ON records.evidence (municipality_id, recorded_at DESC, id DESC);
CREATE INDEX evidence_stream ON records.evidence (municipality_id, kind, subject, weight, seen_at DESC, recorded_at DESC, id DESC);
CREATE INDEX evidence_kind_recorded ON records.evidence (municipality_id, kind, recorded_at DESC, id DESC);
SELECT storage.isolate_append_only('records.evidence');

CREATE TABLE records.evidence_attachment (
  municipality_id uuid    NOT NULL REFERENCES records.municipality (id),
  evidence_id     uuid    NOT NULL,
  ordinal         integer NOT NULL,
  file_name       text    NOT NULL,
  media_type      text    NOT NULL,
  size_bytes      integer NOT NULL,
  sha256          bytea   NOT NULL,
  PRIMARY KEY (municipality_id, evidence_id, ordinal),
  FOREIGN KEY (municipality_id, evidence_id) REFERENCES records.evidence (municipality_id, id),
  FOREIGN KEY (municipality_id, sha256) REFERENCES records.kept_file (municipality_id, sha256)
);
SELECT storage.isolate_append_only('records.evidence_attachment');

-- An officer's signed statement (申告): the weaker kind of evidence, for one criterion, with an expiry.
CREATE TABLE records.statement (
  municipality_id uuid        NOT NULL REFERENCES records.municipality (id),
  evidence_id     uuid        NOT NULL,
  obligation_id   text        NOT NULL,
  criterion_id    text        NOT NULL,
  text            text        NOT NULL,
  signed_by       text        NOT NULL,
  signed_by_name  text        NOT NULL,
  signed_at       timestamptz NOT NULL,
  second_factor_at timestamptz NOT NULL,
  PRIMARY KEY (municipality_id, evidence_id),
  FOREIGN KEY (municipality_id, evidence_id) REFERENCES records.evidence (municipality_id, id)
);
CREATE INDEX statement_criterion ON records.statement (municipality_id, obligation_id, criterion_id, signed_at);
SELECT storage.isolate_append_only('records.statement');
