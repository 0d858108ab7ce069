-- Who may sign in, with what, and for how long. One schema of its own: the role that looks a person up before the municipality is
-- known (sekisho_signin) can read these tables across municipalities and nothing else; every change goes through the municipality's
-- own transaction.

CREATE TABLE signin.account (
    id                 uuid PRIMARY KEY,
    municipality_id    uuid NOT NULL REFERENCES records.municipality (id),
    login              text NOT NULL,
    login_normalized   text NOT NULL UNIQUE,          -- one name space for the installation: the municipality is found by it
    display_name       text NOT NULL,
    roles              text[] NOT NULL,
    unit_id            uuid,                          -- organisational unit; what a section manager sees
    password_hash      text,                          -- null until the invitation is answered
    security_stamp     text NOT NULL,
    version            uuid NOT NULL,                 -- changes with every update: two writers at once are noticed
    lockout_end        timestamptz,
    failed_count       integer NOT NULL DEFAULT 0,
    authenticator_key  text,                          -- protected by Data Protection: a dump of the database gives no codes
    authenticator_at   timestamptz,                   -- confirmed with a first code
    totp_last_step     bigint NOT NULL DEFAULT 0,     -- RFC 6238 5.2: a step is accepted once
    language           text NOT NULL DEFAULT 'ja' CHECK (language IN ('ja', 'en')),
    created_at         timestamptz NOT NULL,
    last_signed_in_at  timestamptz,
    disabled_at        timestamptz,
    CONSTRAINT account_of_municipality UNIQUE (municipality_id, id),
    CONSTRAINT account_roles_known CHECK (cardinality(roles) > 0 AND roles <@ ARRAY['officer', 'manager', 'staff', 'auditor', 'administrator']),
    -- Who audits runs nothing of what is audited.
    CONSTRAINT auditor_is_only_auditor CHECK (NOT ('auditor' = ANY (roles)) OR cardinality(roles) = 1)
);
CREATE INDEX account_by_municipality ON signin.account (municipality_id, display_name);
SELECT storage.isolate('signin.account');

CREATE TABLE signin.passkey (
    credential_id      bytea PRIMARY KEY,
    municipality_id    uuid NOT NULL,
    account_id         uuid NOT NULL,
    name               text NOT NULL,
    public_key         bytea NOT NULL,
    sign_count         bigint NOT NULL,
    transports         text[] NOT NULL,
    user_verified      boolean NOT NULL,
    backup_eligible    boolean NOT NULL,
    backed_up          boolean NOT NULL,
    attestation_object bytea NOT NULL,
    client_data_json   bytea NOT NULL,
    created_at         timestamptz NOT NULL,
    last_used_at       timestamptz,
    FOREIGN KEY (municipality_id, account_id) REFERENCES signin.account (municipality_id, id) ON DELETE CASCADE
);
CREATE INDEX passkey_by_account ON signin.passkey (municipality_id, account_id);
SELECT storage.isolate('signin.passkey');

CREATE TABLE signin.recovery_code (
    municipality_id    uuid NOT NULL,
    account_id         uuid NOT NULL,
    code_hash          bytea NOT NULL,
    used_at            timestamptz,
    PRIMARY KEY (municipality_id, account_id, code_hash),
    FOREIGN KEY (municipality_id, account_id) REFERENCES signin.account (municipality_id, id) ON DELETE CASCADE
);
SELECT storage.isolate('signin.recovery_code');

CREATE TABLE signin.session (
    id                 uuid PRIMARY KEY,
    municipality_id    uuid NOT NULL,
    account_id         uuid NOT NULL,
    created_at         timestamptz NOT NULL,
    last_seen_at       timestamptz NOT NULL,
    ends_at            timestamptz NOT NULL,          -- absolute limit
    method             text NOT NULL,
    address            text NOT NULL,
    device             text NOT NULL,
    ended_at           timestamptz,
    FOREIGN KEY (municipality_id, account_id) REFERENCES signin.account (municipality_id, id) ON DELETE CASCADE
);
CREATE INDEX session_by_account ON signin.session (municipality_id, account_id, created_at);
SELECT storage.isolate('signin.session');

-- One-time links: invitation of a new account, and a reset of both factors.
CREATE TABLE signin.invitation (
    token_hash         bytea PRIMARY KEY,
    municipality_id    uuid NOT NULL,
    account_id         uuid NOT NULL,
    created_by         uuid NOT NULL,
    created_at         timestamptz NOT NULL,
    expires_at         timestamptz NOT NULL,
    used_at            timestamptz,
    FOREIGN KEY (municipality_id, account_id) REFERENCES signin.account (municipality_id, id) ON DELETE CASCADE
);
CREATE INDEX invitation_by_account ON signin.invitation (municipality_id, account_id);
SELECT storage.isolate('signin.invitation');

-- Personal access tokens of programs that use the API.
CREATE TABLE signin.access_token (
    id                 uuid PRIMARY KEY,
    municipality_id    uuid NOT NULL,
    account_id         uuid NOT NULL,
    name               text NOT NULL,
    token_hash         bytea NOT NULL UNIQUE,
    scope              text NOT NULL CHECK (scope IN ('read', 'write', 'evidence')),
    created_at         timestamptz NOT NULL,
    expires_at         timestamptz NOT NULL,
    last_used_at       timestamptz,
    revoked_at         timestamptz,
    FOREIGN KEY (municipality_id, account_id) REFERENCES signin.account (municipality_id, id) ON DELETE CASCADE
);
CREATE INDEX access_token_by_account ON signin.access_token (municipality_id, account_id);
SELECT storage.isolate('signin.access_token');

-- Looking a person up before the municipality is known: by login name, by passkey, by one-time link, by access token. Reading only.
GRANT USAGE ON SCHEMA signin TO sekisho_app;
SELECT storage.open_to_signin('signin.account');
SELECT storage.open_to_signin('signin.passkey');
SELECT storage.open_to_signin('signin.invitation');
SELECT storage.open_to_signin('signin.access_token');
