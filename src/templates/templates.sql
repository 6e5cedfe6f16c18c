-- name: insert_template
INSERT INTO template (tenant_id, id, name, channel, kind, locale, default_slot, published_number, draft_number,
  latest_number, version, created_at, updated_at)
VALUES (:tenant_id, :id, :name, :channel, :kind, :locale, :default_slot, :published_number, :draft_number,
  :latest_number, :version, :created_at, :updated_at)

-- name: find_template
SELECT tenant_id, id, name, channel, kind, locale, default_slot, published_number, draft_number, latest_number, version,
  created_at, updated_at
FROM template WHERE tenant_id = :tenant_id AND id = :id

-- name: lock_template
SELECT tenant_id, id, name, channel, kind, locale, default_slot, published_number, draft_number, latest_number, version,
  created_at, updated_at
FROM template WHERE tenant_id = :tenant_id AND id = :id {{for_update}}

-- name: list_templates
SELECT tenant_id, id, name, channel, kind, locale, default_slot, published_number, draft_number, latest_number, version,
  created_at, updated_at
FROM template WHERE tenant_id = :tenant_id AND id < :cursor
  AND (:channel IS NULL OR channel = :channel)
  AND (:kind IS NULL OR kind = :kind)
  AND (:locale IS NULL OR locale = :locale)
ORDER BY id DESC LIMIT :limit

-- name: update_template
UPDATE template SET name = :name, locale = :locale, default_slot = :default_slot, published_number = :published_number,
  draft_number = :draft_number, latest_number = :latest_number, version = version + 1, updated_at = :updated_at
WHERE tenant_id = :tenant_id AND id = :id AND version = :version

-- name: clear_default
-- The slot's holder gives it up; a changed row like any other.
UPDATE template SET default_slot = NULL, version = version + 1, updated_at = :updated_at
WHERE tenant_id = :tenant_id AND default_slot = :default_slot AND id <> :id

-- name: delete_template
DELETE FROM template WHERE tenant_id = :tenant_id AND id = :id

-- name: insert_version
INSERT INTO template_version (tenant_id, template_id, number, source_kind, image_mode, subject, source, body_text, html,
  text, created_at, updated_at, published_at, published_by)
VALUES (:tenant_id, :template_id, :number, :source_kind, :image_mode, :subject, :source, :body_text, :html, :text, :created_at,
  :updated_at, :published_at, :published_by)

-- name: find_version
SELECT tenant_id, template_id, number, source_kind, image_mode, subject, source, body_text, html, text, created_at,
  updated_at, published_at, published_by
FROM template_version WHERE tenant_id = :tenant_id AND template_id = :template_id AND number = :number

-- name: list_versions
SELECT number, source_kind, subject, created_at, updated_at, published_at, published_by
FROM template_version WHERE tenant_id = :tenant_id AND template_id = :template_id AND number < :cursor
ORDER BY number DESC LIMIT :limit

-- name: update_draft
UPDATE template_version SET source_kind = :source_kind, image_mode = :image_mode, subject = :subject, source = :source,
  body_text = :body_text, html = :html, text = :text, updated_at = :updated_at, published_at = :published_at, published_by = :published_by
WHERE tenant_id = :tenant_id AND template_id = :template_id AND number = :number AND published_at IS NULL

-- name: delete_version
DELETE FROM template_version WHERE tenant_id = :tenant_id AND template_id = :template_id AND number = :number

-- name: delete_versions
DELETE FROM template_version WHERE tenant_id = :tenant_id AND template_id = :template_id
