-- name: insert_session
INSERT INTO checkout_session (tenant_id, id, request_id, connection_id, message_id, livemode, amount_minor, currency,
  provider_ref, url, status, open_slot, expire_asked, work_at, attempts, lease_owner, lease_until, lease_fence,
  expires_at, created_at, updated_at)
VALUES (:tenant_id, :id, :request_id, :connection_id, :message_id, :livemode, :amount_minor, :currency,
  :provider_ref, :url, :status, :open_slot, :expire_asked, :work_at, :attempts, '', 0, 0,
  :expires_at, :created_at, :updated_at)

-- name: find_open_session
SELECT tenant_id, id, request_id, connection_id, message_id, livemode, amount_minor, currency, provider_ref, url,
  status, open_slot, expire_asked, work_at, attempts, expires_at, created_at, updated_at
FROM checkout_session WHERE open_slot = :open_slot AND tenant_id = :tenant_id

-- name: lock_session
SELECT tenant_id, id, request_id, connection_id, message_id, livemode, amount_minor, currency, provider_ref, url,
  status, open_slot, expire_asked, work_at, attempts, expires_at, created_at, updated_at
FROM checkout_session WHERE tenant_id = :tenant_id AND id = :id {{for_update}}

-- name: save_session
UPDATE checkout_session SET provider_ref = :provider_ref, url = :url, status = :status, open_slot = :open_slot,
  expire_asked = :expire_asked, work_at = :work_at, attempts = :attempts, expires_at = :expires_at,
  updated_at = :updated_at
WHERE tenant_id = :tenant_id AND id = :id

-- name: close_session
UPDATE checkout_session SET status = :status, open_slot = NULL, work_at = NULL, updated_at = :now
WHERE tenant_id = :tenant_id AND id = :id AND status IN ('creating', 'open')

-- name: settle_open_sessions
-- Each request's one open session: complete when it is the one that was paid, else to be expired.
-- global: each of the eight is named with its tenant.
UPDATE checkout_session {{force_index checkout_session_open_slot}} SET
  status = CASE WHEN id IN ({{eight :paid_#}}) THEN 'complete' ELSE status END,
  expire_asked = CASE WHEN id IN ({{eight :paid_#}}) THEN expire_asked ELSE TRUE END,
  work_at = CASE WHEN id IN ({{eight :paid_#}}) THEN NULL ELSE :now END,
  open_slot = CASE WHEN id IN ({{eight :paid_#}}) THEN NULL ELSE open_slot END, updated_at = :now
WHERE {{any_of_eight (open_slot = :id_# AND tenant_id = :tenant_#)}}

-- name: due_sessions
-- global: the command worker serves every tenant; each row is then handled under its own tenant.
SELECT tenant_id, id FROM checkout_session WHERE work_at <= :now ORDER BY work_at LIMIT :room
{{for_update_skip_locked}}

-- name: lease_session
UPDATE checkout_session SET work_at = :until, lease_owner = :owner, lease_until = :until,
  lease_fence = lease_fence + 1
WHERE tenant_id = :tenant_id AND id = :id AND work_at <= :now

-- name: insert_refund
INSERT INTO refund (tenant_id, id, transaction_id, request_id, livemode, amount_minor, currency, reason, status,
  provider_ref, failure, work_at, attempts, lease_owner, lease_until, lease_fence, created_at, updated_at)
VALUES (:tenant_id, :id, :transaction_id, :request_id, :livemode, :amount_minor, :currency, :reason, :status,
  :provider_ref, :failure, :work_at, :attempts, '', 0, 0, :created_at, :updated_at)

-- name: lock_refund
SELECT tenant_id, id, transaction_id, request_id, livemode, amount_minor, currency, reason, status, provider_ref,
  failure, work_at, attempts, created_at, updated_at
FROM refund WHERE tenant_id = :tenant_id AND id = :id {{for_update}}

-- name: refunds_of_transaction
SELECT tenant_id, id, transaction_id, request_id, livemode, amount_minor, currency, reason, status, provider_ref,
  failure, work_at, attempts, created_at, updated_at
FROM refund WHERE tenant_id = :tenant_id AND transaction_id = :transaction_id ORDER BY id {{for_update}}

-- name: save_refund
UPDATE refund SET status = :status, provider_ref = :provider_ref, failure = :failure, work_at = :work_at,
  attempts = :attempts, updated_at = :updated_at
WHERE tenant_id = :tenant_id AND id = :id

-- name: due_refunds
-- global: the command worker serves every tenant; each row is then handled under its own tenant.
SELECT tenant_id, id FROM refund WHERE work_at <= :now ORDER BY work_at LIMIT :room {{for_update_skip_locked}}

-- name: lease_refund
UPDATE refund SET work_at = :until, lease_owner = :owner, lease_until = :until, lease_fence = lease_fence + 1
WHERE tenant_id = :tenant_id AND id = :id AND work_at <= :now
