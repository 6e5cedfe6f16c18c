-- What one segment to a country costs by a connection, as its provider's price list said at fetched_at; for estimates only.
CREATE TABLE sms_price (
  tenant_id BINARY(16) NOT NULL,
  connection_id BINARY(16) NOT NULL,
  country VARCHAR(2) NOT NULL,
  segment_micros BIGINT NOT NULL,
  currency VARCHAR(3) NOT NULL,
  fetched_at BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, connection_id, country)
) {{table_options}};
