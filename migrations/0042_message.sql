-- One message to one client. to_address is an e-mail address or E.164. work_at: when the messaging worker must act next (send, settle an
-- unknown, fetch the price), NULL when nothing is to do. attempt_id names the try in the status-callback URL. body and subject are
-- what was sent, with a placeholder instead of the link's token.
CREATE TABLE message (
  tenant_id BINARY(16) NOT NULL,
  id BINARY(16) NOT NULL,
  request_id BINARY(16) NOT NULL,
  client_id BINARY(16) NOT NULL,
  livemode BOOLEAN NOT NULL,
  channel VARCHAR(8) NOT NULL,
  kind VARCHAR(16) NOT NULL,
  status VARCHAR(16) NOT NULL,
  reason VARCHAR(64) NOT NULL,
  template_id BINARY(16) NULL,
  template_version BIGINT NOT NULL,
  link_key_version BIGINT NOT NULL,
  connection_id BINARY(16) NULL,
  to_address VARCHAR(254) NOT NULL,
  country VARCHAR(2) NOT NULL,
  subject VARCHAR(998) NOT NULL,
  body MEDIUMTEXT NOT NULL,
  segments BIGINT NOT NULL,
  encoding VARCHAR(8) NOT NULL,
  provider_ref VARCHAR(255) NULL,
  fee_micros BIGINT NULL,
  fee_currency VARCHAR(3) NOT NULL,
  error_code VARCHAR(64) NOT NULL,
  attempt_id BINARY(16) NULL,
  attempts BIGINT NOT NULL,
  settle_step BIGINT NOT NULL,
  work_at BIGINT NULL,
  lease_owner VARCHAR(64) NOT NULL,
  lease_until BIGINT NOT NULL,
  lease_fence BIGINT NOT NULL,
  attempted_at BIGINT NULL,
  sent_at BIGINT NULL,
  delivered_at BIGINT NULL,
  version BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, id)
) {{table_options}};
CREATE INDEX message_request ON message (tenant_id, request_id, id);
CREATE INDEX message_list ON message (tenant_id, livemode, id);
CREATE INDEX message_status ON message (tenant_id, livemode, status, id);
CREATE INDEX message_address ON message (tenant_id, to_address, attempted_at);
CREATE INDEX message_attempt ON message (attempt_id);
CREATE INDEX message_work ON message (work_at);
