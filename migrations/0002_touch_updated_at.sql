-- Custom SQL migration file, put your code below! --
CREATE FUNCTION "public"."touch_updated_at"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF NEW IS DISTINCT FROM OLD THEN
		NEW.updated_at := now(); -- a semicolon; and 'quotes' inside the body
	END IF;
	RETURN NEW;
END;
$$;
--> statement-breakpoint
CREATE TRIGGER "contacts_touch_updated_at" BEFORE UPDATE ON "contacts"
	FOR EACH ROW EXECUTE FUNCTION "public"."touch_updated_at"();
