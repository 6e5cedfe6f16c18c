-- published_number: the version that is sent, NULL before the first; draft_number: the one being written, NULL for none; latest_number:
-- the highest that was given.
ALTER TABLE template ADD COLUMN published_number BIGINT NULL;
ALTER TABLE template ADD COLUMN draft_number BIGINT NULL;
ALTER TABLE template ADD COLUMN latest_number BIGINT NOT NULL DEFAULT 0;
