DROP INDEX "contacts_name_index";--> statement-breakpoint
ALTER TABLE "contacts" ADD COLUMN "language" varchar(8) DEFAULT 'en' NOT NULL;--> statement-breakpoint
ALTER TABLE "groups" ADD COLUMN "description" text;--> statement-breakpoint
CREATE INDEX "contacts_language_name_index" ON "contacts" USING btree ("language","name");