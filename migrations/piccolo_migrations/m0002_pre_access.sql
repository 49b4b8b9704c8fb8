-- Who sees what. The roles exist before the migrations run (connector/store/migrate.py makes them).
-- Statements end with a semicolon and an empty line; each is one call.

GRANT USAGE ON SCHEMA public TO ponte_tenant, ponte_system;

-- The directory, and which migrations ran: the system role alone.
GRANT SELECT, INSERT, UPDATE, DELETE ON
    person, membership, session, signin_attempt, api_key, account_route, portal_route, unclaimed, quarantined
TO ponte_system;

GRANT SELECT ON migration TO ponte_system;

GRANT SELECT, INSERT, UPDATE, DELETE ON
    tenant, account, portal, toggle, preference, mapping, licence, usage, lease, inbox, link, link_count,
    event, sync, api_call, event_minute, event_hour, call_minute, call_hour
TO ponte_tenant, ponte_system;

-- Nobody rewrites the audit log in a tenant's name.
GRANT SELECT, INSERT ON audit TO ponte_tenant;

GRANT SELECT, INSERT, DELETE ON audit TO ponte_system;

-- A transaction that set ponte.tenant leaves '' behind on its connection, hence nullif.
DO $do$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY[
        'tenant', 'account', 'portal', 'toggle', 'preference', 'mapping', 'licence', 'usage', 'audit', 'lease',
        'inbox', 'link', 'link_count', 'event', 'sync', 'api_call',
        'event_minute', 'event_hour', 'call_minute', 'call_hour'
    ] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', name);
        EXECUTE format(
            'CREATE POLICY own_rows ON %I TO ponte_tenant USING '
            '(tenant_id = nullif(current_setting(''ponte.tenant'', true), '''')::uuid)', name);
        EXECUTE format('CREATE POLICY all_rows ON %I TO ponte_system USING (true)', name);
    END LOOP;
END $do$;
