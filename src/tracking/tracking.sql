-- name: insert_transaction
INSERT INTO payment_transaction (
  tenant_id, id, request_id, connection_id, livemode, provider, provider_ref, payment_intent, amount_minor,
  currency, status, fee_micros, fee_currency, refunded_minor, disputed_minor, quarantine_reason, state,
  verify_at, verify_step, hint_seq, hinted_at, lease_owner, lease_until, lease_fence, version, created_at,
  updated_at, paid_at)
VALUES (
  :tenant_id, :id, :request_id, :connection_id, :livemode, :provider, :provider_ref, :payment_intent,
  :amount_minor, :currency, :status, :fee_micros, :fee_currency, :refunded_minor, :disputed_minor,
  :quarantine_reason, :state, :verify_at, :verify_step, :hint_seq, :hinted_at, '', 0, 0, :version,
  :created_at, :updated_at, :paid_at)

-- name: lock_transaction
SELECT
  tenant_id, id, request_id, connection_id, livemode, provider, provider_ref, payment_intent, amount_minor,
  currency, status, fee_micros, fee_currency, refunded_minor, disputed_minor, quarantine_reason, state,
  verify_at, verify_step, hint_seq, hinted_at, version, created_at, updated_at, paid_at
FROM payment_transaction WHERE tenant_id = :tenant_id AND id = :id {{for_update}}

-- name: save_transaction
-- What a hint has set since the provider was asked stays.
UPDATE payment_transaction SET provider_ref = :provider_ref, payment_intent = :payment_intent, status = :status,
  fee_micros = :fee_micros, fee_currency = :fee_currency, refunded_minor = :refunded_minor,
  disputed_minor = :disputed_minor, quarantine_reason = :quarantine_reason, state = :state,
  verify_at = CASE WHEN hint_seq = :hint_seq THEN :verify_at ELSE verify_at END,
  verify_step = CASE WHEN hint_seq = :hint_seq THEN :verify_step ELSE verify_step END,
  version = version + 1, updated_at = :updated_at, paid_at = :paid_at
WHERE tenant_id = :tenant_id AND id = :id AND version = :version

-- name: schedule_transaction
UPDATE payment_transaction SET verify_at = :verify_at, verify_step = :verify_step
WHERE tenant_id = :tenant_id AND id = :id AND hint_seq = :hint_seq AND version = :version

-- name: postpone_transaction
UPDATE payment_transaction SET verify_at = CASE WHEN hint_seq = :hint_seq THEN :later_at ELSE :soon_at END,
  verify_step = verify_step + 1
WHERE tenant_id = :tenant_id AND id = :id

-- name: hint_transaction
UPDATE payment_transaction SET hint_seq = hint_seq + 1, hinted_at = :now, verify_at = :now, verify_step = 0
WHERE tenant_id = :tenant_id AND id = :id

-- name: hint_by_request
UPDATE payment_transaction SET hint_seq = hint_seq + 1, hinted_at = :now, verify_at = :now, verify_step = 0
WHERE tenant_id = :tenant_id AND request_id = :request_id AND status = 'open'
  AND (hinted_at IS NULL OR hinted_at < :since)

-- name: hint_by_ref
UPDATE payment_transaction SET hint_seq = hint_seq + 1, hinted_at = :now, verify_at = :now, verify_step = 0
WHERE connection_id = :connection_id AND provider_ref = :provider_ref AND tenant_id = :tenant_id

-- name: hint_by_refs
-- global: each of the eight sessions is named with its tenant.
UPDATE payment_transaction {{force_index payment_transaction_ref}}
SET hint_seq = hint_seq + 1, hinted_at = :now, verify_at = :now, verify_step = 0
WHERE {{any_of_eight (connection_id = :connection_# AND provider_ref = :ref_# AND tenant_id = :tenant_#)}}

-- name: hint_by_intent
UPDATE payment_transaction SET hint_seq = hint_seq + 1, hinted_at = :now, verify_at = :now, verify_step = 0
WHERE connection_id = :connection_id AND payment_intent = :payment_intent AND tenant_id = :tenant_id

-- name: due_transactions
-- global: the verifier serves every tenant; each row is then handled under its own tenant.
SELECT
  tenant_id, id, request_id, connection_id, livemode, provider, provider_ref, payment_intent, amount_minor,
  currency, status, fee_micros, fee_currency, refunded_minor, disputed_minor, quarantine_reason, state,
  verify_at, verify_step, hint_seq, hinted_at, version, created_at, updated_at, paid_at
FROM payment_transaction WHERE verify_at <= :now ORDER BY verify_at LIMIT :room {{for_update_skip_locked}}

-- name: lease_transactions
-- global: each of the eight transactions is leased under its own tenant.
UPDATE payment_transaction {{force_primary}} SET verify_at = :until, lease_owner = :owner, lease_until = :until,
  lease_fence = lease_fence + 1
WHERE ({{any_of_eight (tenant_id = :tenant_# AND id = :id_#)}})
  AND verify_at <= :now

-- name: insert_provider_event
INSERT INTO provider_event (connection_id, provider_event_id, tenant_id, livemode, type, session_ref, payment_intent,
  outcome, source, provider_created_at, received_at)
VALUES (:connection_id, :provider_event_id, :tenant_id, :livemode, :type, :session_ref, :payment_intent,
  :outcome, :source, :provider_created_at, :received_at)
{{on_conflict_ignore connection_id,provider_event_id}}

-- name: set_event_outcome
UPDATE provider_event SET outcome = :outcome
WHERE connection_id = :connection_id AND provider_event_id = :provider_event_id AND tenant_id = :tenant_id

-- name: insert_listing
INSERT INTO event_listing (connection_id, tenant_id, listed_until, due_at, lease_owner, lease_until, lease_fence)
VALUES (:connection_id, :tenant_id, :listed_until, :due_at, '', 0, 0)
{{on_conflict_ignore connection_id}}

-- name: due_listings
-- global: the listing worker serves every tenant; each account is then handled under its own tenant.
SELECT tenant_id, connection_id, listed_until FROM event_listing
WHERE due_at <= :now ORDER BY due_at LIMIT :room {{for_update_skip_locked}}

-- name: lease_listing
UPDATE event_listing SET due_at = :until, lease_owner = :owner, lease_until = :until, lease_fence = lease_fence + 1
WHERE connection_id = :connection_id AND tenant_id = :tenant_id AND due_at <= :now

-- name: save_listing
UPDATE event_listing SET listed_until = :listed_until, due_at = :due_at
WHERE connection_id = :connection_id AND tenant_id = :tenant_id

-- name: insert_dispute
INSERT INTO dispute (tenant_id, id, transaction_id, request_id, livemode, provider_ref, amount_minor, currency, status,
  reason, created_at, updated_at)
VALUES (:tenant_id, :id, :transaction_id, :request_id, :livemode, :provider_ref, :amount_minor, :currency, :status,
  :reason, :created_at, :updated_at)

-- name: update_dispute
UPDATE dispute SET amount_minor = :amount_minor, status = :status, reason = :reason, updated_at = :updated_at
WHERE tenant_id = :tenant_id AND provider_ref = :provider_ref

-- name: insert_ledger_entry
INSERT INTO ledger_entry (tenant_id, id, livemode, kind, currency, amount_micros, request_id, transaction_id,
  message_id, source, occurred_at, created_at)
VALUES (:tenant_id, :id, :livemode, :kind, :currency, :amount_micros, :request_id, :transaction_id,
  :message_id, :source, :occurred_at, :created_at)

-- name: insert_delta
INSERT INTO totals_delta (tenant_id, id, livemode, currency, counted_at,
  draft_count, draft_micros, scheduled_count, scheduled_micros, open_count, open_micros, processing_count,
  processing_micros, paid_count, paid_micros, expired_count, expired_micros, cancelling_count,
  cancelling_micros, cancelled_count, cancelled_micros, charged_micros, provider_fee_micros,
  sms_fee_micros, email_fee_micros, refunded_micros, disputed_micros, adjusted_micros)
VALUES (:tenant_id, :id, :livemode, :currency, :counted_at,
  :draft_count, :draft_micros, :scheduled_count, :scheduled_micros, :open_count, :open_micros,
  :processing_count, :processing_micros, :paid_count, :paid_micros, :expired_count, :expired_micros,
  :cancelling_count, :cancelling_micros, :cancelled_count, :cancelled_micros, :charged_micros,
  :provider_fee_micros, :sms_fee_micros, :email_fee_micros, :refunded_micros, :disputed_micros,
  :adjusted_micros)

-- name: next_tenant_with_deltas
-- global: finds which tenants have something to fold; one index seek.
SELECT MIN(tenant_id) AS tenant_id FROM totals_delta WHERE tenant_id > :after

-- name: take_deltas
SELECT id, livemode, currency, counted_at,
  draft_count, draft_micros, scheduled_count, scheduled_micros, open_count, open_micros, processing_count,
  processing_micros, paid_count, paid_micros, expired_count, expired_micros, cancelling_count,
  cancelling_micros, cancelled_count, cancelled_micros, charged_micros, provider_fee_micros,
  sms_fee_micros, email_fee_micros, refunded_micros, disputed_micros, adjusted_micros
FROM totals_delta WHERE tenant_id = :tenant_id ORDER BY id LIMIT 500 {{for_update_skip_locked}}

-- name: delete_deltas
-- Eight at once cost the server little more than one.
DELETE FROM totals_delta WHERE tenant_id = :tenant_id AND id IN ({{eight :id_#}})

-- name: add_to_quarter
INSERT INTO totals_quarter (tenant_id, livemode, currency, bucket_at,
  draft_count, draft_micros, scheduled_count, scheduled_micros, open_count, open_micros, processing_count,
  processing_micros, paid_count, paid_micros, expired_count, expired_micros, cancelling_count,
  cancelling_micros, cancelled_count, cancelled_micros, charged_micros, provider_fee_micros,
  sms_fee_micros, email_fee_micros, refunded_micros, disputed_micros, adjusted_micros)
VALUES (:tenant_id, :livemode, :currency, :bucket_at,
  :draft_count, :draft_micros, :scheduled_count, :scheduled_micros, :open_count, :open_micros,
  :processing_count, :processing_micros, :paid_count, :paid_micros, :expired_count, :expired_micros,
  :cancelling_count, :cancelling_micros, :cancelled_count, :cancelled_micros, :charged_micros,
  :provider_fee_micros, :sms_fee_micros, :email_fee_micros, :refunded_micros, :disputed_micros,
  :adjusted_micros)
{{upsert tenant_id,livemode,currency,bucket_at}}
  draft_count = totals_quarter.draft_count + {{new draft_count}},
  draft_micros = totals_quarter.draft_micros + {{new draft_micros}},
  scheduled_count = totals_quarter.scheduled_count + {{new scheduled_count}},
  scheduled_micros = totals_quarter.scheduled_micros + {{new scheduled_micros}},
  open_count = totals_quarter.open_count + {{new open_count}},
  open_micros = totals_quarter.open_micros + {{new open_micros}},
  processing_count = totals_quarter.processing_count + {{new processing_count}},
  processing_micros = totals_quarter.processing_micros + {{new processing_micros}},
  paid_count = totals_quarter.paid_count + {{new paid_count}},
  paid_micros = totals_quarter.paid_micros + {{new paid_micros}},
  expired_count = totals_quarter.expired_count + {{new expired_count}},
  expired_micros = totals_quarter.expired_micros + {{new expired_micros}},
  cancelling_count = totals_quarter.cancelling_count + {{new cancelling_count}},
  cancelling_micros = totals_quarter.cancelling_micros + {{new cancelling_micros}},
  cancelled_count = totals_quarter.cancelled_count + {{new cancelled_count}},
  cancelled_micros = totals_quarter.cancelled_micros + {{new cancelled_micros}},
  charged_micros = totals_quarter.charged_micros + {{new charged_micros}},
  provider_fee_micros = totals_quarter.provider_fee_micros + {{new provider_fee_micros}},
  sms_fee_micros = totals_quarter.sms_fee_micros + {{new sms_fee_micros}},
  email_fee_micros = totals_quarter.email_fee_micros + {{new email_fee_micros}},
  refunded_micros = totals_quarter.refunded_micros + {{new refunded_micros}},
  disputed_micros = totals_quarter.disputed_micros + {{new disputed_micros}},
  adjusted_micros = totals_quarter.adjusted_micros + {{new adjusted_micros}}

-- name: add_to_day
INSERT INTO totals_day (tenant_id, livemode, day, currency,
  draft_count, draft_micros, scheduled_count, scheduled_micros, open_count, open_micros, processing_count,
  processing_micros, paid_count, paid_micros, expired_count, expired_micros, cancelling_count,
  cancelling_micros, cancelled_count, cancelled_micros, charged_micros, provider_fee_micros,
  sms_fee_micros, email_fee_micros, refunded_micros, disputed_micros, adjusted_micros)
VALUES (:tenant_id, :livemode, :day, :currency,
  :draft_count, :draft_micros, :scheduled_count, :scheduled_micros, :open_count, :open_micros,
  :processing_count, :processing_micros, :paid_count, :paid_micros, :expired_count, :expired_micros,
  :cancelling_count, :cancelling_micros, :cancelled_count, :cancelled_micros, :charged_micros,
  :provider_fee_micros, :sms_fee_micros, :email_fee_micros, :refunded_micros, :disputed_micros,
  :adjusted_micros)
{{upsert tenant_id,livemode,day,currency}}
  draft_count = totals_day.draft_count + {{new draft_count}},
  draft_micros = totals_day.draft_micros + {{new draft_micros}},
  scheduled_count = totals_day.scheduled_count + {{new scheduled_count}},
  scheduled_micros = totals_day.scheduled_micros + {{new scheduled_micros}},
  open_count = totals_day.open_count + {{new open_count}},
  open_micros = totals_day.open_micros + {{new open_micros}},
  processing_count = totals_day.processing_count + {{new processing_count}},
  processing_micros = totals_day.processing_micros + {{new processing_micros}},
  paid_count = totals_day.paid_count + {{new paid_count}},
  paid_micros = totals_day.paid_micros + {{new paid_micros}},
  expired_count = totals_day.expired_count + {{new expired_count}},
  expired_micros = totals_day.expired_micros + {{new expired_micros}},
  cancelling_count = totals_day.cancelling_count + {{new cancelling_count}},
  cancelling_micros = totals_day.cancelling_micros + {{new cancelling_micros}},
  cancelled_count = totals_day.cancelled_count + {{new cancelled_count}},
  cancelled_micros = totals_day.cancelled_micros + {{new cancelled_micros}},
  charged_micros = totals_day.charged_micros + {{new charged_micros}},
  provider_fee_micros = totals_day.provider_fee_micros + {{new provider_fee_micros}},
  sms_fee_micros = totals_day.sms_fee_micros + {{new sms_fee_micros}},
  email_fee_micros = totals_day.email_fee_micros + {{new email_fee_micros}},
  refunded_micros = totals_day.refunded_micros + {{new refunded_micros}},
  disputed_micros = totals_day.disputed_micros + {{new disputed_micros}},
  adjusted_micros = totals_day.adjusted_micros + {{new adjusted_micros}}

-- name: count_totals_change
INSERT INTO totals_version (tenant_id, version) VALUES (:tenant_id, 1)
{{upsert tenant_id}} version = totals_version.version + 1

-- name: forget_days
DELETE FROM totals_day WHERE tenant_id = :tenant_id

-- name: quarters_of
SELECT livemode, currency, bucket_at,
  draft_count, draft_micros, scheduled_count, scheduled_micros, open_count, open_micros, processing_count,
  processing_micros, paid_count, paid_micros, expired_count, expired_micros, cancelling_count,
  cancelling_micros, cancelled_count, cancelled_micros, charged_micros, provider_fee_micros,
  sms_fee_micros, email_fee_micros, refunded_micros, disputed_micros, adjusted_micros
FROM totals_quarter WHERE tenant_id = :tenant_id
