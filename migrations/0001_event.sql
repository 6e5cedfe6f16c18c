-- The outbox: facts in the order of their ids. Global, so that one consumer serves all tenants.
CREATE TABLE event (
  id BINARY(16) NOT NULL,
  tenant_id BINARY(16) NOT NULL,
  kind VARCHAR(64) NOT NULL,
  livemode BOOLEAN NOT NULL,
  subject VARCHAR(64) NOT NULL,
  payload MEDIUMTEXT NOT NULL,
  trace_id VARCHAR(64) NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (id)
) {{table_options}};
