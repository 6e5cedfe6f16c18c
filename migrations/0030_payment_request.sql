-- flags: bits of domain::RequestFlag. expiry_due_at is expires_at while expiring is still to be done, NULL afterwards.
-- channels is "email,sms" in that order.
CREATE TABLE payment_request (
  tenant_id BINARY(16) NOT NULL,
  id BINARY(16) NOT NULL,
  client_id BINARY(16) NOT NULL,
  livemode BOOLEAN NOT NULL,
  amount_minor BIGINT NOT NULL,
  currency VARCHAR(3) NOT NULL,
  description VARCHAR(255) NOT NULL,
  reference VARCHAR(120) NULL,
  channels VARCHAR(16) NOT NULL,
  status VARCHAR(16) NOT NULL,
  flags BIGINT NOT NULL,
  link_key_version BIGINT NOT NULL,
  metadata MEDIUMTEXT NOT NULL,
  due_at BIGINT NULL,
  expires_at BIGINT NOT NULL,
  expiry_due_at BIGINT NULL,
  version BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  paid_at BIGINT NULL,
  closed_at BIGINT NULL,
  PRIMARY KEY (tenant_id, id)
) {{table_options}};
CREATE INDEX payment_request_list ON payment_request (tenant_id, livemode, id);
CREATE INDEX payment_request_status ON payment_request (tenant_id, livemode, status, id);
CREATE INDEX payment_request_client ON payment_request (tenant_id, client_id, id);
CREATE INDEX payment_request_expiry ON payment_request (expiry_due_at);
