-- Bodies of the access log (logs.md §9). The leaves, which only commit to them, stand in the log's own tables, so that a
-- body can be erased and nothing of the log changes.
CREATE TABLE access_body (
  -- As its service named it: <service>:<number>….
  id              text        COLLATE "C" PRIMARY KEY,
  -- Of log_waiting, later of log_entry.
  entry_id        bigint      NOT NULL,
  at              timestamptz NOT NULL,
  -- Both null once erased.
  salt            bytea,
  body            bytea,
  -- What stands in the body, to find it by; empty once erased.
  subjects        text[]      NOT NULL,
  department_code text        NOT NULL,
  case_number     text        NOT NULL,
  action          text        NOT NULL,
  CHECK ((salt IS NULL) = (body IS NULL))
);

-- What is erased is found by its id only; so these are also the indices of what can be erased.
CREATE INDEX access_body_at ON access_body (at, id) WHERE body IS NOT NULL;
CREATE INDEX access_body_department ON access_body (department_code, at, id) WHERE body IS NOT NULL;
CREATE INDEX access_body_case ON access_body (case_number, at, id) WHERE body IS NOT NULL AND case_number <> '';
CREATE INDEX access_body_subject ON access_body USING gin (subjects) WHERE body IS NOT NULL;
