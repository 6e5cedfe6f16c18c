-- How far an account's events were listed: the last resort when callbacks are lost.
CREATE TABLE event_listing (
  connection_id BINARY(16) NOT NULL,
  tenant_id BINARY(16) NOT NULL,
  listed_until BIGINT NOT NULL,
  due_at BIGINT NOT NULL,
  lease_owner VARCHAR(64) NOT NULL,
  lease_until BIGINT NOT NULL,
  lease_fence BIGINT NOT NULL,
  PRIMARY KEY (connection_id)
) {{table_options}};
CREATE INDEX event_listing_due ON event_listing (due_at);
