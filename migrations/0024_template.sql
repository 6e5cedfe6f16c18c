-- What a message says; Mustache. kind is request, reminder or receipt. default_slot is "<channel>/<kind>/<locale>" on the
-- template that is used when none is named, NULL otherwise. subject and body_html are NULL for SMS.
CREATE TABLE template (
  tenant_id BINARY(16) NOT NULL,
  id BINARY(16) NOT NULL,
  name VARCHAR(120) NOT NULL,
  channel VARCHAR(8) NOT NULL,
  kind VARCHAR(16) NOT NULL,
  locale VARCHAR(10) NOT NULL,
  subject VARCHAR(998) NULL,
  body_html MEDIUMTEXT NULL,
  body_text MEDIUMTEXT NULL,
  default_slot VARCHAR(40) NULL,
  version BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, id)
) {{table_options}};
CREATE UNIQUE INDEX template_default ON template (tenant_id, default_slot);
