-- The database of a cluster and its two roles. granary_owner owns the schema and changes it ('granary migrate'); granary_app runs the silos: it reads and writes rows and can neither
-- make, change nor drop a table. Run by a superuser, with psql 14 or newer; it may be run again, and again after 'granary migrate', which takes from granary_app what is only read.
--
--   OWNER_PASSWORD=... APP_PASSWORD=... psql --dbname=postgres --no-psqlrc --file=roles.sql
--
-- The database is called granary; --set=database=NAME names another.
\set ON_ERROR_STOP on
\if :{?database}
\else
    \set database granary
\endif
\set owner_password `echo "$OWNER_PASSWORD"`
\set app_password `echo "$APP_PASSWORD"`
SELECT :'owner_password' = '' OR :'app_password' = '' AS is_missing \gset
\if :is_missing
    \warn 'Give OWNER_PASSWORD and APP_PASSWORD in the environment.'
    SELECT 1 / 0 AS passwords_are_missing;
\endif

SELECT format('CREATE ROLE %I LOGIN', name) FROM unnest(ARRAY['granary_owner', 'granary_app']) AS name
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) \gexec
-- Kept out of the server's log.
SET log_statement = 'none';
SET log_min_error_statement = 'panic';
ALTER ROLE granary_owner PASSWORD :'owner_password';
ALTER ROLE granary_app PASSWORD :'app_password';

SELECT format('CREATE DATABASE %I OWNER granary_owner ENCODING ''UTF8'' TEMPLATE template0', :'database')
WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = :'database') \gexec
REVOKE ALL ON DATABASE :"database" FROM PUBLIC;
GRANT CONNECT ON DATABASE :"database" TO granary_owner, granary_app;

\connect :"database"
ALTER SCHEMA public OWNER TO granary_owner;
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO granary_app;
-- Of what is there, and of what later versions add.
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO granary_app;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO granary_app;
ALTER DEFAULT PRIVILEGES FOR ROLE granary_owner IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO granary_app;
ALTER DEFAULT PRIVILEGES FOR ROLE granary_owner IN SCHEMA public GRANT USAGE ON SEQUENCES TO granary_app;
-- Only read by silos.
SELECT format('REVOKE INSERT, UPDATE, DELETE ON %I FROM granary_app', name) FROM unnest(ARRAY['orleansquery', 'granary_schema_history']) AS name
WHERE to_regclass(name) IS NOT NULL \gexec
