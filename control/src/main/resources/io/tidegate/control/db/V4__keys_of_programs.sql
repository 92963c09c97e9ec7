-- API keys. The two HA1 of RFC 7616, from which digest answers are checked, are sealed.
create table api_key (
  id              text primary key,
  organization_id text   not null references organization (id),
  public_key      text   not null unique,
  description     text   not null,
  digest_secrets  text   not null,
  version         bigint not null,
  created_at      bigint not null
);
create index api_key_organization on api_key (organization_id, created_at);

-- Roles of API keys, as role_assignment has those of people.
create table program_role (
  program_id text not null,
  role       text not null,
  project_id text references project (id)
);
create index program_role_program on program_role (program_id);
create index program_role_project on program_role (project_id);
