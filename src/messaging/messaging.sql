-- name: insert_message
INSERT INTO message (tenant_id, id, request_id, client_id, livemode, channel, kind, status, reason, template_id,
  template_version, link_key_version, connection_id, to_address, country, subject, body, segments, encoding,
  provider_ref, fee_micros, fee_currency, error_code, attempt_id, attempts, settle_step, work_at, lease_owner,
  lease_until, lease_fence, attempted_at, sent_at, delivered_at, version, created_at, updated_at)
VALUES (:tenant_id, :id, :request_id, :client_id, :livemode, :channel, :kind, :status, :reason, :template_id,
  :template_version, :link_key_version, :connection_id, :to_address, :country, '', '', :segments, :encoding,
  :provider_ref, :fee_micros, :fee_currency, :error_code, :attempt_id, :attempts, :settle_step, :work_at, '',
  0, 0, :attempted_at, :sent_at, :delivered_at, :version, :created_at, :updated_at)

-- name: lock_message
SELECT tenant_id, id, request_id, client_id, livemode, channel, kind, status, reason, template_id, template_version,
  link_key_version, connection_id, to_address, country, segments, encoding, provider_ref, fee_micros, fee_currency,
  error_code, attempt_id, attempts, settle_step, work_at, attempted_at, sent_at, delivered_at, version, created_at,
  updated_at
FROM message WHERE tenant_id = :tenant_id AND id = :id {{for_update}}

-- name: lock_by_attempt
SELECT tenant_id, id, request_id, client_id, livemode, channel, kind, status, reason, template_id, template_version,
  link_key_version, connection_id, to_address, country, segments, encoding, provider_ref, fee_micros, fee_currency,
  error_code, attempt_id, attempts, settle_step, work_at, attempted_at, sent_at, delivered_at, version, created_at,
  updated_at
FROM message WHERE attempt_id = :attempt_id AND tenant_id = :tenant_id {{for_update}}

-- name: due_messages
-- global: the sender serves every tenant; each row is then handled under its own tenant.
SELECT tenant_id, id, request_id, client_id, livemode, channel, kind, status, reason, template_id, template_version,
  link_key_version, connection_id, to_address, country, segments, encoding, provider_ref, fee_micros, fee_currency,
  error_code, attempt_id, attempts, settle_step, work_at, attempted_at, sent_at, delivered_at, version, created_at,
  updated_at
FROM message WHERE work_at <= :now ORDER BY work_at LIMIT :room {{for_update_skip_locked}}

-- name: save_message
UPDATE message SET status = :status, reason = :reason, template_id = :template_id,
  template_version = :template_version, connection_id = :connection_id, segments = :segments, encoding = :encoding,
  provider_ref = :provider_ref, fee_micros = :fee_micros, fee_currency = :fee_currency, error_code = :error_code,
  attempt_id = :attempt_id, attempts = :attempts, settle_step = :settle_step, work_at = :work_at,
  attempted_at = :attempted_at, sent_at = :sent_at, delivered_at = :delivered_at, version = version + 1,
  updated_at = :updated_at
WHERE tenant_id = :tenant_id AND id = :id AND version = :version

-- name: save_content
UPDATE message SET subject = :subject, body = :body, content_until = :content_until WHERE tenant_id = :tenant_id AND id = :id

-- name: count_to_address
SELECT COUNT(*) AS sent_count FROM message
WHERE tenant_id = :tenant_id AND to_address = :to_address AND attempted_at > :since

-- name: count_today
INSERT INTO daily_send (tenant_id, day, livemode, channel, sent_count)
VALUES (:tenant_id, :day, :livemode, :channel, :sent_count)
{{upsert tenant_id,day,livemode,channel}} sent_count = daily_send.sent_count + {{new sent_count}}

-- name: find_today
SELECT channel, sent_count FROM daily_send
WHERE tenant_id = :tenant_id AND day = :day AND livemode = :livemode {{for_update}}

-- name: insert_opt_out
INSERT INTO opt_out (tenant_id, channel, address, source, created_at)
VALUES (:tenant_id, :channel, :address, :source, :created_at)
{{on_conflict_ignore tenant_id,channel,address}}

-- name: delete_opt_out
DELETE FROM opt_out WHERE tenant_id = :tenant_id AND channel = :channel AND address = :address

-- name: find_opt_out
SELECT source, created_at FROM opt_out
WHERE tenant_id = :tenant_id AND channel = :channel AND address = :address

-- name: find_sms_price
SELECT segment_micros, currency, fetched_at FROM sms_price
WHERE tenant_id = :tenant_id AND connection_id = :connection_id AND country = :country

-- name: keep_sms_price
INSERT INTO sms_price (tenant_id, connection_id, country, segment_micros, currency, fetched_at)
VALUES (:tenant_id, :connection_id, :country, :segment_micros, :currency, :fetched_at)
{{upsert tenant_id,connection_id,country}} segment_micros = {{new segment_micros}}, currency = {{new currency}},
  fetched_at = {{new fetched_at}}

-- name: due_contents
-- global: one sweep for all tenants
SELECT tenant_id, id, content_until FROM message WHERE content_until <= :now ORDER BY content_until LIMIT :room

-- name: forget_content
UPDATE message SET subject = '', body = '', content_until = NULL
WHERE tenant_id = :tenant_id AND id = :id AND content_until = :content_until
