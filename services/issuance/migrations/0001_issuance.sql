-- Data keys, wrapped by the node's key in the signature service; records name the key that sealed them.
-- 'column' seals; 'lookup' makes keyed indices of licence numbers and digests of requests and is never replaced,
-- because what it indexed could not be found again.
CREATE TABLE data_key (
  key_id     text        PRIMARY KEY,
  purpose    text        NOT NULL CHECK (purpose IN ('column', 'lookup')),
  wrapped    text        NOT NULL,
  created_at timestamptz NOT NULL
);
CREATE UNIQUE INDEX data_key_one_lookup ON data_key (purpose) WHERE purpose = 'lookup';

-- A licence is (type, issuer, serial); its state and revision are those of its newest entry in status_change.
CREATE TABLE licence (
  licence_id   bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  type_code    text   NOT NULL,
  issuer_code  text   NOT NULL,
  serial       text   NOT NULL,
  -- HMAC of the licence number: some numbers are their holder's code. Null = recovered from the log, number unknown;
  -- the row then keeps the identifier from being given out again.
  number_index bytea,
  revision     int    NOT NULL,
  CONSTRAINT licence_identity UNIQUE (type_code, issuer_code, serial),
  -- (type, issuer, licence number) has one serial (interfaces.md §3).
  CONSTRAINT licence_number UNIQUE (type_code, issuer_code, number_index)
);

-- What a version says: its compact JWS, sealed. The payload is the canonical licence data with its salt, so nothing of
-- it stands here twice. With licence_identity: one licence per (type, issuer, serial, version).
CREATE TABLE licence_version (
  licence_id bigint NOT NULL REFERENCES licence,
  version    int    NOT NULL CHECK (version BETWEEN 1 AND 999),
  jws        bytea  NOT NULL,
  -- SHA-256 of the compact JWS, as the entries say it: a recovered entry may be about another document.
  jws_digest bytea  NOT NULL,
  PRIMARY KEY (licence_id, version)
);

-- Holders of a version: found by the keyed index of their code, never by the code. It travels beside every entry.
CREATE TABLE licence_holder (
  licence_id bigint NOT NULL REFERENCES licence,
  version    int    NOT NULL,
  number     int    NOT NULL,
  key_id     text   NOT NULL,
  lookup     bytea  NOT NULL,
  salt       bytea  NOT NULL,
  PRIMARY KEY (licence_id, version, number)
);
CREATE INDEX licence_holder_lookup ON licence_holder (lookup);

-- Every entry about a licence. The body's bytes are those of the leaf.
CREATE TABLE status_change (
  licence_id bigint NOT NULL REFERENCES licence,
  revision   int    NOT NULL,
  version    int    NOT NULL,
  -- In the log's waiting room, and then beside its sequence; null = recovered from elsewhere.
  entry_id   bigint UNIQUE,
  -- Of recovered entries only.
  sequence   bigint,
  body       bytea  NOT NULL,
  -- In which case and by whom: kept as long as the licence, while bodies of the access log are erased. Null = recovered.
  case_number text,
  officer     text,
  PRIMARY KEY (licence_id, revision),
  CHECK ((entry_id IS NULL) <> (sequence IS NULL))
);

-- Requests by department and id, kept for 90 days: the same again gives the same answer.
CREATE TABLE request (
  issuer_code       text        NOT NULL,
  request_id        text        NOT NULL,
  -- Keyed digest of what was asked for.
  digest            bytea       NOT NULL,
  created_at        timestamptz NOT NULL,
  -- What is about to be signed, sealed: written before the signature, gone with the answer.
  intent            bytea,
  -- The answer: the licence at that revision, and the one it replaced.
  licence_id        bigint,
  revision          int,
  replaced_id       bigint,
  replaced_revision int,
  PRIMARY KEY (issuer_code, request_id)
);
CREATE INDEX request_created ON request (created_at);

-- An import of paper stock; rows_taken is where a killed one goes on.
CREATE TABLE import_job (
  job_id      text        PRIMARY KEY,
  issuer_code text        NOT NULL,
  request_id  text        NOT NULL,
  case_number text        NOT NULL,
  officer     text        NOT NULL,
  file_digest bytea       NOT NULL,
  total_rows  bigint      NOT NULL,
  created_at  timestamptz NOT NULL,
  rows_taken  bigint      NOT NULL DEFAULT 0,
  issued      bigint      NOT NULL DEFAULT 0,
  unchanged   bigint      NOT NULL DEFAULT 0,
  failed      bigint      NOT NULL DEFAULT 0,
  finished    boolean     NOT NULL DEFAULT false,
  UNIQUE (issuer_code, request_id)
);

-- Answers of the batches taken, row by row, so that a batch sent again answers as before.
CREATE TABLE import_batch (
  job_id    text   NOT NULL REFERENCES import_job,
  first_row bigint NOT NULL,
  row_count int    NOT NULL CHECK (row_count > 0),
  -- An encoded ImportRowsResponse without its job.
  results   bytea  NOT NULL,
  PRIMARY KEY (job_id, first_row)
);

-- What a recovery of the log brought to light: licences to be entered again, waiting entries that contradicted it.
CREATE TABLE recovery_finding (
  finding_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  kind       text   NOT NULL CHECK (kind IN ('reenter', 'contradiction')),
  licence_id bigint NOT NULL REFERENCES licence,
  body       bytea  NOT NULL,
  sequence   bigint
);
CREATE INDEX recovery_finding_licence ON recovery_finding (licence_id);
