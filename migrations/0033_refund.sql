-- A refund asked for here or seen at the provider. status: requested, pending, succeeded, failed, canceled. work_at as in checkout_session.
CREATE TABLE refund (
  tenant_id BINARY(16) NOT NULL,
  id BINARY(16) NOT NULL,
  transaction_id BINARY(16) NOT NULL,
  request_id BINARY(16) NOT NULL,
  livemode BOOLEAN NOT NULL,
  amount_minor BIGINT NOT NULL,
  currency VARCHAR(3) NOT NULL,
  reason VARCHAR(32) NOT NULL,
  status VARCHAR(16) NOT NULL,
  provider_ref VARCHAR(255) NULL,
  failure VARCHAR(255) NOT NULL,
  work_at BIGINT NULL,
  attempts BIGINT NOT NULL,
  lease_owner VARCHAR(64) NOT NULL,
  lease_until BIGINT NOT NULL,
  lease_fence BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, id)
) {{table_options}};
CREATE UNIQUE INDEX refund_provider_ref ON refund (tenant_id, provider_ref);
CREATE INDEX refund_transaction ON refund (tenant_id, transaction_id, id);
CREATE INDEX refund_work ON refund (work_at);
