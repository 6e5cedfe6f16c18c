-- name: insert_event
INSERT INTO event (id, tenant_id, kind, livemode, subject, payload, trace_id, created_at)
VALUES (:id, :tenant_id, :kind, :livemode, :subject, :payload, :trace_id, :created_at)

-- name: insert_delivery
-- A replay may meet a delivery that was put back already.
INSERT INTO delivery (consumer, event_id, available_at, attempts)
VALUES (:consumer, :event_id, :available_at, 0) {{on_conflict_ignore consumer, event_id}}

-- name: add_delivery
-- The event is new, so the delivery can't exist: plain, so that several go in one round trip.
INSERT INTO delivery (consumer, event_id, available_at, attempts)
VALUES (:consumer, :event_id, :available_at, 0)
