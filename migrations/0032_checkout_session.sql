-- One try at the provider's hosted checkout. status: creating (intent recorded), open, complete, expired, failed (the provider refused to
-- create it). open_slot is the request's id while the session is creating or open, else NULL: at most one per request.
-- work_at is when the payments worker must act (create again, expire); NULL when there is nothing to do.
CREATE TABLE checkout_session (
  tenant_id BINARY(16) NOT NULL,
  id BINARY(16) NOT NULL,
  request_id BINARY(16) NOT NULL,
  connection_id BINARY(16) NOT NULL,
  message_id BINARY(16) NULL,
  livemode BOOLEAN NOT NULL,
  amount_minor BIGINT NOT NULL,
  currency VARCHAR(3) NOT NULL,
  provider_ref VARCHAR(255) NULL,
  url VARCHAR(2000) NOT NULL,
  status VARCHAR(16) NOT NULL,
  open_slot BINARY(16) NULL,
  expire_asked BOOLEAN NOT NULL,
  work_at BIGINT NULL,
  attempts BIGINT NOT NULL,
  lease_owner VARCHAR(64) NOT NULL,
  lease_until BIGINT NOT NULL,
  lease_fence BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, id)
) {{table_options}};
CREATE UNIQUE INDEX checkout_session_open_slot ON checkout_session (open_slot);
CREATE INDEX checkout_session_request ON checkout_session (tenant_id, request_id, id);
CREATE INDEX checkout_session_work ON checkout_session (work_at);
