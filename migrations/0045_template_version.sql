-- What a template says, version by version. A version with published_at is never changed again; the one without is the draft. html and
-- text are what is sent, Mustache tags still in: made from source when the version is published, NULL in a draft and where the channel
-- has none. image_mode: linked pictures are fetched by the reader, embedded ones come with the mail. published_by is the user who published it, NULL for an API key and for what a new tenant starts with.
CREATE TABLE template_version (
  tenant_id BINARY(16) NOT NULL,
  template_id BINARY(16) NOT NULL,
  number BIGINT NOT NULL,
  source_kind VARCHAR(8) NOT NULL,
  image_mode VARCHAR(8) NOT NULL,
  subject VARCHAR(998) NULL,
  source MEDIUMTEXT NOT NULL,
  body_text MEDIUMTEXT NULL,
  html MEDIUMTEXT NULL,
  text MEDIUMTEXT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  published_at BIGINT NULL,
  published_by BINARY(16) NULL,
  PRIMARY KEY (tenant_id, template_id, number)
) {{table_options}};
