-- report_queue is made by a file that comes later in the alphabet.
CREATE TABLE report_recipients (
    report_id integer NOT NULL REFERENCES report_queue (id),
    contact_id integer NOT NULL REFERENCES contacts (id)
);
