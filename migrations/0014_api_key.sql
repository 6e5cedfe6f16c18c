-- key_hint is the start of the key that people may see again.
CREATE TABLE api_key (
  tenant_id BINARY(16) NOT NULL,
  id BINARY(16) NOT NULL,
  name VARCHAR(120) NOT NULL,
  key_hash BINARY(32) NOT NULL,
  key_hint VARCHAR(24) NOT NULL,
  livemode BOOLEAN NOT NULL,
  role VARCHAR(16) NOT NULL,
  created_at BIGINT NOT NULL,
  last_used_at BIGINT NULL,
  revoked_at BIGINT NULL,
  PRIMARY KEY (tenant_id, id)
) {{table_options}};
CREATE UNIQUE INDEX api_key_hash ON api_key (key_hash);
