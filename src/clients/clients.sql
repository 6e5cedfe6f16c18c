-- name: insert_client
INSERT INTO client (tenant_id, id, name, email, phone, country, locale, time_zone, external_reference, tags,
  custom_fields, consent_email, consent_sms, archived, archived_at, version, created_at, updated_at)
VALUES (:tenant_id, :id, :name, :email, :phone, :country, :locale, :time_zone, :external_reference, :tags,
  :custom_fields, :consent_email, :consent_sms, :archived, :archived_at, :version, :created_at, :updated_at)

-- name: find_client
SELECT tenant_id, id, name, email, phone, country, locale, time_zone, external_reference, tags, custom_fields,
  consent_email, consent_sms, archived, archived_at, version, created_at, updated_at
FROM client WHERE tenant_id = :tenant_id AND id = :id

-- name: lock_client
SELECT tenant_id, id, name, email, phone, country, locale, time_zone, external_reference, tags, custom_fields,
  consent_email, consent_sms, archived, archived_at, version, created_at, updated_at
FROM client WHERE tenant_id = :tenant_id AND id = :id {{for_update}}

-- name: lock_client_by_reference
SELECT tenant_id, id, name, email, phone, country, locale, time_zone, external_reference, tags, custom_fields,
  consent_email, consent_sms, archived, archived_at, version, created_at, updated_at
FROM client WHERE tenant_id = :tenant_id AND external_reference = :external_reference {{for_update}}

-- name: list_clients
SELECT tenant_id, id, name, email, phone, country, locale, time_zone, external_reference, tags, custom_fields,
  consent_email, consent_sms, archived, archived_at, version, created_at, updated_at
FROM client WHERE tenant_id = :tenant_id AND archived = :archived AND id < :cursor ORDER BY id DESC LIMIT :limit

-- name: update_client
UPDATE client SET name = :name, email = :email, phone = :phone, country = :country, locale = :locale,
  time_zone = :time_zone, external_reference = :external_reference, tags = :tags, custom_fields = :custom_fields,
  consent_email = :consent_email, consent_sms = :consent_sms, archived = :archived, archived_at = :archived_at,
  version = version + 1, updated_at = :updated_at
WHERE tenant_id = :tenant_id AND id = :id AND version = :version

-- name: insert_term
INSERT INTO client_term (tenant_id, term, client_id) VALUES (:tenant_id, :term, :client_id)

-- name: delete_terms
DELETE FROM client_term WHERE tenant_id = :tenant_id AND client_id = :client_id

-- name: clients_with_term
-- Terms that begin with a word lie between it and `past`.
SELECT client_id FROM client_term WHERE tenant_id = :tenant_id AND term >= :word AND term < :past LIMIT :limit

-- name: insert_tag
INSERT INTO client_tag (tenant_id, tag, client_id) VALUES (:tenant_id, :tag, :client_id)

-- name: delete_tags
DELETE FROM client_tag WHERE tenant_id = :tenant_id AND client_id = :client_id

-- name: clients_with_tag
SELECT client_id FROM client_tag WHERE tenant_id = :tenant_id AND tag = :tag AND client_id < :cursor
ORDER BY client_id DESC LIMIT :limit
