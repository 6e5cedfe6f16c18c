-- expires_at slides with every use, up to a month after created_at.
-- A signed-in session of a local account; only the token's SHA-256 is kept.
CREATE TABLE user_session (
  id BINARY(16) NOT NULL,
  token_hash BINARY(32) NOT NULL,
  user_id BINARY(16) NOT NULL,
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  last_used_at BIGINT NOT NULL,
  PRIMARY KEY (id)
) {{table_options}};
CREATE UNIQUE INDEX user_session_token ON user_session (token_hash);
CREATE INDEX user_session_user ON user_session (user_id, id);
CREATE INDEX user_session_expiry ON user_session (expires_at);
