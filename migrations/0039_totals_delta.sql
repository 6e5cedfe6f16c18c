-- Changes of the totals, appended in the transaction of their cause and folded into totals_hour and totals_day later, so that no payment waits
-- for a hot row. measure is a request status or a ledger kind; amount is minor units for statuses and micros for kinds. bucket_at is
-- the request's creation (statuses) or the money's time (kinds).
CREATE TABLE totals_delta (
  tenant_id BINARY(16) NOT NULL,
  id BINARY(16) NOT NULL,
  livemode BOOLEAN NOT NULL,
  currency VARCHAR(3) NOT NULL,
  bucket_at BIGINT NOT NULL,
  measure VARCHAR(16) NOT NULL,
  count_delta BIGINT NOT NULL,
  amount_delta BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, id)
) {{table_options}};
