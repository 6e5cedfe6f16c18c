-- name: lock_due
-- The deliveries that this transaction handles; those of a rival are passed over.
SELECT event_id, attempts FROM delivery
WHERE consumer = :consumer AND available_at <= :now
ORDER BY available_at, event_id LIMIT :limit {{for_update_skip_locked}}

-- name: due_events
-- Not locking: other consumers of the same event must not be kept off it.
-- global: the outbox serves all tenants.
SELECT e.id, e.kind, e.tenant_id, e.livemode, e.subject, e.payload, e.trace_id, e.created_at
FROM delivery d JOIN event e ON e.id = d.event_id
WHERE d.consumer = :consumer AND d.available_at <= :now
ORDER BY d.available_at, d.event_id LIMIT :limit

-- name: find_event
-- global: the outbox serves all tenants.
SELECT id, kind, tenant_id, livemode, subject, payload, trace_id, created_at FROM event WHERE id = :event_id

-- name: lock_one
SELECT event_id, attempts FROM delivery
WHERE consumer = :consumer AND event_id = :event_id {{for_update_skip_locked}}

-- name: next_due
SELECT available_at FROM delivery WHERE consumer = :consumer ORDER BY available_at, event_id LIMIT 1

-- name: delete_delivery
DELETE FROM delivery WHERE consumer = :consumer AND event_id = :event_id

-- name: postpone_delivery
UPDATE delivery SET available_at = :available_at, attempts = :attempts
WHERE consumer = :consumer AND event_id = :event_id

-- name: insert_dead_letter
INSERT INTO dead_letter (id, consumer, event_id, tenant_id, kind, livemode, subject, payload, trace_id, created_at,
  attempts, error_code, error_detail, failed_at)
VALUES (:id, :consumer, :event_id, :tenant_id, :kind, :livemode, :subject, :payload, :trace_id, :created_at,
  :attempts, :error_code, :error_detail, :failed_at)

-- name: find_dead_letter
-- global: administrators of the platform look after dead letters.
SELECT id, consumer, event_id, tenant_id, kind, livemode, subject, payload, trace_id, created_at, attempts,
  error_code, error_detail, failed_at
FROM dead_letter WHERE id = :id {{for_update}}

-- name: list_dead_letters
-- global: administrators of the platform look after dead letters.
SELECT id, consumer, event_id, tenant_id, kind, livemode, subject, payload, trace_id, created_at, attempts,
  error_code, error_detail, failed_at
FROM dead_letter WHERE id < :before ORDER BY id DESC LIMIT :limit

-- name: delete_dead_letter
-- global: administrators of the platform look after dead letters.
DELETE FROM dead_letter WHERE id = :id

-- name: restore_event
-- The event may have been pruned since.
INSERT INTO event (id, tenant_id, kind, livemode, subject, payload, trace_id, created_at)
VALUES (:event_id, :tenant_id, :kind, :livemode, :subject, :payload, :trace_id, :created_at) {{on_conflict_ignore id}}

-- name: restore_delivery
INSERT INTO delivery (consumer, event_id, available_at, attempts)
VALUES (:consumer, :event_id, :available_at, 0) {{on_conflict_ignore consumer, event_id}}

-- name: next_consumer
-- Walks over the consumers that have deliveries, one key at a time.
SELECT MIN(consumer) AS consumer FROM delivery WHERE consumer > :after

-- name: oldest_delivery
SELECT MIN(event_id) AS event_id FROM delivery WHERE consumer = :consumer

-- name: old_events
-- global: the outbox serves all tenants.
SELECT id FROM event WHERE id < :cutoff ORDER BY id LIMIT :limit

-- name: delete_event
-- global: the outbox serves all tenants.
DELETE FROM event WHERE id = :id
