-- What the library of a tenant takes: images in it, and bytes kept, those of deleted images that messages show included.
CREATE TABLE image_usage (
  tenant_id BINARY(16) NOT NULL,
  image_count BIGINT NOT NULL,
  size_bytes BIGINT NOT NULL,
  PRIMARY KEY (tenant_id)
) {{table_options}};
