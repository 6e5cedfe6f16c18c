-- Callbacks as they came, once each. outcome: matched (a transaction was told to verify), unmatched (no session of this
-- connection has that reference: nothing was changed), ignored (a type that says nothing about a session).
CREATE TABLE provider_event (
  connection_id BINARY(16) NOT NULL,
  provider_event_id VARCHAR(255) NOT NULL,
  tenant_id BINARY(16) NOT NULL,
  livemode BOOLEAN NOT NULL,
  type VARCHAR(64) NOT NULL,
  session_ref VARCHAR(255) NOT NULL,
  payment_intent VARCHAR(255) NOT NULL,
  outcome VARCHAR(16) NOT NULL,
  source VARCHAR(16) NOT NULL,
  provider_created_at BIGINT NOT NULL,
  received_at BIGINT NOT NULL,
  PRIMARY KEY (connection_id, provider_event_id)
) {{table_options}};
CREATE INDEX provider_event_received ON provider_event (received_at);
