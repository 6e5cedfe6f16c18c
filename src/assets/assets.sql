-- name: insert_image
INSERT INTO image (tenant_id, id, name, alt, media_type, animated, content_sha256, size_bytes, files, version, created_at,
  updated_at, used_at, deleted_at)
VALUES (:tenant_id, :id, :name, :alt, :media_type, :animated, :content_sha256, :size_bytes, :files, :version, :created_at,
  :updated_at, :used_at, :deleted_at)

-- name: find_image
SELECT tenant_id, id, name, alt, media_type, animated, content_sha256, size_bytes, files, version, created_at, updated_at,
  used_at, deleted_at
FROM image WHERE tenant_id = :tenant_id AND id = :id AND deleted_at IS NULL

-- name: lock_image
SELECT tenant_id, id, name, alt, media_type, animated, content_sha256, size_bytes, files, version, created_at, updated_at,
  used_at, deleted_at
FROM image WHERE tenant_id = :tenant_id AND id = :id AND deleted_at IS NULL {{for_update}}

-- name: find_image_by_content
SELECT name FROM image WHERE tenant_id = :tenant_id AND content_sha256 = :content_sha256

-- name: list_images
SELECT tenant_id, id, name, alt, media_type, animated, content_sha256, size_bytes, files, version, created_at, updated_at,
  used_at, deleted_at
FROM image WHERE tenant_id = :tenant_id AND deleted_at IS NULL AND id < :cursor
ORDER BY id DESC LIMIT :limit

-- name: find_images_by_name
SELECT tenant_id, id, name, alt, media_type, animated, content_sha256, size_bytes, files, version, created_at, updated_at,
  used_at, deleted_at
FROM image WHERE tenant_id = :tenant_id AND name IN ({{eight :name_#}})

-- name: update_image
UPDATE image SET name = :name, alt = :alt, content_sha256 = :content_sha256, deleted_at = :deleted_at,
  version = version + 1, updated_at = :updated_at
WHERE tenant_id = :tenant_id AND id = :id AND version = :version

-- name: use_image
-- Not guarded by used_at: of two messages at once both must find that the image is still there.
UPDATE image SET used_at = :used_at WHERE tenant_id = :tenant_id AND id = :id AND deleted_at IS NULL

-- name: delete_image
DELETE FROM image WHERE tenant_id = :tenant_id AND id = :id

-- name: insert_image_file
INSERT INTO image_file (tenant_id, image_id, width, media_type, sha256, bytes)
VALUES (:tenant_id, :image_id, :width, :media_type, :sha256, :bytes)

-- name: find_image_file
SELECT media_type, sha256, bytes FROM image_file
WHERE tenant_id = :tenant_id AND image_id = :image_id AND width = :width

-- name: find_public_image_file
-- global: whoever holds the address of a picture may see it, as every reader of a mail does.
SELECT media_type, sha256, bytes FROM image_file WHERE image_id = :image_id AND width = :width

-- name: delete_image_files
DELETE FROM image_file WHERE tenant_id = :tenant_id AND image_id = :image_id

-- name: add_image_usage
INSERT INTO image_usage (tenant_id, image_count, size_bytes) VALUES (:tenant_id, :image_count, :size_bytes)
{{upsert tenant_id}} image_count = image_usage.image_count + {{new image_count}},
  size_bytes = image_usage.size_bytes + {{new size_bytes}}

-- name: find_image_usage
SELECT tenant_id, image_count, size_bytes FROM image_usage WHERE tenant_id = :tenant_id
