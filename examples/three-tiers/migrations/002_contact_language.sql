ALTER TABLE contacts ADD COLUMN language text;

CREATE INDEX contacts_language ON contacts (language);
