-- Subject and bodies live in template_version.
ALTER TABLE template DROP COLUMN subject;
ALTER TABLE template DROP COLUMN body_html;
ALTER TABLE template DROP COLUMN body_text;
