-- Answers already given, by tenant and hash of the Idempotency-Key.
CREATE TABLE idempotency_key (
  tenant_id BINARY(16) NOT NULL,
  key_hash BINARY(32) NOT NULL,
  body_hash BINARY(32) NOT NULL,
  state VARCHAR(8) NOT NULL,
  status SMALLINT NOT NULL,
  headers TEXT NOT NULL,
  body MEDIUMTEXT NOT NULL,
  expires_at BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, key_hash)
) {{table_options}};
CREATE INDEX ix_idempotency_key_expires ON idempotency_key (expires_at);
