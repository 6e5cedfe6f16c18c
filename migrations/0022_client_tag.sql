CREATE TABLE client_tag (
  tenant_id BINARY(16) NOT NULL,
  tag VARCHAR(40) NOT NULL,
  client_id BINARY(16) NOT NULL,
  PRIMARY KEY (tenant_id, tag, client_id)
) {{table_options}};
CREATE INDEX client_tag_client ON client_tag (tenant_id, client_id);
