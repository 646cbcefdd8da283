-- Made by pnpm gen from the migrations, for review; nothing reads it. Why things are as they are stands there.

CREATE TABLE access_body (
  id text NOT NULL,
  entry_id bigint NOT NULL,
  at timestamp with time zone NOT NULL,
  salt bytea,
  body bytea,
  subjects text[] NOT NULL,
  department_code text NOT NULL,
  case_number text NOT NULL,
  action text NOT NULL,
  CONSTRAINT access_body_pkey PRIMARY KEY (id),
  CONSTRAINT access_body_check CHECK (((salt IS NULL) = (body IS NULL)))
);
CREATE INDEX access_body_at ON access_body USING btree (at, id) WHERE (body IS NOT NULL);
CREATE INDEX access_body_case ON access_body USING btree (case_number, at, id) WHERE ((body IS NOT NULL) AND (case_number <> ''::text));
CREATE INDEX access_body_department ON access_body USING btree (department_code, at, id) WHERE (body IS NOT NULL);
CREATE INDEX access_body_subject ON access_body USING gin (subjects) WHERE (body IS NOT NULL);

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

CREATE TABLE schema_migration (
  name text NOT NULL,
  sha256 bytea NOT NULL,
  applied_at timestamp with time zone NOT NULL,
  CONSTRAINT schema_migration_pkey PRIMARY KEY (name)
);
