-- What rules of a mapping can name.
-- Statements end with a semicolon and an empty line; each is one call.

-- The portal's fields of products, variations, deals, contacts and companies, and when they were read. Bling's
-- are lists of an account (account_list).
ALTER TABLE portal ADD COLUMN fields json;

ALTER TABLE portal ADD COLUMN fields_at timestamptz;
