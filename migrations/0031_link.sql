-- The short links: one per request (message_id NULL) and one per message. The token itself is never stored: it is derived from the
-- id of the message or request with the link key of that version, and found here by its SHA-256.
CREATE TABLE link (
  token_hash BINARY(32) NOT NULL,
  tenant_id BINARY(16) NOT NULL,
  request_id BINARY(16) NOT NULL,
  message_id BINARY(16) NULL,
  created_at BIGINT NOT NULL,
  fetch_count BIGINT NOT NULL,
  first_opened_at BIGINT NULL,
  PRIMARY KEY (token_hash)
) {{table_options}};
CREATE INDEX link_request ON link (tenant_id, request_id);
