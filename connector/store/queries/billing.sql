-- Stripe's customers and events: tables of the directory, for the system role.

-- name: customer
SELECT customer_id, tenant_id, session_id FROM stripe_customer WHERE customer_id = $1;

-- name: customer_of
SELECT customer_id, tenant_id, session_id FROM stripe_customer WHERE tenant_id = $1;

-- name: add_customer
-- Two that make one at the same moment are given the same by Stripe, for they send the same key.
INSERT INTO stripe_customer (customer_id, tenant_id, compared_at, created_at) VALUES ($1, $2, $3, $4)
ON CONFLICT (tenant_id) DO UPDATE SET customer_id = excluded.customer_id, session_id = NULL, asked_at = NULL;

-- name: opened
UPDATE stripe_customer SET session_id = $2 WHERE customer_id = $1;

-- name: answered
-- An answer to an older question than the one that is stored already is not taken.
UPDATE stripe_customer SET asked_at = $2, compared_at = greatest(compared_at, $3)
WHERE customer_id = $1 AND (asked_at IS NULL OR asked_at <= $2)
RETURNING tenant_id;

-- name: unanswered
-- Stripe did not answer: the others have their turn first.
UPDATE stripe_customer SET compared_at = $2 WHERE customer_id = $1;

-- name: to_compare
SELECT customer_id, tenant_id, session_id FROM stripe_customer WHERE compared_at <= $1 ORDER BY compared_at LIMIT $2;

-- name: leaving
-- Who leaves and would still be asked for money.
SELECT s.customer_id, s.id FROM erasure e JOIN subscription s ON s.tenant_id = e.tenant_id
WHERE e.erased_at IS NULL AND s.status IN ('trialing', 'active', 'past_due', 'unpaid', 'paused')
  AND s.cancel_at IS NULL
LIMIT $1;

-- name: put
INSERT INTO stripe_event (id, type, customer_id, received_at, due_at, body) VALUES ($1, $2, $3, $4, $4, $5)
ON CONFLICT DO NOTHING;

-- name: claim
-- The next try is fixed before this one begins: a worker that dies leaves the event to another.
UPDATE stripe_event SET attempts = attempts + 1,
    due_at = $1::timestamptz + interval '30 seconds' * (2 ^ least(attempts, 7))
WHERE id IN (SELECT id FROM stripe_event WHERE due_at <= $1 ORDER BY due_at LIMIT $2 FOR UPDATE SKIP LOCKED)
RETURNING id, type, customer_id, received_at, attempts, body;

-- name: settle
UPDATE stripe_event SET due_at = NULL, body = NULL, outcome = $2, tenant_id = $3 WHERE id = ANY($1::text[]);

-- name: sweep
DELETE FROM stripe_event WHERE received_at < $1 AND due_at IS NULL;
