-- Objects of this node and, replicated, of all others; every version is kept.
CREATE TABLE object (
  -- Owner: a division code.
  node    text   NOT NULL,
  -- ObjectKind of lianzheng.catalog.v1.
  kind    int    NOT NULL,
  key     text   NOT NULL,
  version bigint NOT NULL CHECK (version > 0),
  -- The encoded CatalogObject.
  body    bytea  NOT NULL,
  -- Position in the order of changes, for who watches.
  cursor  bigint NOT NULL UNIQUE,
  PRIMARY KEY (node, kind, key, version)
);

CREATE INDEX object_kind_key ON object (kind, key);

-- Who changes objects locks this row until the commit: cursors become visible in their order, and none is skipped.
CREATE TABLE last_change (
  one    boolean PRIMARY KEY DEFAULT true CHECK (one),
  cursor bigint  NOT NULL DEFAULT 0
);

INSERT INTO last_change DEFAULT VALUES;

-- Licence types on their way to publication.
CREATE TABLE draft (
  code          text   NOT NULL,
  version       bigint NOT NULL,
  -- The encoded LicenceType.
  licence_type  bytea  NOT NULL,
  state         text   NOT NULL CHECK (state IN ('REGISTERED', 'RETURNED', 'APPROVED', 'PUBLISHED')),
  reason        text   NOT NULL DEFAULT '',
  registered_by text   NOT NULL,
  registered_at timestamptz NOT NULL,
  PRIMARY KEY (code, version)
);

-- Answers to registrations, so that a request that is sent again changes nothing; kept for 90 days.
CREATE TABLE registration (
  department_code text        NOT NULL,
  request_id      text        NOT NULL,
  -- SHA-256 of the encoded LicenceType.
  digest          bytea       NOT NULL,
  code            text        NOT NULL,
  version         bigint      NOT NULL,
  registered_at   timestamptz NOT NULL,
  PRIMARY KEY (department_code, request_id),
  FOREIGN KEY (code, version) REFERENCES draft
);

-- How far the catalogue log of each other node was read.
CREATE TABLE followed_log (
  node          text   PRIMARY KEY,
  generation    int    NOT NULL,
  next_sequence bigint NOT NULL,
  -- Release of the reader: a later one reads again what an earlier one did not understand.
  reader        int    NOT NULL
);
