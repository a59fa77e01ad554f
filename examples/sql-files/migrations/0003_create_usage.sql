CREATE TABLE usage (
    id bigserial PRIMARY KEY,
    model_id integer NOT NULL REFERENCES models,
    input_tokens integer NOT NULL DEFAULT 0,
    output_tokens integer NOT NULL DEFAULT 0,
    combined_cost integer
);

CREATE INDEX usage_model ON usage (model_id);
