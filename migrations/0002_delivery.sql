-- One row for each event that a consumer has not handled yet; handling deletes it.
CREATE TABLE delivery (
  consumer VARCHAR(64) NOT NULL,
  event_id BINARY(16) NOT NULL,
  available_at BIGINT NOT NULL,
  attempts INT NOT NULL,
  PRIMARY KEY (consumer, event_id)
) {{table_options narrow}};
CREATE INDEX ix_delivery_due ON delivery (consumer, available_at, event_id);
