-- What a template said becomes its published version, under the number that its messages recorded. The old columns leave one release
-- later, when nothing reads them any more.
INSERT INTO template_version (tenant_id, template_id, number, source_kind, image_mode, subject, source, body_text, html, text, created_at,
  updated_at, published_at, published_by)
SELECT t.tenant_id, t.id, t.version, CASE WHEN body_html IS NULL THEN 'text' ELSE 'html' END, 'linked', subject,
  COALESCE(body_html, body_text, ''),
  CASE WHEN body_html IS NULL THEN NULL ELSE body_text END, body_html, COALESCE(body_text, ''), created_at, updated_at, updated_at, NULL
FROM template AS t
WHERE NOT EXISTS (SELECT 1 FROM template_version AS v WHERE v.tenant_id = t.tenant_id AND v.template_id = t.id);
UPDATE template SET published_number = version, latest_number = version WHERE latest_number = 0;
