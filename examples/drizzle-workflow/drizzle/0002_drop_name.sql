ALTER TABLE "posts" ADD COLUMN "published" boolean NOT NULL;--> statement-breakpoint
ALTER TABLE "users" DROP COLUMN "name";