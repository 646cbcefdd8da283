-- Made by pnpm gen from the migrations, for review; nothing reads it. Why things are as they are stands there.

CREATE TABLE access_waiting (
  id bigint GENERATED ALWAYS AS IDENTITY NOT NULL,
  salt bytea NOT NULL,
  body bytea NOT NULL,
  refused text,
  CONSTRAINT access_waiting_pkey PRIMARY KEY (id),
  CONSTRAINT access_waiting_salt_check CHECK ((octet_length(salt) = 16))
);

CREATE TABLE data_key (
  key_id text NOT NULL,
  purpose text NOT NULL,
  wrapped text NOT NULL,
  created_at timestamp with time zone NOT NULL,
  CONSTRAINT data_key_pkey PRIMARY KEY (key_id),
  CONSTRAINT data_key_purpose_check CHECK ((purpose = ANY (ARRAY['column'::text, 'lookup'::text])))
);
CREATE UNIQUE INDEX data_key_one_lookup ON data_key USING btree (purpose) WHERE (purpose = 'lookup'::text);

CREATE TABLE import_batch (
  job_id text NOT NULL,
  first_row bigint NOT NULL,
  row_count integer NOT NULL,
  results bytea NOT NULL,
  CONSTRAINT import_batch_pkey PRIMARY KEY (job_id, first_row),
  CONSTRAINT import_batch_job_id_fkey FOREIGN KEY (job_id) REFERENCES import_job(job_id),
  CONSTRAINT import_batch_row_count_check CHECK ((row_count > 0))
);

CREATE TABLE import_job (
  job_id text NOT NULL,
  issuer_code text NOT NULL,
  request_id text NOT NULL,
  case_number text NOT NULL,
  officer text NOT NULL,
  file_digest bytea NOT NULL,
  total_rows bigint NOT NULL,
  created_at timestamp with time zone NOT NULL,
  rows_taken bigint DEFAULT 0 NOT NULL,
  issued bigint DEFAULT 0 NOT NULL,
  unchanged bigint DEFAULT 0 NOT NULL,
  failed bigint DEFAULT 0 NOT NULL,
  finished boolean DEFAULT false NOT NULL,
  CONSTRAINT import_job_issuer_code_request_id_key UNIQUE (issuer_code, request_id),
  CONSTRAINT import_job_pkey PRIMARY KEY (job_id)
);

CREATE TABLE licence (
  licence_id bigint GENERATED ALWAYS AS IDENTITY NOT NULL,
  type_code text NOT NULL,
  issuer_code text NOT NULL,
  serial text NOT NULL,
  number_index bytea,
  revision integer NOT NULL,
  CONSTRAINT licence_identity UNIQUE (serial, type_code, issuer_code),
  CONSTRAINT licence_number UNIQUE (number_index, type_code, issuer_code),
  CONSTRAINT licence_pkey PRIMARY KEY (licence_id)
);

CREATE TABLE licence_holder (
  licence_id bigint NOT NULL,
  version integer NOT NULL,
  number integer NOT NULL,
  key_id text NOT NULL,
  lookup bytea NOT NULL,
  salt bytea NOT NULL,
  CONSTRAINT licence_holder_pkey PRIMARY KEY (licence_id, version, number),
  CONSTRAINT licence_holder_licence_id_fkey FOREIGN KEY (licence_id) REFERENCES licence(licence_id)
);
CREATE INDEX licence_holder_lookup ON licence_holder USING btree (lookup);

CREATE TABLE licence_version (
  licence_id bigint NOT NULL,
  version integer NOT NULL,
  jws bytea NOT NULL,
  jws_digest bytea NOT NULL,
  CONSTRAINT licence_version_pkey PRIMARY KEY (licence_id, version),
  CONSTRAINT licence_version_licence_id_fkey FOREIGN KEY (licence_id) REFERENCES licence(licence_id),
  CONSTRAINT licence_version_version_check CHECK (((version >= 1) AND (version <= 999)))
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

CREATE TABLE recovery_finding (
  finding_id bigint GENERATED ALWAYS AS IDENTITY NOT NULL,
  kind text NOT NULL,
  licence_id bigint NOT NULL,
  body bytea NOT NULL,
  sequence bigint,
  CONSTRAINT recovery_finding_pkey PRIMARY KEY (finding_id),
  CONSTRAINT recovery_finding_licence_id_fkey FOREIGN KEY (licence_id) REFERENCES licence(licence_id),
  CONSTRAINT recovery_finding_kind_check CHECK ((kind = ANY (ARRAY['reenter'::text, 'contradiction'::text])))
);
CREATE INDEX recovery_finding_licence ON recovery_finding USING btree (licence_id);

CREATE TABLE request (
  issuer_code text NOT NULL,
  request_id text NOT NULL,
  digest bytea NOT NULL,
  created_at timestamp with time zone NOT NULL,
  intent bytea,
  licence_id bigint,
  revision integer,
  replaced_id bigint,
  replaced_revision integer,
  CONSTRAINT request_pkey PRIMARY KEY (issuer_code, request_id)
);
CREATE INDEX request_created ON request USING btree (created_at);

CREATE TABLE schema_migration (
  name text NOT NULL,
  sha256 bytea NOT NULL,
  applied_at timestamp with time zone NOT NULL,
  CONSTRAINT schema_migration_pkey PRIMARY KEY (name)
);

CREATE TABLE status_change (
  licence_id bigint NOT NULL,
  revision integer NOT NULL,
  version integer NOT NULL,
  entry_id bigint,
  sequence bigint,
  body bytea NOT NULL,
  case_number text,
  officer text,
  CONSTRAINT status_change_entry_id_key UNIQUE (entry_id),
  CONSTRAINT status_change_pkey PRIMARY KEY (licence_id, revision),
  CONSTRAINT status_change_licence_id_fkey FOREIGN KEY (licence_id) REFERENCES licence(licence_id),
  CONSTRAINT status_change_check CHECK (((entry_id IS NULL) <> (sequence IS NULL)))
);
