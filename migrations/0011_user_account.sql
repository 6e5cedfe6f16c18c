-- A person who signs in. email is stored in lower case.
CREATE TABLE user_account (
  id BINARY(16) NOT NULL,
  email VARCHAR(254) NOT NULL,
  name VARCHAR(120) NOT NULL,
  password_hash VARCHAR(255) NOT NULL,
  platform_admin BOOLEAN NOT NULL,
  failed_sign_ins BIGINT NOT NULL,
  locked_until BIGINT NULL,
  disabled_at BIGINT NULL,
  version BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  PRIMARY KEY (id)
) {{table_options}};
CREATE UNIQUE INDEX user_account_email ON user_account (email);
