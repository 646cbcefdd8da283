-- Access entries of this service that audit has not acknowledged yet (logs.md §9). Rows live for a moment, or for as long
-- as audit is away.
CREATE TABLE access_waiting (
  id      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  -- 16 random bytes: the leaf commits to SHA-256(salt ‖ body).
  salt    bytea  NOT NULL CHECK (octet_length(salt) = 16),
  -- The exact bytes of an AccessBody.
  body    bytea  NOT NULL,
  -- Why audit did not take it; such a row waits for a human and holds up no other.
  refused text
);
