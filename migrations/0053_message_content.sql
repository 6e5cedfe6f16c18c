-- content_until: when subject and body are forgotten; NULL: they are not there. Messages from before are kept 400 days.
ALTER TABLE message ADD COLUMN content_until BIGINT NULL;
CREATE INDEX message_content ON message (content_until);
UPDATE message SET content_until = created_at + 34560000000000 WHERE body <> '';
