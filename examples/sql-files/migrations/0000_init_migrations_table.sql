-- What is applied. entrypoint would make this table itself; projects that began without it have it here.
CREATE TABLE IF NOT EXISTS schema_migrations (
    filename text PRIMARY KEY,
    applied_at timestamptz NOT NULL DEFAULT now()
);
