ALTER TABLE usage ALTER COLUMN combined_cost TYPE integer USING round(combined_cost);
