-- From which addresses a project's applications are let in.
create table access_list_entry (
  id           text primary key,
  project_id   text   not null references project (id),
  -- the range in its one spelling, so that no range is there twice
  range_key    text   not null,
  -- the range as somebody wrote it
  range_text   text   not null,
  comment      text   not null,
  delete_after bigint,
  created_at   bigint not null,
  unique (project_id, range_key)
);
create index access_list_entry_expiry on access_list_entry (delete_after);

-- Those whom applications sign in as, at gateways and nowhere else. Verifiers are sealed.
create table database_user (
  id            text primary key,
  project_id    text   not null references project (id),
  auth_database text   not null,
  username      text   not null,
  kind          text   not null,
  roles         text   not null,
  scopes        text   not null,
  labels        text   not null,
  description   text   not null,
  verifiers     text,
  delete_after  bigint,
  version       bigint not null,
  created_at    bigint not null,
  updated_at    bigint not null,
  unique (project_id, auth_database, username)
);
create index database_user_expiry on database_user (delete_after);

-- The account that a resource's applications reach it with, and the gateway's port that they
-- connect to. A port stays with its resource.
alter table resource add column gateway_account_id text references account (id);
alter table resource add column direct_port integer;

-- What gateways must hold for database users: one for each user and resource.
create table application_lease (
  id            text primary key,
  session_id    text   not null unique,
  user_id       text   not null,
  username      text   not null,
  project_id    text   not null references project (id),
  resource_id   text   not null references resource (id),
  gateway_id    text   not null references gateway (id),
  status        text   not null,
  -- user and resource until it must go, so that there is one of each at a time
  open_key      text unique,
  revision      bigint not null,
  -- what the revision is made of, hashed; another value makes another revision
  fingerprint   text   not null,
  expires_at    bigint not null,
  trouble       text,
  connections   bigint not null,
  commands      bigint not null,
  refused       bigint not null,
  last_client   text,
  last_seen_at  bigint,
  end_code      text,
  end_reason    text,
  created_at    bigint not null,
  updated_at    bigint not null
);
create index application_lease_status on application_lease (status, gateway_id);
create index application_lease_user on application_lease (user_id);
create index application_lease_resource on application_lease (resource_id, status);

-- A project's own authority for its users' certificates, and what it issued.
create table project_authority (
  project_id  text primary key references project (id),
  certificate text   not null,
  private_key text   not null,
  created_at  bigint not null
);
create table user_certificate (
  id         bigint primary key,
  project_id text   not null references project (id),
  user_id    text   not null,
  username   text   not null,
  subject    text   not null,
  serial     text   not null,
  created_at bigint not null,
  not_after  bigint not null,
  revoked_at bigint
);
create index user_certificate_user on user_certificate (user_id);
create index user_certificate_project on user_certificate (project_id);

-- How a project's users prove who they are by means of the project's own.
create table user_security (
  project_id text primary key references project (id),
  authorities text,
  updated_at bigint not null
);
