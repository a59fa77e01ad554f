// The tables of the example. `npx drizzle-kit generate` writes ../../migrations from this file.
import { sql } from 'drizzle-orm';
import {
  bigserial, boolean, check, index, integer, jsonb, pgEnum, pgTable, primaryKey, serial, text, timestamp, uniqueIndex,
  uuid, varchar,
} from 'drizzle-orm/pg-core';

export const memberRole = pgEnum('member_role', ['owner', 'editor', 'viewer']);
export const messageStatus = pgEnum('message_status', ['queued', 'sent', 'delivered', 'failed']);

const createdAt = timestamp('created_at', { withTimezone: true }).notNull().defaultNow();

export const contacts = pgTable('contacts', {
  id: uuid('id').primaryKey().defaultRandom(),
  name: text('name').notNull(),
  phone: varchar('phone', { length: 32 }).notNull().unique(),
  language: varchar('language', { length: 8 }).notNull().default('en'),
  createdAt,
  updatedAt: timestamp('updated_at', { withTimezone: true }).notNull().defaultNow(),
}, (table) => [
  index('contacts_language_name_index').on(table.language, table.name),
]);

export const groups = pgTable('groups', {
  id: serial('id').primaryKey(),
  name: text('name').notNull(),
  description: text('description'),
  createdAt,
}, (table) => [
  uniqueIndex('groups_name_index').on(sql`lower(${table.name})`),
]);

export const groupMembers = pgTable('group_members', {
  groupId: integer('group_id').notNull().references(() => groups.id, { onDelete: 'cascade' }),
  contactId: uuid('contact_id').notNull().references(() => contacts.id, { onDelete: 'cascade' }),
  role: memberRole('role').notNull().default('viewer'),
  createdAt,
}, (table) => [
  primaryKey({ columns: [table.groupId, table.contactId] }),
  index('group_members_contact_index').on(table.contactId),
]);

export const authCredentials = pgTable('auth_credentials', {
  contactId: uuid('contact_id').primaryKey().references(() => contacts.id, { onDelete: 'cascade' }),
  login: text('login').notNull().unique(),
  passwordHash: text('password_hash').notNull(),
  disabled: boolean('disabled').notNull().default(false),
  createdAt,
}, (table) => [
  check('auth_credentials_login_check', sql`${table.login} = lower(${table.login})`),
]);

export const messageLogs = pgTable('message_logs', {
  id: bigserial('id', { mode: 'number' }).primaryKey(),
  contactId: uuid('contact_id').references(() => contacts.id, { onDelete: 'set null' }),
  groupId: integer('group_id').references(() => groups.id, { onDelete: 'set null' }),
  body: text('body').notNull(),
  status: messageStatus('status').notNull().default('queued'),
  details: jsonb('details').notNull().default({}),
  createdAt,
}, (table) => [
  index('message_logs_contact_index').on(table.contactId, table.createdAt.desc()),
  index('message_logs_queued_index').on(table.createdAt).where(sql`${table.status} = 'queued'`),
]);
