-- Custom SQL migration file, put your code below! --
INSERT INTO "groups" ("name") VALUES ('Everyone'), ('Überwachung; "Team"'), ('L''équipe');
--> statement-breakpoint
INSERT INTO "contacts" ("id", "name", "phone") VALUES
	('00000000-0000-4000-8000-000000000001', 'Zoë Müller', '+41 44 668 18 00'),
	('00000000-0000-4000-8000-000000000002', '山田 太郎', '+81 3 1234 5678');
--> statement-breakpoint
INSERT INTO "group_members" ("group_id", "contact_id", "role")
	SELECT g."id", c."id", 'owner' FROM "groups" g CROSS JOIN "contacts" c WHERE g."name" = 'Everyone';
