-- What is known of the money of one checkout session; id is the session's. state is the reduced domain::TransactionState as JSON, the
-- columns beside it repeat what is listed or summed. verify_at: when the provider is asked next, NULL when never again.
-- hint_seq counts hints (callbacks, returns), so that one that arrives during a retrieve causes another.
CREATE TABLE payment_transaction (
  tenant_id BINARY(16) NOT NULL,
  id BINARY(16) NOT NULL,
  request_id BINARY(16) NOT NULL,
  connection_id BINARY(16) NOT NULL,
  livemode BOOLEAN NOT NULL,
  provider VARCHAR(16) NOT NULL,
  provider_ref VARCHAR(255) NULL,
  payment_intent VARCHAR(255) NULL,
  amount_minor BIGINT NOT NULL,
  currency VARCHAR(3) NOT NULL,
  status VARCHAR(16) NOT NULL,
  fee_micros BIGINT NOT NULL,
  fee_currency VARCHAR(3) NOT NULL,
  refunded_minor BIGINT NOT NULL,
  disputed_minor BIGINT NOT NULL,
  quarantine_reason VARCHAR(255) NOT NULL,
  state MEDIUMTEXT NOT NULL,
  verify_at BIGINT NULL,
  verify_step BIGINT NOT NULL,
  hint_seq BIGINT NOT NULL,
  hinted_at BIGINT NULL,
  lease_owner VARCHAR(64) NOT NULL,
  lease_until BIGINT NOT NULL,
  lease_fence BIGINT NOT NULL,
  version BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  paid_at BIGINT NULL,
  PRIMARY KEY (tenant_id, id)
) {{table_options}};
CREATE UNIQUE INDEX payment_transaction_ref ON payment_transaction (connection_id, provider_ref);
CREATE INDEX payment_transaction_intent ON payment_transaction (connection_id, payment_intent);
CREATE INDEX payment_transaction_list ON payment_transaction (tenant_id, livemode, id);
CREATE INDEX payment_transaction_status ON payment_transaction (tenant_id, livemode, status, id);
CREATE INDEX payment_transaction_request ON payment_transaction (tenant_id, request_id, id);
CREATE INDEX payment_transaction_verify ON payment_transaction (verify_at);
