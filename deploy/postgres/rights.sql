-- What the role may do that the portal works as: read and write rows. Tables, triggers and roles are
-- their owner's, who is `prepare` alone. Once, before the first table is made.
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO vx_app;
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO vx_app;
