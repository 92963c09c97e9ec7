-- Counts the changes of a resource or an account that its leases are made of; a lease remembers
-- the counts that it was made by.
alter table resource add column terms bigint not null default 1;
alter table account add column terms bigint not null default 1;
alter table lease add column resource_terms bigint not null default 1;
alter table lease add column account_terms bigint not null default 1;
