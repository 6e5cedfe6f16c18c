-- name: insert_template
INSERT INTO template (tenant_id, id, name, channel, kind, locale, subject, body_html, body_text, default_slot, version,
  created_at, updated_at)
VALUES (:tenant_id, :id, :name, :channel, :kind, :locale, :subject, :body_html, :body_text, :default_slot, :version,
  :created_at, :updated_at)

-- name: find_template
SELECT tenant_id, id, name, channel, kind, locale, subject, body_html, body_text, default_slot, version, created_at,
  updated_at
FROM template WHERE tenant_id = :tenant_id AND id = :id

-- name: lock_template
SELECT tenant_id, id, name, channel, kind, locale, subject, body_html, body_text, default_slot, version, created_at,
  updated_at
FROM template WHERE tenant_id = :tenant_id AND id = :id {{for_update}}

-- name: list_templates
SELECT tenant_id, id, name, channel, kind, locale, subject, body_html, body_text, default_slot, version, created_at,
  updated_at
FROM template WHERE tenant_id = :tenant_id AND id < :cursor
  AND (:channel IS NULL OR channel = :channel)
  AND (:kind IS NULL OR kind = :kind)
  AND (:locale IS NULL OR locale = :locale)
ORDER BY id DESC LIMIT :limit

-- name: update_template
UPDATE template SET name = :name, locale = :locale, subject = :subject, body_html = :body_html, body_text = :body_text,
  default_slot = :default_slot, version = version + 1, updated_at = :updated_at
WHERE tenant_id = :tenant_id AND id = :id AND version = :version

-- name: clear_default
-- The slot's holder gives it up; a changed row like any other.
UPDATE template SET default_slot = NULL, version = version + 1, updated_at = :updated_at
WHERE tenant_id = :tenant_id AND default_slot = :default_slot AND id <> :id

-- name: delete_template
DELETE FROM template WHERE tenant_id = :tenant_id AND id = :id
