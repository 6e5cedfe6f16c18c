-- Counts the changes of a tenant's totals_quarter and totals_day, so that a reader knows whether what it kept still holds.
CREATE TABLE totals_version (
  tenant_id BINARY(16) NOT NULL,
  version BIGINT NOT NULL,
  PRIMARY KEY (tenant_id)
) {{table_options}};
