-- name: insert_idempotency_key
INSERT INTO idempotency_key (tenant_id, key_hash, body_hash, state, status, headers, body, expires_at)
VALUES (:tenant_id, :key_hash, :body_hash, 'running', 0, '', '', :expires_at) {{on_conflict_ignore tenant_id, key_hash}}

-- name: find_idempotency_key
-- Not locking: rivals that met the key all share its lock, and would block each other for good if each wanted it alone.
SELECT body_hash, state, status, headers, body, expires_at FROM idempotency_key
WHERE tenant_id = :tenant_id AND key_hash = :key_hash

-- name: restart_idempotency_key
-- Takes an expired key over; of several rivals one gets it.
UPDATE idempotency_key SET body_hash = :body_hash, state = 'running', status = 0, headers = '', body = '',
  expires_at = :expires_at
WHERE tenant_id = :tenant_id AND key_hash = :key_hash AND expires_at <= :now

-- name: finish_idempotency_key
UPDATE idempotency_key SET state = 'done', status = :status, headers = :headers, body = :body
WHERE tenant_id = :tenant_id AND key_hash = :key_hash AND state = 'running'

-- name: expired_idempotency_keys
-- global: expiry sweeps over all tenants.
SELECT tenant_id, key_hash FROM idempotency_key WHERE expires_at <= :now ORDER BY expires_at LIMIT :limit

-- name: delete_idempotency_key
DELETE FROM idempotency_key WHERE tenant_id = :tenant_id AND key_hash = :key_hash
