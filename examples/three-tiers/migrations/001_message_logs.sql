CREATE TABLE message_logs (
    id bigserial PRIMARY KEY,
    contact_id integer NOT NULL REFERENCES contacts (id),
    body text NOT NULL,
    sent_at timestamptz
);

CREATE INDEX message_logs_contact ON message_logs (contact_id);
