-- The policy set (規程の体系): every line of versions is a document of some kind, with a unit that answers for it and the post that approves it.
ALTER TABLE records.policy
  ADD COLUMN kind            text NOT NULL DEFAULT 'Other' CHECK (kind IN ('BasicPolicy', 'Standard', 'Procedure', 'Form', 'EmergencyPlan', 'DelegatedRule', 'Other')),
  ADD COLUMN name            text CHECK (length(name) BETWEEN 1 AND 200),      -- null: the title of its newest version
  ADD COLUMN unit_id         uuid,
  -- Who approves a version before it can be in force: the holder of a post, or, of a delegated rule (委任), the officer whom the delegating
  -- provision names, with the person who holds that office. Neither: putting it in force asks for no approval.
  ADD COLUMN approver_post   text CHECK (approver_post IN ('Ciso', 'GeneralOfficer', 'SecurityOfficer', 'SecurityManager', 'SystemManager')),
  ADD COLUMN delegate_title  text CHECK (length(delegate_title) BETWEEN 1 AND 60),
  ADD COLUMN delegate_person uuid,
  -- Who may open it inside the office while it is withheld from disclosure.
  ADD COLUMN readers         text NOT NULL DEFAULT 'Office' CHECK (readers IN ('Office', 'Managers', 'Everyone')),
  ADD COLUMN retired_at      timestamptz,
  ADD FOREIGN KEY (municipality_id, unit_id) REFERENCES records.unit (municipality_id, id),
  ADD FOREIGN KEY (municipality_id, delegate_person) REFERENCES records.person (municipality_id, id),
  ADD CHECK ((delegate_title IS NULL) = (delegate_person IS NULL)),
  ADD CHECK (approver_post IS NULL OR delegate_title IS NULL);
-- The owner is bound by the walls between municipalities like everybody else; this one change is of all of them.
ALTER TABLE records.policy NO FORCE ROW LEVEL SECURITY;
UPDATE records.policy SET kind = CASE key WHEN 'basic-policy' THEN 'BasicPolicy' WHEN 'standard' THEN 'Standard' ELSE 'Other' END;
ALTER TABLE records.policy FORCE ROW LEVEL SECURITY;

-- A form (様式) or a picture is kept as its file: there is nothing in it to read into provisions.
ALTER TABLE records.policy_version ADD COLUMN is_read boolean NOT NULL DEFAULT true;

-- 起案 → 審査 → 承認. The newest step tells where a version stands. sha256 is the content that the step was about: an approval of other
-- content is none. Adopted: decided on paper before the version came here (決裁済み), with its reference.
CREATE TABLE records.document_step (
  municipality_id uuid        NOT NULL REFERENCES records.municipality (id),
  id              uuid        NOT NULL,
  version_id      uuid        NOT NULL,
  step            text        NOT NULL CHECK (step IN ('Submitted', 'Reviewed', 'Returned', 'Approved', 'Adopted')),
  sha256          bytea       NOT NULL CHECK (octet_length(sha256) = 32),
  capacity        text        NOT NULL,                                         -- as what: the post or office, in Japanese; empty for a draft's author
  note            text        NOT NULL,
  decided_on      date,                                                         -- of Adopted: the day of the decision on paper
  taken_at        timestamptz NOT NULL,
  taken_by        text        NOT NULL,
  taken_by_name   text        NOT NULL,
  ledger_index    bigint      NOT NULL,
  PRIMARY KEY (municipality_id, id),
  FOREIGN KEY (municipality_id, version_id) REFERENCES records.policy_version (municipality_id, id)
);
CREATE INDEX document_step_version ON records.document_step (municipality_id, version_id, taken_at);
SELECT storage.isolate_append_only('records.document_step');

-- Which provision of a lower document carries out which of an upper one (対応付け), as people decided; the newest decision counts. Keys are
-- those that provisions keep across versions, so a trace outlives a renumbering. An empty lower_key is the document as a whole.
CREATE TABLE records.trace_decision (
  municipality_id uuid        NOT NULL REFERENCES records.municipality (id),
  id              uuid        NOT NULL,
  upper_policy_id uuid        NOT NULL,
  upper_key       text        NOT NULL,
  lower_policy_id uuid        NOT NULL,
  lower_key       text        NOT NULL,
  decision        text        NOT NULL CHECK (decision IN ('Confirmed', 'Rejected')),
  note            text        NOT NULL,
  decided_at      timestamptz NOT NULL,
  decided_by      text        NOT NULL,
  decided_by_name text        NOT NULL,
  ledger_index    bigint      NOT NULL,
  PRIMARY KEY (municipality_id, id),
  FOREIGN KEY (municipality_id, upper_policy_id) REFERENCES records.policy (municipality_id, id),
  FOREIGN KEY (municipality_id, lower_policy_id) REFERENCES records.policy (municipality_id, id),
  CHECK (upper_policy_id <> lower_policy_id)
);
CREATE INDEX trace_decision_pair ON records.trace_decision (municipality_id, upper_policy_id, upper_key, lower_policy_id, lower_key, decided_at);
SELECT storage.isolate_append_only('records.trace_decision');
