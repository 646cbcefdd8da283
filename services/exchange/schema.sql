-- Made by pnpm gen from the migrations, for review; nothing reads it. Why things are as they are stands there.

CREATE TABLE access_waiting (
  id bigint GENERATED ALWAYS AS IDENTITY NOT NULL,
  salt bytea NOT NULL,
  body bytea NOT NULL,
  refused text,
  CONSTRAINT access_waiting_pkey PRIMARY KEY (id),
  CONSTRAINT access_waiting_salt_check CHECK ((octet_length(salt) = 16))
);

CREATE TABLE alarm (
  alarm_id bigint GENERATED ALWAYS AS IDENTITY NOT NULL,
  cause text NOT NULL,
  kind integer NOT NULL,
  node text NOT NULL,
  log text NOT NULL,
  raised_at timestamp with time zone NOT NULL,
  text text NOT NULL,
  evidence bytea[] NOT NULL,
  acknowledged_at timestamp with time zone,
  acknowledged_by text DEFAULT ''::text NOT NULL,
  note text DEFAULT ''::text NOT NULL,
  CONSTRAINT alarm_cause_key UNIQUE (cause),
  CONSTRAINT alarm_pkey PRIMARY KEY (alarm_id)
);

CREATE TABLE followed_checkpoint (
  log_id integer NOT NULL,
  size bigint NOT NULL,
  "time" timestamp with time zone NOT NULL,
  note bytea NOT NULL,
  CONSTRAINT followed_checkpoint_pkey PRIMARY KEY (log_id, size),
  CONSTRAINT followed_checkpoint_log_id_fkey FOREIGN KEY (log_id) REFERENCES followed_log(log_id)
);

CREATE TABLE followed_entry (
  sequence bigint NOT NULL,
  licence_key bigint,
  holder_key bigint,
  log_id integer NOT NULL,
  side bytea NOT NULL,
  leaf bytea NOT NULL,
  CONSTRAINT followed_entry_pkey PRIMARY KEY (log_id, sequence)
);
CREATE INDEX followed_entry_holder ON followed_entry USING btree (holder_key) WHERE (holder_key IS NOT NULL);
CREATE INDEX followed_entry_licence ON followed_entry USING btree (licence_key) WHERE (licence_key IS NOT NULL);

CREATE TABLE followed_log (
  log_id integer GENERATED ALWAYS AS IDENTITY NOT NULL,
  node text NOT NULL,
  log text NOT NULL,
  generation integer NOT NULL,
  size bigint DEFAULT 0 NOT NULL,
  frontier bytea DEFAULT '\x0000000000000000'::bytea NOT NULL,
  note bytea,
  note_time timestamp with time zone,
  heard_at timestamp with time zone,
  last_kept bigint DEFAULT 0 NOT NULL,
  stopped text DEFAULT ''::text NOT NULL,
  repairs bigint DEFAULT 0 NOT NULL,
  repaired_entries bigint DEFAULT 0 NOT NULL,
  noise bigint DEFAULT 0 NOT NULL,
  CONSTRAINT followed_log_node_log_generation_key UNIQUE (node, log, generation),
  CONSTRAINT followed_log_pkey PRIMARY KEY (log_id)
);

CREATE TABLE followed_tile (
  log_id integer NOT NULL,
  level integer NOT NULL,
  index bigint NOT NULL,
  hashes bytea NOT NULL,
  CONSTRAINT followed_tile_pkey PRIMARY KEY (log_id, level, index),
  CONSTRAINT followed_tile_log_id_fkey FOREIGN KEY (log_id) REFERENCES followed_log(log_id),
  CONSTRAINT followed_tile_level_check CHECK ((level > 0))
);

CREATE TABLE foreign_entry (
  log_id integer NOT NULL,
  sequence bigint NOT NULL,
  issuer_code text NOT NULL,
  judged_after timestamp with time zone NOT NULL,
  CONSTRAINT foreign_entry_pkey PRIMARY KEY (log_id, sequence)
);

CREATE TABLE holder_alias (
  former_index uuid NOT NULL,
  present_index uuid NOT NULL,
  log_id integer NOT NULL,
  sequence bigint NOT NULL,
  CONSTRAINT holder_alias_pkey PRIMARY KEY (log_id, sequence)
);
CREATE INDEX holder_alias_former ON holder_alias USING btree (former_index);
CREATE INDEX holder_alias_present ON holder_alias USING btree (present_index);

CREATE TABLE holder_entry (
  holder_index uuid NOT NULL,
  sequence bigint NOT NULL,
  log_id integer NOT NULL,
  CONSTRAINT holder_entry_pkey PRIMARY KEY (holder_index, log_id, sequence)
);

CREATE TABLE not_understood (
  log_id integer NOT NULL,
  sequence bigint NOT NULL,
  subject text NOT NULL,
  CONSTRAINT not_understood_pkey PRIMARY KEY (log_id, sequence)
);
CREATE INDEX not_understood_subject ON not_understood USING btree (subject);

CREATE TABLE rekeyed_holder (
  log_id integer NOT NULL,
  sequence bigint NOT NULL,
  holder_number bigint NOT NULL,
  index_sequence bigint NOT NULL,
  CONSTRAINT rekeyed_holder_pkey PRIMARY KEY (log_id, sequence, holder_number, index_sequence)
);

CREATE TABLE schema_migration (
  name text NOT NULL,
  sha256 bytea NOT NULL,
  applied_at timestamp with time zone NOT NULL,
  CONSTRAINT schema_migration_pkey PRIMARY KEY (name)
);

CREATE TABLE side_missing (
  log_id integer NOT NULL,
  sequence bigint NOT NULL,
  holder_number bigint NOT NULL,
  CONSTRAINT side_missing_pkey PRIMARY KEY (log_id, sequence, holder_number)
);

CREATE TABLE topic_position (
  topic text NOT NULL,
  record_offset bigint NOT NULL,
  CONSTRAINT topic_position_pkey PRIMARY KEY (topic)
);

CREATE TABLE witness_head (
  witness text NOT NULL,
  node text NOT NULL,
  log text NOT NULL,
  generation integer NOT NULL,
  size bigint NOT NULL,
  note bytea NOT NULL,
  seen_at timestamp with time zone NOT NULL,
  CONSTRAINT witness_head_pkey PRIMARY KEY (witness, node, log)
);
