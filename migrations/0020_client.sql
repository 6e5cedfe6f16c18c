-- The tenant's customer. tags and custom_fields are JSON. locale and time_zone NULL: the tenant's. country is the phone's, '' without one.
-- archived repeats archived_at for the index of the list. Search goes through client_term.
CREATE TABLE client (
  tenant_id BINARY(16) NOT NULL,
  id BINARY(16) NOT NULL,
  name VARCHAR(120) NOT NULL,
  email VARCHAR(254) NULL,
  phone VARCHAR(20) NULL,
  country VARCHAR(2) NOT NULL,
  locale VARCHAR(10) NULL,
  time_zone VARCHAR(64) NULL,
  external_reference VARCHAR(120) NULL,
  tags MEDIUMTEXT NOT NULL,
  custom_fields MEDIUMTEXT NOT NULL,
  consent_email VARCHAR(16) NOT NULL,
  consent_sms VARCHAR(16) NOT NULL,
  archived BOOLEAN NOT NULL,
  archived_at BIGINT NULL,
  version BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, id)
) {{table_options}};
CREATE INDEX client_list ON client (tenant_id, archived, id);
CREATE INDEX client_email ON client (tenant_id, email);
CREATE INDEX client_phone ON client (tenant_id, phone);
CREATE UNIQUE INDEX client_external_reference ON client (tenant_id, external_reference);
