-- Words by which a client is found: parts of the name and e-mail in lower case, digits of the phone.
CREATE TABLE client_term (
  tenant_id BINARY(16) NOT NULL,
  term VARCHAR(64) NOT NULL,
  client_id BINARY(16) NOT NULL,
  PRIMARY KEY (tenant_id, term, client_id)
) {{table_options}};
CREATE INDEX client_term_client ON client_term (tenant_id, client_id);
