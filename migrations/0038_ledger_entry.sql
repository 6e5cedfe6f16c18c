-- Append-only. Positive: the merchant's gain; negative: a cost. occurred_at is the money's day. source names what caused it, so that
-- writing the same effect twice violates the unique key.
CREATE TABLE ledger_entry (
  tenant_id BINARY(16) NOT NULL,
  id BINARY(16) NOT NULL,
  livemode BOOLEAN NOT NULL,
  kind VARCHAR(16) NOT NULL,
  currency VARCHAR(3) NOT NULL,
  amount_micros BIGINT NOT NULL,
  request_id BINARY(16) NOT NULL,
  transaction_id BINARY(16) NULL,
  message_id BINARY(16) NULL,
  source VARCHAR(120) NOT NULL,
  occurred_at BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, id)
) {{table_options}};
CREATE UNIQUE INDEX ledger_entry_source ON ledger_entry (tenant_id, source);
CREATE INDEX ledger_entry_request ON ledger_entry (tenant_id, request_id, id);
