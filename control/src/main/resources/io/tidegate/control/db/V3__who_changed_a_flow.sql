-- The person who changed a flow last: it does not grant to them by itself.
alter table access_flow add column changed_by text not null default '';
