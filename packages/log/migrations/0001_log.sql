-- The log that this service owns (logs.md §2). One writer: the relay that holds the head's epoch.

-- Entries that committed with their state change and wait for their number.
CREATE TABLE log_waiting (
  entry_id    bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  leaf        bytea  NOT NULL CHECK (octet_length(leaf) <= 65535),
  -- Encoded holders (lookup index, salt, key id): travels beside the leaf, is not hashed. Both stand in one record.
  side        bytea  NOT NULL CHECK (octet_length(side) <= 65535),
  traceparent text   NOT NULL DEFAULT ''
);

-- Entries with their number. entry_id is null for one that was recovered from elsewhere.
CREATE TABLE log_entry (
  generation  int    NOT NULL,
  sequence    bigint NOT NULL,
  entry_id    bigint UNIQUE,
  leaf        bytea  NOT NULL CHECK (octet_length(leaf) <= 65535),
  side        bytea  NOT NULL,
  traceparent text   NOT NULL DEFAULT '',
  PRIMARY KEY (generation, sequence)
);

-- Hashes of the tree: up to 256 of 32 bytes a row (C2SP tlog-tiles). The rightmost of a level is partial and overwritten.
CREATE TABLE log_tile (
  generation int    NOT NULL,
  level      int    NOT NULL,
  index      bigint NOT NULL,
  hashes     bytea  NOT NULL,
  PRIMARY KEY (generation, level, index)
);
-- Tiles grow in place until they are full: inline as long as a page holds them.
ALTER TABLE log_tile ALTER COLUMN hashes SET STORAGE MAIN;

-- Signed notes that bear entries; heartbeats overwrite one another in log_head.
CREATE TABLE log_checkpoint (
  generation int         NOT NULL,
  size       bigint      NOT NULL,
  time       timestamptz NOT NULL,
  note       bytea       NOT NULL,
  PRIMARY KEY (generation, size)
);

CREATE TABLE log_head (
  one             boolean PRIMARY KEY DEFAULT true CHECK (one),
  generation      int    NOT NULL DEFAULT 1,
  -- Of the relay at work: one that was paused finds another epoch and ends.
  epoch           bigint NOT NULL DEFAULT 0,
  -- Sequenced entries, and the tree over them.
  size            bigint NOT NULL DEFAULT 0,
  frontier        bytea  NOT NULL DEFAULT '\x0000000000000000',
  -- Entries under a durable, signed checkpoint, which is `note`.
  integrated_size bigint NOT NULL DEFAULT 0,
  note            bytea,
  note_time       timestamptz,
  -- Entries that the node's own Kafka acknowledged.
  published_size  bigint NOT NULL DEFAULT 0,
  CHECK (published_size <= integrated_size AND integrated_size <= size)
);

INSERT INTO log_head DEFAULT VALUES;
