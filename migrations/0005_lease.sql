-- Who does a named piece of work that only one process may do at a time.
CREATE TABLE lease (
  name VARCHAR(100) NOT NULL,
  owner VARCHAR(64) NOT NULL,
  until_at BIGINT NOT NULL,
  fence BIGINT NOT NULL,
  PRIMARY KEY (name)
) {{table_options narrow}};
