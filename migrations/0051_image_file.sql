-- The bytes of an image in each width; never changed. Their address names the image, not the tenant.
CREATE TABLE image_file (
  tenant_id BINARY(16) NOT NULL,
  image_id BINARY(16) NOT NULL,
  width BIGINT NOT NULL,
  media_type VARCHAR(32) NOT NULL,
  sha256 BINARY(32) NOT NULL,
  bytes MEDIUMBLOB NOT NULL,
  PRIMARY KEY (tenant_id, image_id, width)
) {{table_options}};
CREATE UNIQUE INDEX ux_image_file_address ON image_file (image_id, width);
