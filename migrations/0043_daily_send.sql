-- Messages handed over per tenant, channel and UTC day; the daily cap is checked against it in the transaction of the claim.
CREATE TABLE daily_send (
  tenant_id BINARY(16) NOT NULL,
  day BIGINT NOT NULL,
  livemode BOOLEAN NOT NULL,
  channel VARCHAR(8) NOT NULL,
  sent_count BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, day, livemode, channel)
) {{table_options}};
