-- Images of a tenant, as they were uploaded.
CREATE TABLE asset (
  tenant_id BINARY(16) NOT NULL,
  id BINARY(16) NOT NULL,
  media_type VARCHAR(32) NOT NULL,
  sha256 BINARY(32) NOT NULL,
  width BIGINT NOT NULL,
  height BIGINT NOT NULL,
  size_bytes BIGINT NOT NULL,
  bytes MEDIUMBLOB NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, id)
) {{table_options}};
