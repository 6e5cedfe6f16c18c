-- name: list_requests
SELECT
  id, client_id, livemode, amount_minor, currency, description, reference, channels, status, flags,
  link_key_version, metadata, due_at, expires_at, version, created_at, updated_at, paid_at
FROM payment_request WHERE tenant_id = :tenant_id AND livemode = :livemode AND id < :cursor
ORDER BY id DESC LIMIT :limit

-- name: list_requests_by_status
SELECT
  id, client_id, livemode, amount_minor, currency, description, reference, channels, status, flags,
  link_key_version, metadata, due_at, expires_at, version, created_at, updated_at, paid_at
FROM payment_request WHERE tenant_id = :tenant_id AND livemode = :livemode AND status = :status AND id < :cursor
ORDER BY id DESC LIMIT :limit

-- name: list_requests_by_client
SELECT
  id, client_id, livemode, amount_minor, currency, description, reference, channels, status, flags,
  link_key_version, metadata, due_at, expires_at, version, created_at, updated_at, paid_at
FROM payment_request WHERE tenant_id = :tenant_id AND client_id = :client_id AND livemode = :livemode AND id < :cursor
ORDER BY id DESC LIMIT :limit

-- name: list_requests_by_client_and_status
SELECT
  id, client_id, livemode, amount_minor, currency, description, reference, channels, status, flags,
  link_key_version, metadata, due_at, expires_at, version, created_at, updated_at, paid_at
FROM payment_request AS r {{force_index payment_request_client}}
WHERE tenant_id = :tenant_id AND client_id = :client_id AND livemode = :livemode AND status = :status AND id < :cursor
ORDER BY id DESC LIMIT :limit

-- name: request_detail
SELECT
  r.id, r.client_id, r.livemode, r.amount_minor, r.currency, r.description, r.reference, r.channels,
  r.status, r.flags, r.link_key_version, r.metadata, r.due_at, r.expires_at, r.version, r.created_at,
  r.updated_at, r.paid_at,
  c.name AS client_name, c.email AS client_email, c.phone AS client_phone,
  t.id AS t_id, t.provider AS t_provider, t.provider_ref AS t_provider_ref, t.payment_intent AS t_payment_intent,
  t.amount_minor AS t_amount_minor, t.currency AS t_currency, t.status AS t_status,
  t.refunded_minor AS t_refunded_minor, t.disputed_minor AS t_disputed_minor, t.fee_micros AS t_fee_micros,
  t.fee_currency AS t_fee_currency, t.quarantine_reason AS t_quarantine_reason, t.state AS t_state,
  t.livemode AS t_livemode, t.created_at AS t_created_at, t.updated_at AS t_updated_at, t.paid_at AS t_paid_at
FROM payment_request AS r JOIN client AS c ON c.tenant_id = r.tenant_id AND c.id = r.client_id
LEFT JOIN payment_transaction AS t ON t.tenant_id = r.tenant_id AND t.request_id = r.id
WHERE r.tenant_id = :tenant_id AND r.id = :id

-- name: request_details
-- global: each of the eight requests is asked for under its own tenant.
SELECT
  r.tenant_id, r.id, r.client_id, r.livemode, r.amount_minor, r.currency, r.description, r.reference, r.channels,
  r.status, r.flags, r.link_key_version, r.metadata, r.due_at, r.expires_at, r.version, r.created_at,
  r.updated_at, r.paid_at,
  c.name AS client_name, c.email AS client_email, c.phone AS client_phone,
  t.id AS t_id, t.provider AS t_provider, t.provider_ref AS t_provider_ref, t.payment_intent AS t_payment_intent,
  t.amount_minor AS t_amount_minor, t.currency AS t_currency, t.status AS t_status,
  t.refunded_minor AS t_refunded_minor, t.disputed_minor AS t_disputed_minor, t.fee_micros AS t_fee_micros,
  t.fee_currency AS t_fee_currency, t.quarantine_reason AS t_quarantine_reason, t.state AS t_state,
  t.livemode AS t_livemode, t.created_at AS t_created_at, t.updated_at AS t_updated_at, t.paid_at AS t_paid_at
FROM payment_request AS r {{force_primary}}
JOIN client AS c ON c.tenant_id = r.tenant_id AND c.id = r.client_id
LEFT JOIN payment_transaction AS t {{force_index payment_transaction_request}}
  ON t.tenant_id = r.tenant_id AND t.request_id = r.id
WHERE {{any_of_eight (r.tenant_id = :tenant_# AND r.id = :id_#)}}

-- name: list_transactions
SELECT
  id, request_id, provider, provider_ref, payment_intent, amount_minor, currency, status, refunded_minor,
  disputed_minor, fee_micros, fee_currency, quarantine_reason, state, livemode, created_at, updated_at,
  paid_at
FROM payment_transaction WHERE tenant_id = :tenant_id AND livemode = :livemode AND id < :cursor
ORDER BY id DESC LIMIT :limit

-- name: list_transactions_by_status
SELECT
  id, request_id, provider, provider_ref, payment_intent, amount_minor, currency, status, refunded_minor,
  disputed_minor, fee_micros, fee_currency, quarantine_reason, state, livemode, created_at, updated_at,
  paid_at
FROM payment_transaction
WHERE tenant_id = :tenant_id AND livemode = :livemode AND status = :status AND id < :cursor
ORDER BY id DESC LIMIT :limit

-- name: list_transactions_by_request
SELECT
  id, request_id, provider, provider_ref, payment_intent, amount_minor, currency, status, refunded_minor,
  disputed_minor, fee_micros, fee_currency, quarantine_reason, state, livemode, created_at, updated_at,
  paid_at
FROM payment_transaction
WHERE tenant_id = :tenant_id AND request_id = :request_id AND livemode = :livemode AND id < :cursor
ORDER BY id DESC LIMIT :limit

-- name: find_transaction
SELECT
  id, request_id, provider, provider_ref, payment_intent, amount_minor, currency, status, refunded_minor,
  disputed_minor, fee_micros, fee_currency, quarantine_reason, state, livemode, created_at, updated_at,
  paid_at
FROM payment_transaction WHERE tenant_id = :tenant_id AND id = :id

-- name: list_refunds_of_transaction
SELECT
  id, transaction_id, request_id, provider_ref, amount_minor, currency, reason, status, failure, livemode,
  created_at, updated_at
FROM refund WHERE tenant_id = :tenant_id AND transaction_id = :transaction_id AND id < :cursor
ORDER BY id DESC LIMIT :limit

-- name: list_disputes
SELECT
  id, transaction_id, request_id, provider_ref, amount_minor, currency, reason, status, livemode,
  created_at, updated_at
FROM dispute WHERE tenant_id = :tenant_id AND livemode = :livemode AND id < :cursor
ORDER BY id DESC LIMIT :limit

-- name: list_disputes_by_transaction
SELECT
  id, transaction_id, request_id, provider_ref, amount_minor, currency, reason, status, livemode,
  created_at, updated_at
FROM dispute WHERE tenant_id = :tenant_id AND transaction_id = :transaction_id AND livemode = :livemode AND id < :cursor
ORDER BY id DESC LIMIT :limit

-- name: list_messages
SELECT
  id, request_id, client_id, channel, kind, template_id, status, reason, error_code, to_address, subject,
  segments, fee_micros, fee_currency, provider_ref, livemode, created_at, updated_at, sent_at, delivered_at
FROM message WHERE tenant_id = :tenant_id AND livemode = :livemode AND id < :cursor
ORDER BY id DESC LIMIT :limit

-- name: list_messages_by_status
SELECT
  id, request_id, client_id, channel, kind, template_id, status, reason, error_code, to_address, subject,
  segments, fee_micros, fee_currency, provider_ref, livemode, created_at, updated_at, sent_at, delivered_at
FROM message WHERE tenant_id = :tenant_id AND livemode = :livemode AND status = :status AND id < :cursor
ORDER BY id DESC LIMIT :limit

-- name: list_messages_by_request
SELECT
  id, request_id, client_id, channel, kind, template_id, status, reason, error_code, to_address, subject,
  segments, fee_micros, fee_currency, provider_ref, livemode, created_at, updated_at, sent_at, delivered_at
FROM message WHERE tenant_id = :tenant_id AND request_id = :request_id AND livemode = :livemode AND id < :cursor
ORDER BY id DESC LIMIT :limit

-- name: find_message
SELECT
  id, request_id, client_id, channel, kind, template_id, status, reason, error_code, to_address, subject,
  segments, fee_micros, fee_currency, provider_ref, livemode, created_at, updated_at, sent_at, delivered_at,
  body
FROM message WHERE tenant_id = :tenant_id AND id = :id

-- name: timeline_messages
SELECT id, channel, kind, status, reason, error_code, fee_micros, fee_currency, created_at, updated_at, attempted_at,
  sent_at, delivered_at
FROM message WHERE tenant_id = :tenant_id AND request_id = :request_id ORDER BY id LIMIT 300

-- name: timeline_openings
SELECT first_opened_at, message_id FROM link
WHERE tenant_id = :tenant_id AND request_id = :request_id AND first_opened_at IS NOT NULL LIMIT 300

-- name: timeline_ledger
SELECT kind, currency, amount_micros, transaction_id, message_id, occurred_at, created_at FROM ledger_entry
WHERE tenant_id = :tenant_id AND request_id = :request_id ORDER BY id LIMIT 500

-- name: timeline_refunds
SELECT r.id, r.transaction_id, r.amount_minor, r.currency, r.status, r.failure, r.created_at, r.updated_at
FROM payment_transaction AS t JOIN refund AS r ON r.tenant_id = t.tenant_id AND r.transaction_id = t.id
WHERE t.tenant_id = :tenant_id AND t.request_id = :request_id LIMIT 200

-- name: timeline_disputes
SELECT d.id, d.transaction_id, d.amount_minor, d.currency, d.status, d.reason, d.created_at, d.updated_at
FROM payment_transaction AS t JOIN dispute AS d ON d.tenant_id = t.tenant_id AND d.transaction_id = t.id
WHERE t.tenant_id = :tenant_id AND t.request_id = :request_id LIMIT 100

-- name: dashboard_rows
-- The folded days and what was not folded yet, in one statement: between two a fold could take place.
SELECT currency, day, 0 AS counted_at,
  draft_count, draft_micros, scheduled_count, scheduled_micros, open_count, open_micros, processing_count,
  processing_micros, paid_count, paid_micros, expired_count, expired_micros, cancelling_count,
  cancelling_micros, cancelled_count, cancelled_micros, charged_micros, provider_fee_micros,
  sms_fee_micros, email_fee_micros, refunded_micros, disputed_micros, adjusted_micros
FROM totals_day WHERE tenant_id = :tenant_id AND livemode = :livemode AND day >= :since_day
UNION ALL
SELECT currency, 0 AS day, counted_at,
  draft_count, draft_micros, scheduled_count, scheduled_micros, open_count, open_micros, processing_count,
  processing_micros, paid_count, paid_micros, expired_count, expired_micros, cancelling_count,
  cancelling_micros, cancelled_count, cancelled_micros, charged_micros, provider_fee_micros,
  sms_fee_micros, email_fee_micros, refunded_micros, disputed_micros, adjusted_micros
FROM totals_delta WHERE tenant_id = :tenant_id AND livemode = :livemode

-- name: totals_version
SELECT version, EXISTS (SELECT 1 FROM totals_delta WHERE tenant_id = :tenant_id AND livemode = :livemode) AS unfolded
FROM totals_version WHERE tenant_id = :tenant_id

-- name: count_requests_flagged
SELECT COUNT(*) AS n FROM (SELECT id FROM payment_request
  WHERE tenant_id = :tenant_id AND livemode = :livemode AND status = 'paid' AND flags >= 1 LIMIT 1000) AS flagged

-- name: page_of_link
-- global: a payer has nothing but the link; the row says whose it is.
SELECT l.tenant_id, l.request_id, l.message_id,
  r.client_id, r.livemode, r.amount_minor, r.currency, r.description, r.reference, r.status, r.flags, r.due_at,
  r.expires_at, r.paid_at, r.version,
  c.locale AS client_locale, c.email AS client_email, c.name AS client_name
FROM link AS l
JOIN payment_request AS r ON r.tenant_id = l.tenant_id AND r.id = l.request_id
JOIN client AS c ON c.tenant_id = r.tenant_id AND c.id = r.client_id
WHERE l.token_hash = :token_hash

-- name: pages_of_links
-- global: a payer has nothing but the link; the row says whose it is.
SELECT l.token_hash, l.tenant_id, l.request_id, l.message_id,
  r.client_id, r.livemode, r.amount_minor, r.currency, r.description, r.reference, r.status, r.flags, r.due_at,
  r.expires_at, r.paid_at, r.version,
  c.locale AS client_locale, c.email AS client_email, c.name AS client_name
FROM link AS l
JOIN payment_request AS r ON r.tenant_id = l.tenant_id AND r.id = l.request_id
JOIN client AS c ON c.tenant_id = r.tenant_id AND c.id = r.client_id
WHERE l.token_hash IN ({{eight :hash_#}})

-- name: message_context
SELECT r.status AS request_status, r.amount_minor, r.currency, r.description, r.reference, r.due_at, r.paid_at,
  c.name AS client_name, c.email AS client_email, c.phone AS client_phone, c.country AS client_country, c.custom_fields, c.locale AS client_locale,
  c.consent_email, c.consent_sms, c.archived_at,
  t.name AS merchant_name, t.sender_name, t.reply_to, t.brand_color, t.logo_asset_id, t.locale AS merchant_locale,
  t.time_zone, t.allowed_countries, t.daily_message_cap
FROM payment_request AS r
JOIN client AS c ON c.tenant_id = r.tenant_id AND c.id = r.client_id
JOIN tenant AS t ON t.id = r.tenant_id
WHERE r.tenant_id = :tenant_id AND r.id = :id

-- name: template_by_id
SELECT id, channel, kind, published_number AS number FROM template
WHERE tenant_id = :tenant_id AND id = :id AND published_number IS NOT NULL

-- name: template_by_slot
SELECT id, channel, kind, published_number AS number FROM template
WHERE tenant_id = :tenant_id AND default_slot = :default_slot AND published_number IS NOT NULL

-- name: template_content
SELECT image_mode, subject, html, text FROM template_version
WHERE tenant_id = :tenant_id AND template_id = :template_id AND number = :number

-- name: recipient_of_client
SELECT c.email, c.phone, c.country, c.locale, t.locale AS merchant_locale, c.archived_at
FROM client AS c JOIN tenant AS t ON t.id = c.tenant_id
WHERE c.tenant_id = :tenant_id AND c.id = :id

-- name: recipient_of_request
SELECT r.client_id, r.livemode, r.channels, r.link_key_version, c.email, c.phone, c.country
FROM payment_request AS r JOIN client AS c ON c.tenant_id = r.tenant_id AND c.id = r.client_id
WHERE r.tenant_id = :tenant_id AND r.id = :id

-- name: count_transactions_in_status
SELECT COUNT(*) AS n FROM (SELECT id FROM payment_transaction
  WHERE tenant_id = :tenant_id AND livemode = :livemode AND status = :status LIMIT 1000) AS counted

-- name: count_messages_in_status
SELECT COUNT(*) AS n FROM (SELECT id FROM message
  WHERE tenant_id = :tenant_id AND livemode = :livemode AND status = :status AND id >= :since_id
  LIMIT 1000) AS counted

-- name: count_overdue
SELECT COUNT(*) AS n FROM (SELECT id FROM payment_request
  WHERE tenant_id = :tenant_id AND livemode = :livemode AND status = 'open' AND due_at < :now LIMIT 1000) AS counted

-- name: logo_of_tenant
SELECT a.id, a.media_type, a.bytes FROM tenant AS t
JOIN asset AS a ON a.tenant_id = t.id AND a.id = t.logo_asset_id
WHERE t.id = :tenant_id

-- name: open_transaction_of_connection
SELECT id FROM payment_transaction
WHERE tenant_id = :tenant_id AND livemode = :livemode AND status IN ('open', 'processing')
  AND connection_id = :connection_id LIMIT 1
