-- Pictures of a tenant's library. name and content_sha256 (of the widest file) are NULL once it was deleted, so that both are
-- free again; the row stays while messages may show the picture (used_at). files is JSON, widest first.
CREATE TABLE image (
  tenant_id BINARY(16) NOT NULL,
  id BINARY(16) NOT NULL,
  name VARCHAR(40) NULL,
  alt VARCHAR(200) NOT NULL,
  media_type VARCHAR(32) NOT NULL,
  animated BOOLEAN NOT NULL,
  content_sha256 BINARY(32) NULL,
  size_bytes BIGINT NOT NULL,
  files MEDIUMTEXT NOT NULL,
  version BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  used_at BIGINT NULL,
  deleted_at BIGINT NULL,
  PRIMARY KEY (tenant_id, id)
) {{table_options}};
CREATE UNIQUE INDEX ux_image_name ON image (tenant_id, name);
CREATE UNIQUE INDEX ux_image_content ON image (tenant_id, content_sha256);
CREATE INDEX ix_image_library ON image (tenant_id, deleted_at, id);
