-- name: insert_request
INSERT INTO payment_request (tenant_id, id, client_id, livemode, amount_minor, currency, description, reference,
  channels, status, flags, link_key_version, metadata, due_at, expires_at, expiry_due_at, version, created_at,
  updated_at, paid_at, closed_at)
VALUES (:tenant_id, :id, :client_id, :livemode, :amount_minor, :currency, :description, :reference,
  :channels, :status, :flags, :link_key_version, :metadata, :due_at, :expires_at, :expiry_due_at, :version,
  :created_at, :updated_at, :paid_at, :closed_at)

-- name: find_request
SELECT tenant_id, id, client_id, livemode, amount_minor, currency, description, reference, channels, status, flags,
  link_key_version, metadata, due_at, expires_at, expiry_due_at, version, created_at, updated_at, paid_at, closed_at
FROM payment_request WHERE tenant_id = :tenant_id AND id = :id

-- name: lock_request
SELECT tenant_id, id, client_id, livemode, amount_minor, currency, description, reference, channels, status, flags,
  link_key_version, metadata, due_at, expires_at, expiry_due_at, version, created_at, updated_at, paid_at, closed_at
FROM payment_request WHERE tenant_id = :tenant_id AND id = :id {{for_update}}

-- name: lock_requests
-- global: each of the eight requests is asked for under its own tenant.
SELECT tenant_id, id, client_id, livemode, amount_minor, currency, description, reference, channels, status, flags,
  link_key_version, metadata, due_at, expires_at, expiry_due_at, version, created_at, updated_at, paid_at, closed_at
FROM payment_request {{force_primary}}
WHERE {{any_of_eight (tenant_id = :tenant_# AND id = :id_#)}} {{for_update}}

-- name: update_request_status
UPDATE payment_request SET status = :status, flags = :flags, expiry_due_at = :expiry_due_at, updated_at = :updated_at,
  paid_at = :paid_at, closed_at = :closed_at, version = version + 1
WHERE tenant_id = :tenant_id AND id = :id AND version = :version

-- name: due_requests
-- global: the expiry worker serves every tenant; each row is then handled under its own tenant.
SELECT tenant_id, id FROM payment_request WHERE expiry_due_at <= :now ORDER BY expiry_due_at LIMIT :room

-- name: insert_link
INSERT INTO link (token_hash, tenant_id, request_id, message_id, created_at, fetch_count, first_opened_at)
VALUES (:token_hash, :tenant_id, :request_id, :message_id, :created_at, 0, NULL)

-- name: find_link
-- global: the token is all that a payer has; the row says whose it is.
SELECT tenant_id, request_id, message_id, first_opened_at FROM link WHERE token_hash = :token_hash

-- name: mark_link_opened
UPDATE link SET first_opened_at = :now
WHERE token_hash = :token_hash AND tenant_id = :tenant_id AND first_opened_at IS NULL
