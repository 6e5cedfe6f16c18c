CREATE TABLE membership (
  tenant_id BINARY(16) NOT NULL,
  user_id BINARY(16) NOT NULL,
  role VARCHAR(16) NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, user_id)
) {{table_options}};
CREATE INDEX membership_user ON membership (user_id, tenant_id);
