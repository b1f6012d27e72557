-- How many documents of one person came within a day: each new one is counted against a bound.
CREATE INDEX document_of_day ON document (issuer, received_at);
