CREATE TABLE models (
    id serial PRIMARY KEY,
    name text NOT NULL UNIQUE
);
