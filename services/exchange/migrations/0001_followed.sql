-- Verified copies of logs (logs.md §4). Nothing stands here that no checkpoint covers.

-- One row per log and generation; its size is the cursor: entries, tiles, indices and cursor commit together.
CREATE TABLE followed_log (
  log_id           int         GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  node             text        NOT NULL,
  log              text        NOT NULL,
  generation       int         NOT NULL,
  size             bigint      NOT NULL DEFAULT 0,
  frontier         bytea       NOT NULL DEFAULT '\x0000000000000000',
  -- The newest verified checkpoint, when its owner says it was made, and when it was verified here.
  note             bytea,
  note_time        timestamptz,
  heard_at         timestamptz,
  -- Largest kept checkpoint.
  last_kept        bigint      NOT NULL DEFAULT 0,
  -- Why this log was stopped: a fork is never mended automatically.
  stopped          text        NOT NULL DEFAULT '',
  repairs          bigint      NOT NULL DEFAULT 0,
  repaired_entries bigint      NOT NULL DEFAULT 0,
  noise            bigint      NOT NULL DEFAULT 0,
  UNIQUE (node, log, generation)
);

-- The largest table by far, so every byte counts: columns stand so that none needs padding, keys are the first 8 bytes of
-- hashes (whoever finds a row compares what stands in it), and log_id is checked by no foreign key.
CREATE TABLE followed_entry (
  sequence    bigint NOT NULL,
  -- Of SHA-256(type, issuer, serial): the licence that a status entry concerns.
  licence_key bigint,
  -- Of the lookup index of holder 0 (a keyed hash; the whole one stands in side).
  holder_key  bigint,
  log_id      int    NOT NULL,
  side        bytea  NOT NULL,
  leaf        bytea  NOT NULL,
  PRIMARY KEY (log_id, sequence)
);
CREATE INDEX followed_entry_licence ON followed_entry (licence_key) WHERE licence_key IS NOT NULL;
CREATE INDEX followed_entry_holder ON followed_entry (holder_key) WHERE holder_key IS NOT NULL;

-- From level 1 on: the hashes of level 0 are those of the leaves.
CREATE TABLE followed_tile (
  log_id int    NOT NULL REFERENCES followed_log,
  level  int    NOT NULL CHECK (level > 0),
  index  bigint NOT NULL,
  hashes bytea  NOT NULL,
  PRIMARY KEY (log_id, level, index)
);
-- Hashes do not compress, and a full tile (8 KiB) is larger than a page.
ALTER TABLE followed_tile ALTER COLUMN hashes SET STORAGE EXTERNAL;

CREATE TABLE followed_checkpoint (
  log_id int         NOT NULL REFERENCES followed_log,
  size   bigint      NOT NULL,
  time   timestamptz NOT NULL,
  note   bytea       NOT NULL,
  PRIMARY KEY (log_id, size)
);

-- Further holders of entries, and holders under a new key: the first 16 bytes of the lookup index.
CREATE TABLE holder_entry (
  holder_index uuid   NOT NULL,
  sequence     bigint NOT NULL,
  log_id       int    NOT NULL,
  PRIMARY KEY (holder_index, log_id, sequence)
);

-- Two indices of one holder, from alias entries.
CREATE TABLE holder_alias (
  former_index  uuid   NOT NULL,
  present_index uuid   NOT NULL,
  log_id        int    NOT NULL,
  sequence      bigint NOT NULL,
  PRIMARY KEY (log_id, sequence)
);
CREATE INDEX holder_alias_former ON holder_alias (former_index);
CREATE INDEX holder_alias_present ON holder_alias (present_index);

-- Entries whose lookup indices are missing or do not fit their commitments: holder searches of this owner are incomplete.
CREATE TABLE side_missing (
  log_id        int    NOT NULL,
  sequence      bigint NOT NULL,
  holder_number bigint NOT NULL,
  PRIMARY KEY (log_id, sequence, holder_number)
);

-- Index entries, beside which the index of a holder of an earlier entry stands under a new key: erased with that holder.
CREATE TABLE rekeyed_holder (
  log_id          int    NOT NULL,
  sequence        bigint NOT NULL,
  holder_number   bigint NOT NULL,
  index_sequence  bigint NOT NULL,
  PRIMARY KEY (log_id, sequence, holder_number, index_sequence)
);

-- Critical entries that this release does not understand; subject '' = the whole log.
CREATE TABLE not_understood (
  log_id   int    NOT NULL,
  sequence bigint NOT NULL,
  subject  text   NOT NULL,
  PRIMARY KEY (log_id, sequence)
);
CREATE INDEX not_understood_subject ON not_understood (subject);

-- Entries about an issuer that the registry did not assign to the log's owner when they came; judged when the registry
-- is known past judged_after.
CREATE TABLE foreign_entry (
  log_id       int         NOT NULL,
  sequence     bigint      NOT NULL,
  issuer_code  text        NOT NULL,
  judged_after timestamptz NOT NULL,
  PRIMARY KEY (log_id, sequence)
);

-- Where to read on in a topic: the record after the last one whose effect is committed.
CREATE TABLE topic_position (
  topic         text   PRIMARY KEY,
  record_offset bigint NOT NULL
);

-- What other nodes say they verified, with their cosignatures (logs.md §5).
CREATE TABLE witness_head (
  witness    text        NOT NULL,
  node       text        NOT NULL,
  log        text        NOT NULL,
  generation int         NOT NULL,
  size       bigint      NOT NULL,
  note       bytea       NOT NULL,
  seen_at    timestamptz NOT NULL,
  PRIMARY KEY (witness, node, log)
);

-- Alarms stay; acknowledging says only that somebody has seen one.
CREATE TABLE alarm (
  alarm_id        bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  -- One alarm per cause, however often it shows.
  cause           text        NOT NULL UNIQUE,
  kind            int         NOT NULL,
  node            text        NOT NULL,
  log             text        NOT NULL,
  raised_at       timestamptz NOT NULL,
  text            text        NOT NULL,
  evidence        bytea[]     NOT NULL,
  acknowledged_at timestamptz,
  acknowledged_by text        NOT NULL DEFAULT '',
  note            text        NOT NULL DEFAULT ''
);
