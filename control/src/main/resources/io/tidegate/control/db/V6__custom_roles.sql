-- Roles that projects made for themselves, beside MongoDB's built-in ones.
create table custom_role (
  id          text   primary key,
  project_id  text   not null references project (id),
  name        text   not null,
  description text   not null,
  privileges  text   not null,
  inherits    text   not null,
  version     bigint not null,
  created_at  bigint not null,
  updated_at  bigint not null,
  unique (project_id, name)
);
