-- A tenant's account at a provider (kind stripe, twilio, smtp). config is JSON that may be shown; sealed holds the secrets
-- (XChaCha20-Poly1305, associated data: tenant, id, kind). The id names the callback URL: what it accepts is signed.
CREATE TABLE connection (
  tenant_id BINARY(16) NOT NULL,
  id BINARY(16) NOT NULL,
  kind VARCHAR(16) NOT NULL,
  livemode BOOLEAN NOT NULL,
  config MEDIUMTEXT NOT NULL,
  sealed VARBINARY(8192) NOT NULL,
  key_version BIGINT NOT NULL,
  checked_at BIGINT NULL,
  check_error VARCHAR(255) NOT NULL,
  version BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, id)
) {{table_options}};
CREATE UNIQUE INDEX connection_kind ON connection (tenant_id, kind, livemode);
CREATE INDEX connection_id ON connection (id);
CREATE INDEX connection_key_version ON connection (key_version, id);
