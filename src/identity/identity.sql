-- name: insert_tenant
-- A tenant's own row: its id is the tenant.
INSERT INTO tenant (id, name, brand_color, accent_color, sender_name, sms_sender_name, reply_to, locale, time_zone,
  currency, country, allowed_countries, daily_message_cap, logo_asset_id, version, created_at, updated_at)
VALUES (:id, :name, :brand_color, :accent_color, :sender_name, :sms_sender_name, :reply_to, :locale, :time_zone,
  :currency, :country, :allowed_countries, :daily_message_cap, :logo_asset_id, :version, :created_at, :updated_at)

-- name: find_tenant
SELECT id, name, brand_color, accent_color, sender_name, sms_sender_name, reply_to, locale, time_zone, currency,
  country, allowed_countries, daily_message_cap, logo_asset_id, version, created_at, updated_at
FROM tenant WHERE id = :id

-- name: lock_tenant
SELECT id, name, brand_color, accent_color, sender_name, sms_sender_name, reply_to, locale, time_zone, currency,
  country, allowed_countries, daily_message_cap, logo_asset_id, version, created_at, updated_at
FROM tenant WHERE id = :id {{for_update}}

-- name: list_tenants
SELECT id, name, brand_color, accent_color, sender_name, sms_sender_name, reply_to, locale, time_zone, currency,
  country, allowed_countries, daily_message_cap, logo_asset_id, version, created_at, updated_at
FROM tenant WHERE id < :cursor ORDER BY id DESC LIMIT :limit

-- name: update_tenant
UPDATE tenant SET name = :name, brand_color = :brand_color, accent_color = :accent_color, sender_name = :sender_name,
  sms_sender_name = :sms_sender_name, reply_to = :reply_to, locale = :locale, time_zone = :time_zone,
  currency = :currency, country = :country, allowed_countries = :allowed_countries,
  daily_message_cap = :daily_message_cap, logo_asset_id = :logo_asset_id, version = version + 1,
  updated_at = :updated_at
WHERE id = :id AND version = :version

-- name: insert_asset
INSERT INTO asset (tenant_id, id, media_type, sha256, width, height, size_bytes, bytes, created_at)
VALUES (:tenant_id, :id, :media_type, :sha256, :width, :height, :size_bytes, :bytes, :created_at)

-- name: find_asset
SELECT tenant_id, id, media_type, sha256, width, height, size_bytes, bytes, created_at
FROM asset WHERE tenant_id = :tenant_id AND id = :id

-- name: find_asset_facts
SELECT id, media_type, width, height, size_bytes, created_at FROM asset WHERE tenant_id = :tenant_id AND id = :id

-- name: delete_asset
DELETE FROM asset WHERE tenant_id = :tenant_id AND id = :id

-- name: insert_user
INSERT INTO user_account (id, email, name, password_hash, platform_admin, failed_sign_ins, locked_until, disabled_at,
  version, created_at, updated_at)
VALUES (:id, :email, :name, :password_hash, :platform_admin, :failed_sign_ins, :locked_until, :disabled_at, :version,
  :created_at, :updated_at)

-- name: find_user
SELECT id, email, name, password_hash, platform_admin, failed_sign_ins, locked_until, disabled_at, version, created_at,
  updated_at
FROM user_account WHERE id = :id

-- name: lock_user
SELECT id, email, name, password_hash, platform_admin, failed_sign_ins, locked_until, disabled_at, version, created_at,
  updated_at
FROM user_account WHERE id = :id {{for_update}}

-- name: find_user_by_email
SELECT id, email, name, password_hash, platform_admin, failed_sign_ins, locked_until, disabled_at, version, created_at,
  updated_at
FROM user_account WHERE email = :email

-- name: list_users
SELECT id, email, name, password_hash, platform_admin, failed_sign_ins, locked_until, disabled_at, version, created_at,
  updated_at
FROM user_account WHERE id < :cursor ORDER BY id DESC LIMIT :limit

-- name: update_user
UPDATE user_account SET name = :name, password_hash = :password_hash, platform_admin = :platform_admin,
  failed_sign_ins = :failed_sign_ins, locked_until = :locked_until, disabled_at = :disabled_at,
  version = version + 1, updated_at = :updated_at
WHERE id = :id AND version = :version

-- name: count_sign_in
-- Compare-and-set on the count, so that every try is counted however many run at once.
UPDATE user_account SET failed_sign_ins = :failed_sign_ins, locked_until = :locked_until
WHERE id = :id AND failed_sign_ins = :seen

-- name: clear_sign_ins
UPDATE user_account SET failed_sign_ins = 0, locked_until = NULL WHERE id = :id

-- name: insert_membership
INSERT INTO membership (tenant_id, user_id, role, created_at) VALUES (:tenant_id, :user_id, :role, :created_at)

-- name: find_member
SELECT m.user_id, u.email, u.name, m.role, m.created_at
FROM membership AS m JOIN user_account AS u ON u.id = m.user_id
WHERE m.tenant_id = :tenant_id AND m.user_id = :user_id

-- name: list_members
SELECT m.user_id, u.email, u.name, m.role, m.created_at
FROM membership AS m JOIN user_account AS u ON u.id = m.user_id
WHERE m.tenant_id = :tenant_id AND m.user_id < :cursor ORDER BY m.user_id DESC LIMIT :limit

-- name: lock_members
-- Locks the tenant's memberships: whoever changes roles sees the others' changes.
SELECT user_id, role FROM membership WHERE tenant_id = :tenant_id {{for_update}}

-- name: update_membership
UPDATE membership SET role = :role WHERE tenant_id = :tenant_id AND user_id = :user_id

-- name: delete_membership
DELETE FROM membership WHERE tenant_id = :tenant_id AND user_id = :user_id

-- name: memberships_of_user
-- global: where a person may sign in is known before any tenant is chosen.
SELECT m.tenant_id, t.name, m.role, m.created_at
FROM membership AS m JOIN tenant AS t ON t.id = m.tenant_id WHERE m.user_id = :user_id LIMIT 1000

-- name: insert_session
INSERT INTO user_session (id, token_hash, user_id, created_at, expires_at, last_used_at)
VALUES (:id, :token_hash, :user_id, :created_at, :expires_at, :last_used_at)

-- name: find_session
SELECT id, user_id, created_at, expires_at, last_used_at FROM user_session WHERE id = :id

-- name: session_by_token
SELECT s.id, s.user_id, s.created_at, s.expires_at, s.last_used_at, u.platform_admin, u.disabled_at
FROM user_session AS s JOIN user_account AS u ON u.id = s.user_id WHERE s.token_hash = :token_hash

-- name: use_session
UPDATE user_session SET last_used_at = :now, expires_at = :expires_at
WHERE id = :id AND last_used_at <= :used_before AND expires_at > :now

-- name: delete_session
DELETE FROM user_session WHERE id = :id

-- name: delete_sessions_of_user
-- :keep is the session that goes on; a nil id for none.
DELETE FROM user_session WHERE user_id = :user_id AND id <> :keep

-- name: expired_sessions
SELECT id FROM user_session WHERE expires_at < :now ORDER BY expires_at LIMIT :limit

-- name: insert_api_key
INSERT INTO api_key (tenant_id, id, name, key_hash, key_hint, livemode, role, created_at, last_used_at, revoked_at)
VALUES (:tenant_id, :id, :name, :key_hash, :key_hint, :livemode, :role, :created_at, :last_used_at, :revoked_at)

-- name: list_api_keys
SELECT tenant_id, id, name, key_hash, key_hint, livemode, role, created_at, last_used_at, revoked_at
FROM api_key WHERE tenant_id = :tenant_id AND id < :cursor ORDER BY id DESC LIMIT :limit

-- name: find_api_key
SELECT tenant_id, id, name, key_hash, key_hint, livemode, role, created_at, last_used_at, revoked_at
FROM api_key WHERE tenant_id = :tenant_id AND id = :id

-- name: api_key_by_hash
-- global: the key says whose it is.
SELECT tenant_id, id, name, key_hash, key_hint, livemode, role, created_at, last_used_at, revoked_at
FROM api_key WHERE key_hash = :key_hash

-- name: revoke_api_key
UPDATE api_key SET revoked_at = :now WHERE tenant_id = :tenant_id AND id = :id AND revoked_at IS NULL

-- name: use_api_key
UPDATE api_key SET last_used_at = :now
WHERE tenant_id = :tenant_id AND id = :id AND (last_used_at IS NULL OR last_used_at <= :used_before)

-- name: insert_connection
INSERT INTO connection (tenant_id, id, kind, livemode, config, sealed, key_version, checked_at, check_error, version,
  created_at, updated_at)
VALUES (:tenant_id, :id, :kind, :livemode, :config, :sealed, :key_version, :checked_at, :check_error, :version,
  :created_at, :updated_at)

-- name: replace_connection
UPDATE connection SET config = :config, sealed = :sealed, key_version = :key_version, checked_at = :checked_at,
  check_error = :check_error, version = version + 1, updated_at = :updated_at
WHERE tenant_id = :tenant_id AND id = :id AND version = :version

-- name: find_connection
SELECT tenant_id, id, kind, livemode, config, sealed, key_version, checked_at, check_error, version, created_at,
  updated_at
FROM connection WHERE tenant_id = :tenant_id AND kind = :kind AND livemode = :livemode

-- name: lock_connection
SELECT tenant_id, id, kind, livemode, config, sealed, key_version, checked_at, check_error, version, created_at,
  updated_at
FROM connection WHERE tenant_id = :tenant_id AND kind = :kind AND livemode = :livemode {{for_update}}

-- name: connection_by_id
-- global: a callback's address names only the connection; the row says whose it is.
SELECT tenant_id, id, kind, livemode, config, sealed, key_version, checked_at, check_error, version, created_at,
  updated_at
FROM connection WHERE id = :id

-- name: list_connections
SELECT tenant_id, id, kind, livemode, config, sealed, key_version, checked_at, check_error, version, created_at,
  updated_at
FROM connection WHERE tenant_id = :tenant_id

-- name: connections_under_old_keys
-- global: the keys that seal belong to the installation.
SELECT tenant_id, id, kind, livemode, config, sealed, key_version, checked_at, check_error, version, created_at,
  updated_at
FROM connection WHERE key_version < :key_version ORDER BY key_version, id LIMIT :limit

-- name: count_connections_under_key
-- global: the keys that seal belong to the installation.
SELECT COUNT(*) AS n FROM connection WHERE key_version = :key_version

-- name: reseal_connection
-- Compare-and-set: a connection that was replaced meanwhile is sealed with the newest key already.
UPDATE connection SET sealed = :sealed, key_version = :key_version
WHERE tenant_id = :tenant_id AND id = :id AND version = :version

-- name: record_check
UPDATE connection SET checked_at = :checked_at, check_error = :check_error
WHERE tenant_id = :tenant_id AND id = :id AND version = :version

-- name: delete_connection
DELETE FROM connection WHERE tenant_id = :tenant_id AND id = :id
