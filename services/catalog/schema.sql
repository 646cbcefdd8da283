-- Made by pnpm gen from the migrations, for review; nothing reads it. Why things are as they are stands there.

CREATE TABLE access_waiting (
  id bigint GENERATED ALWAYS AS IDENTITY NOT NULL,
  salt bytea NOT NULL,
  body bytea NOT NULL,
  refused text,
  CONSTRAINT access_waiting_pkey PRIMARY KEY (id),
  CONSTRAINT access_waiting_salt_check CHECK ((octet_length(salt) = 16))
);

CREATE TABLE draft (
  code text NOT NULL,
  version bigint NOT NULL,
  licence_type bytea NOT NULL,
  state text NOT NULL,
  reason text DEFAULT ''::text NOT NULL,
  registered_by text NOT NULL,
  registered_at timestamp with time zone NOT NULL,
  CONSTRAINT draft_pkey PRIMARY KEY (code, version),
  CONSTRAINT draft_state_check CHECK ((state = ANY (ARRAY['REGISTERED'::text, 'RETURNED'::text, 'APPROVED'::text, 'PUBLISHED'::text])))
);

CREATE TABLE followed_log (
  node text NOT NULL,
  generation integer NOT NULL,
  next_sequence bigint NOT NULL,
  reader integer NOT NULL,
  CONSTRAINT followed_log_pkey PRIMARY KEY (node)
);

CREATE TABLE last_change (
  one boolean DEFAULT true NOT NULL,
  cursor bigint DEFAULT 0 NOT NULL,
  CONSTRAINT last_change_pkey PRIMARY KEY (one),
  CONSTRAINT last_change_one_check CHECK (one)
);

CREATE TABLE log_checkpoint (
  generation integer NOT NULL,
  size bigint NOT NULL,
  "time" timestamp with time zone NOT NULL,
  note bytea NOT NULL,
  CONSTRAINT log_checkpoint_pkey PRIMARY KEY (generation, size)
);

CREATE TABLE log_entry (
  generation integer NOT NULL,
  sequence bigint NOT NULL,
  entry_id bigint,
  leaf bytea NOT NULL,
  side bytea NOT NULL,
  traceparent text DEFAULT ''::text NOT NULL,
  CONSTRAINT log_entry_entry_id_key UNIQUE (entry_id),
  CONSTRAINT log_entry_pkey PRIMARY KEY (generation, sequence),
  CONSTRAINT log_entry_leaf_check CHECK ((octet_length(leaf) <= 65535))
);

CREATE TABLE log_head (
  one boolean DEFAULT true NOT NULL,
  generation integer DEFAULT 1 NOT NULL,
  epoch bigint DEFAULT 0 NOT NULL,
  size bigint DEFAULT 0 NOT NULL,
  frontier bytea DEFAULT '\x0000000000000000'::bytea NOT NULL,
  integrated_size bigint DEFAULT 0 NOT NULL,
  note bytea,
  note_time timestamp with time zone,
  published_size bigint DEFAULT 0 NOT NULL,
  CONSTRAINT log_head_pkey PRIMARY KEY (one),
  CONSTRAINT log_head_check CHECK (((published_size <= integrated_size) AND (integrated_size <= size))),
  CONSTRAINT log_head_one_check CHECK (one)
);

CREATE TABLE log_tile (
  generation integer NOT NULL,
  level integer NOT NULL,
  index bigint NOT NULL,
  hashes bytea NOT NULL,
  CONSTRAINT log_tile_pkey PRIMARY KEY (generation, level, index)
);

CREATE TABLE log_waiting (
  entry_id bigint GENERATED ALWAYS AS IDENTITY NOT NULL,
  leaf bytea NOT NULL,
  side bytea NOT NULL,
  traceparent text DEFAULT ''::text NOT NULL,
  CONSTRAINT log_waiting_pkey PRIMARY KEY (entry_id),
  CONSTRAINT log_waiting_leaf_check CHECK ((octet_length(leaf) <= 65535)),
  CONSTRAINT log_waiting_side_check CHECK ((octet_length(side) <= 65535))
);

CREATE TABLE object (
  node text NOT NULL,
  kind integer NOT NULL,
  key text NOT NULL,
  version bigint NOT NULL,
  body bytea NOT NULL,
  cursor bigint NOT NULL,
  CONSTRAINT object_cursor_key UNIQUE (cursor),
  CONSTRAINT object_pkey PRIMARY KEY (node, kind, key, version),
  CONSTRAINT object_version_check CHECK ((version > 0))
);
CREATE INDEX object_kind_key ON object USING btree (kind, key);

CREATE TABLE registration (
  department_code text NOT NULL,
  request_id text NOT NULL,
  digest bytea NOT NULL,
  code text NOT NULL,
  version bigint NOT NULL,
  registered_at timestamp with time zone NOT NULL,
  CONSTRAINT registration_pkey PRIMARY KEY (department_code, request_id),
  CONSTRAINT registration_code_version_fkey FOREIGN KEY (code, version) REFERENCES draft(code, version)
);

CREATE TABLE schema_migration (
  name text NOT NULL,
  sha256 bytea NOT NULL,
  applied_at timestamp with time zone NOT NULL,
  CONSTRAINT schema_migration_pkey PRIMARY KEY (name)
);
