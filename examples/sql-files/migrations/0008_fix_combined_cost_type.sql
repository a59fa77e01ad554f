ALTER TABLE usage ALTER COLUMN combined_cost TYPE numeric(12, 6);
