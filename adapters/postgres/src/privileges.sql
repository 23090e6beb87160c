-- Everything beyond reading that the account may do, by itself, through roles it may take, or because everybody may.
-- The kind, what it is, and the object it is about; the latter two in PostgreSQL's own words.
WITH account AS (SELECT oid FROM pg_roles WHERE rolname = session_user),
roles AS (SELECT r.* FROM pg_roles r, account WHERE pg_has_role(account.oid, r.oid, 'MEMBER')),
-- 0 is PUBLIC.
grantees AS (SELECT oid FROM roles UNION ALL SELECT 0::oid),
schemas AS (
    SELECT oid, nspname, nspowner, nspacl FROM pg_namespace
    WHERE nspname <> 'information_schema' AND nspname NOT LIKE 'pg\_%'
),
relations AS (
    SELECT c.oid, c.relkind, c.relowner, c.relacl, n.nspname || '.' || c.relname AS name,
        CASE c.relkind WHEN 'S' THEN 'sequence' WHEN 'v' THEN 'view' WHEN 'm' THEN 'materialized view'
            WHEN 'f' THEN 'foreign table' ELSE 'table' END AS word
    FROM pg_class c JOIN schemas n ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S')
),
-- One row a relation and a right of somebody other than its owner.
rights AS (
    SELECT DISTINCT c.oid, c.name, c.word, x.privilege_type AS grant_of
    FROM relations c, aclexplode(c.relacl) x
    WHERE x.grantee IN (SELECT oid FROM grantees) AND c.relowner NOT IN (SELECT oid FROM roles)
),
writing AS (
    SELECT name, word, string_agg(grant_of, ', ' ORDER BY grant_of) AS list FROM rights
    WHERE grant_of IN ('INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'REFERENCES', 'TRIGGER')
        OR word = 'sequence' AND grant_of = 'USAGE'
    GROUP BY name, word
),
-- PostgreSQL's own have numbers below the first of anybody else's (FirstNormalObjectId): what an extension or a superuser
-- has put among them later is no less theirs. Triggers and the handlers of languages cannot be called.
functions AS (
    SELECT p.oid, p.oid::regprocedure::text AS name, p.prosecdef, e.extname
    FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
    LEFT JOIN pg_depend d ON d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e'
    LEFT JOIN pg_extension e ON e.oid = d.refobjid AND d.refclassid = 'pg_extension'::regclass
    WHERE (n.oid IN (SELECT oid FROM schemas) OR n.nspname = 'pg_catalog' AND p.oid >= 16384)
        AND p.prorettype NOT IN ('trigger'::regtype, 'event_trigger'::regtype)
        AND NOT EXISTS (SELECT FROM pg_language l WHERE p.oid IN (l.lanplcallfoid, l.laninline, l.lanvalidator))
        AND EXISTS (SELECT FROM roles r WHERE has_function_privilege(r.oid, p.oid, 'EXECUTE')
            AND has_schema_privilege(r.oid, n.oid, 'USAGE'))
)
SELECT 'superuser' AS kind, 'SUPERUSER' AS what, rolname::text AS object FROM roles WHERE rolsuper
UNION ALL SELECT 'administer', a.word, r.rolname::text FROM roles r, LATERAL (VALUES
    ('BYPASSRLS', r.rolbypassrls), ('CREATEROLE', r.rolcreaterole), ('CREATEDB', r.rolcreatedb),
    ('REPLICATION', r.rolreplication)) AS a (word, has) WHERE a.has
UNION ALL SELECT DISTINCT 'administer', 'ADMIN OPTION on role', r.rolname::text
    FROM pg_auth_members m JOIN pg_roles r ON r.oid = m.roleid
    WHERE m.admin_option AND m.member IN (SELECT oid FROM roles)
-- What may be granted on may be granted to everybody.
UNION ALL SELECT DISTINCT 'administer', x.privilege_type || ' WITH GRANT OPTION on ' || c.word, c.name
    FROM relations c, aclexplode(c.relacl) x WHERE x.is_grantable
        AND x.grantee IN (SELECT oid FROM grantees) AND c.relowner NOT IN (SELECT oid FROM roles)
UNION ALL SELECT DISTINCT 'administer', x.privilege_type || ' WITH GRANT OPTION on columns of ' || c.word, c.name
    FROM relations c JOIN pg_attribute a ON a.attrelid = c.oid, aclexplode(a.attacl) x WHERE x.is_grantable
        AND x.grantee IN (SELECT oid FROM grantees) AND c.relowner NOT IN (SELECT oid FROM roles)
UNION ALL SELECT k.kind, 'member of', r.rolname::text FROM roles r JOIN (VALUES
    ('write', 'pg_write_all_data'), ('outside', 'pg_execute_server_program'), ('outside', 'pg_read_server_files'),
    ('outside', 'pg_write_server_files'), ('outside', 'pg_create_subscription'), ('administer', 'pg_signal_backend'),
    -- Others' statements, with the values in them, can be read with these, and every table with the first.
    ('read all', 'pg_read_all_data'), ('read all', 'pg_monitor'), ('read all', 'pg_read_all_stats'),
    ('read all', 'pg_read_all_settings'), ('read all', 'pg_stat_scan_tables'), ('lock', 'pg_checkpoint'), ('lock', 'pg_maintain')) AS k (kind, name) ON k.name = r.rolname
UNION ALL SELECT 'owner', 'owns database', datname::text FROM pg_database
    WHERE datname = current_database() AND datdba IN (SELECT oid FROM roles)
UNION ALL SELECT 'owner', 'owns schema', nspname::text FROM schemas WHERE nspowner IN (SELECT oid FROM roles)
UNION ALL SELECT 'owner', 'owns ' || word, name FROM relations WHERE relowner IN (SELECT oid FROM roles)
UNION ALL SELECT 'owner', 'owns function', p.oid::regprocedure::text FROM pg_proc p
    WHERE p.proowner IN (SELECT oid FROM roles) AND p.pronamespace IN (SELECT oid FROM schemas)
UNION ALL SELECT 'write', list || ' on ' || word, name FROM writing
UNION ALL SELECT DISTINCT 'write', x.privilege_type || ' on columns of ' || c.word, c.name
    FROM relations c JOIN pg_attribute a ON a.attrelid = c.oid, aclexplode(a.attacl) x
    WHERE x.privilege_type <> 'SELECT' AND x.grantee IN (SELECT oid FROM grantees)
        AND c.relowner NOT IN (SELECT oid FROM roles)
UNION ALL SELECT DISTINCT 'write', 'CREATE on schema', s.nspname::text FROM schemas s, aclexplode(s.nspacl) x
    WHERE x.privilege_type = 'CREATE' AND x.grantee IN (SELECT oid FROM grantees)
        AND s.nspowner NOT IN (SELECT oid FROM roles)
UNION ALL SELECT DISTINCT 'write', x.privilege_type || ' on database', d.datname::text
    FROM pg_database d, aclexplode(coalesce(d.datacl, acldefault('d', d.datdba))) x
    WHERE d.datname = current_database() AND x.privilege_type IN ('CREATE', 'TEMPORARY')
        AND x.grantee IN (SELECT oid FROM grantees) AND d.datdba NOT IN (SELECT oid FROM roles)
UNION ALL SELECT DISTINCT 'lock', 'LOCK on ' || word, name FROM rights
    WHERE grant_of IN ('UPDATE', 'DELETE', 'TRUNCATE', 'MAINTAIN') AND word <> 'sequence'
UNION ALL SELECT 'execute', CASE WHEN prosecdef THEN 'EXECUTE as its owner (SECURITY DEFINER) on function'
    ELSE 'EXECUTE on function' END, name FROM functions WHERE extname IS NULL
UNION ALL SELECT DISTINCT CASE WHEN extname IN ('dblink', 'postgres_fdw', 'file_fdw', 'adminpack', 'http', 'pg_net',
    'aws_s3', 'aws_lambda', 'pg_cron', 'pg_background', 'oracle_fdw',
    'mysql_fdw', 'tds_fdw', 'lo', 'pageinspect') THEN 'outside' ELSE 'execute' END,
    'EXECUTE on functions of extension', extname::text FROM functions WHERE extname IS NOT NULL
-- Those of PostgreSQL's own that are kept from everybody until somebody grants them.
UNION ALL SELECT DISTINCT 'outside', 'EXECUTE on function', p.oid::regprocedure::text FROM pg_proc p, roles r
    WHERE p.pronamespace = 'pg_catalog'::regnamespace AND p.proname IN ('pg_read_file', 'pg_read_binary_file',
        'pg_stat_file', 'pg_ls_dir', 'lo_import', 'lo_export', 'pg_file_write')
        AND has_function_privilege(r.oid, p.oid, 'EXECUTE')
UNION ALL SELECT DISTINCT 'outside', 'SELECT on foreign table', name FROM rights
    WHERE word = 'foreign table' AND grant_of = 'SELECT'
-- Whoever may use a wrapper may describe servers of their own.
UNION ALL SELECT DISTINCT 'outside', 'USAGE on foreign-data wrapper', w.fdwname::text
    FROM pg_foreign_data_wrapper w, roles r WHERE has_foreign_data_wrapper_privilege(r.oid, w.oid, 'USAGE')
UNION ALL SELECT DISTINCT 'outside', 'USAGE on foreign server', s.srvname::text FROM pg_foreign_server s, roles r
    WHERE has_server_privilege(r.oid, s.oid, 'USAGE')
-- Only a superuser may bound the temporary files of a statement, for the account: sorts and hashes fill the disk else.
UNION ALL SELECT 'unbounded', 'temp_file_limit', 'none' WHERE current_setting('temp_file_limit') = '-1'
