-- Addresses that asked this tenant to stop; source is "inbound", "provider", "unsubscribe" or "user".
CREATE TABLE opt_out (
  tenant_id BINARY(16) NOT NULL,
  channel VARCHAR(8) NOT NULL,
  address VARCHAR(254) NOT NULL,
  source VARCHAR(16) NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, channel, address)
) {{table_options}};
