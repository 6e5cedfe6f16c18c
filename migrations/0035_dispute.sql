CREATE TABLE dispute (
  tenant_id BINARY(16) NOT NULL,
  id BINARY(16) NOT NULL,
  transaction_id BINARY(16) NOT NULL,
  request_id BINARY(16) NOT NULL,
  livemode BOOLEAN NOT NULL,
  provider_ref VARCHAR(255) NOT NULL,
  amount_minor BIGINT NOT NULL,
  currency VARCHAR(3) NOT NULL,
  status VARCHAR(32) NOT NULL,
  reason VARCHAR(64) NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, id)
) {{table_options}};
CREATE UNIQUE INDEX dispute_provider_ref ON dispute (tenant_id, provider_ref);
CREATE INDEX dispute_transaction ON dispute (tenant_id, transaction_id, id);
CREATE INDEX dispute_list ON dispute (tenant_id, livemode, id);
