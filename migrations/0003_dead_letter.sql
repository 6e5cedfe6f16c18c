-- Deliveries that failed too often, with a copy of their event: the event itself may be pruned before a person looks.
CREATE TABLE dead_letter (
  id BINARY(16) NOT NULL,
  consumer VARCHAR(64) NOT NULL,
  event_id BINARY(16) NOT NULL,
  tenant_id BINARY(16) NOT NULL,
  kind VARCHAR(64) NOT NULL,
  livemode BOOLEAN NOT NULL,
  subject VARCHAR(64) NOT NULL,
  payload MEDIUMTEXT NOT NULL,
  trace_id VARCHAR(64) NOT NULL,
  created_at BIGINT NOT NULL,
  attempts INT NOT NULL,
  error_code VARCHAR(32) NOT NULL,
  error_detail VARCHAR(500) NOT NULL,
  failed_at BIGINT NOT NULL,
  PRIMARY KEY (id)
) {{table_options}};
CREATE UNIQUE INDEX uq_dead_letter_delivery ON dead_letter (consumer, event_id);
