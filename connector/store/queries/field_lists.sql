-- What rules can name.

-- name: fields
SELECT fields, fields_at FROM portal WHERE tenant_id = $1;
