-- What there was to name when a mapping was saved.
-- Statements end with a semicolon and an empty line; each is one call.

-- Fields, their titles and values on both sides, as the person who saved saw them: what appeared, was renamed or
-- went away since then shows as a badge. Null for versions that were saved before, or while a side was away.
ALTER TABLE mapping ADD COLUMN seen json;
