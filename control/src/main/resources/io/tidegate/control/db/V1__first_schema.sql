-- One schema for SQLite and PostgreSQL: instants are milliseconds since the epoch, durations
-- seconds, truth 0 or 1, lists JSON text, bytes base64.

create table organization (
  id         text primary key,
  name       text   not null unique,
  version    bigint not null,
  created_at bigint not null
);

create table project (
  id              text primary key,
  organization_id text   not null references organization (id),
  name            text   not null,
  display_name    text   not null,
  version         bigint not null,
  created_at      bigint not null,
  unique (organization_id, name)
);

create table person (
  id              text primary key,
  organization_id text    not null references organization (id),
  username        text    not null unique,
  display_name    text    not null,
  kind            text    not null,
  active          integer not null,
  password_hash   text    not null,
  version         bigint  not null,
  created_at      bigint  not null,
  updated_at      bigint  not null
);

create table role_assignment (
  person_id  text not null references person (id),
  role       text not null,
  project_id text references project (id)
);
create index role_assignment_person on role_assignment (person_id);
create index role_assignment_project on role_assignment (project_id, role);

-- Portal cookies and bearer tokens. Only the SHA-256 of a token is here.
create table access_token (
  secret_hash text primary key,
  kind        text   not null,
  person_id   text   not null references person (id),
  client_name text   not null,
  address     text   not null,
  created_at  bigint not null,
  expires_at  bigint not null,
  revoked_at  bigint
);
create index access_token_person on access_token (person_id);
create index access_token_expiry on access_token (expires_at);

create table device_login (
  secret_hash  text primary key,
  user_code    text    not null unique,
  client_name  text    not null,
  address      text    not null,
  status       text    not null,
  person_id    text references person (id),
  interval_s   integer not null,
  created_at   bigint  not null,
  expires_at   bigint  not null,
  last_poll_at bigint
);
create index device_login_expiry on device_login (expires_at);

create table gateway (
  id             text primary key,
  name           text    not null unique,
  embedded       integer not null,
  version        text,
  tunnel_host    text,
  tunnel_port    integer,
  sealing_key    text,
  connected      integer not null,
  last_seen_at   bigint,
  event_epoch    text,
  event_sequence bigint  not null,
  created_at     bigint  not null
);

create table join_token (
  id          text primary key,
  secret_hash text   not null,
  name        text   not null,
  created_by  text   not null,
  created_at  bigint not null,
  expires_at  bigint not null,
  used_at     bigint
);

create table resource (
  id                text primary key,
  project_id        text    not null references project (id),
  name              text    not null,
  description       text    not null,
  connection_string text    not null,
  auth_database     text    not null,
  tls_enabled       integer not null,
  tls_verify        integer not null,
  tls_ca_pem        text,
  gateway_name      text,
  version           bigint  not null,
  created_at        bigint  not null,
  updated_at        bigint  not null,
  deleted_at        bigint,
  live_name         text unique
);
create index resource_project on resource (project_id, name);

create table account (
  id          text primary key,
  resource_id text    not null references resource (id),
  name        text    not null,
  description text    not null,
  credential  text    not null,
  roles       text    not null,
  require_mfa integer not null,
  version     bigint  not null,
  created_at  bigint  not null,
  updated_at  bigint  not null,
  deleted_at  bigint,
  live_name   text unique
);
create index account_resource on account (resource_id, name);

create table access_flow (
  id                 text primary key,
  account_id         text    not null references account (id),
  approval           text    not null,
  requesters         text    not null,
  approvers          text    not null,
  default_duration_s bigint  not null,
  max_duration_s     bigint  not null,
  reason_required    integer not null,
  version            bigint  not null,
  created_at         bigint  not null,
  updated_at         bigint  not null,
  deleted_at         bigint,
  live_account_id    text unique
);

create table access_request (
  id              text primary key,
  project_id      text   not null references project (id),
  resource_id     text   not null references resource (id),
  account_id      text   not null references account (id),
  requester_id    text   not null references person (id),
  flow_id         text   not null references access_flow (id),
  flow_version    bigint not null,
  approval        text   not null,
  duration_s      bigint not null,
  reason          text   not null,
  status          text   not null,
  expires_at      bigint not null,
  closed_by       text,
  closed_reason   text,
  closed_at       bigint,
  -- requester and account while it waits for a decision, so that one can wait only once
  open_key        text unique,
  version         bigint not null,
  created_at      bigint not null,
  updated_at      bigint not null
);
create index access_request_requester on access_request (requester_id, id);
create index access_request_project on access_request (project_id, status, id);
create index access_request_expiry on access_request (status, expires_at);

create table approval (
  id          text primary key,
  request_id  text    not null unique references access_request (id),
  approver_id text    not null references person (id),
  approved    integer not null,
  reason      text    not null,
  created_at  bigint  not null
);

create table access_grant (
  id          text primary key,
  request_id  text   not null unique references access_request (id),
  grantee_id  text   not null references person (id),
  project_id  text   not null references project (id),
  resource_id text   not null references resource (id),
  account_id  text   not null references account (id),
  status      text   not null,
  starts_at   bigint not null,
  expires_at  bigint not null,
  end_reason  text,
  ended_by    text,
  end_note    text,
  ended_at    bigint,
  version     bigint not null
);
create index access_grant_grantee on access_grant (grantee_id, id);
create index access_grant_project on access_grant (project_id, id);
create index access_grant_expiry on access_grant (status, expires_at);

create table gate_session (
  id                 text primary key,
  grant_id           text   not null references access_grant (id),
  person_id          text   not null references person (id),
  project_id         text   not null references project (id),
  resource_id        text   not null references resource (id),
  account_id         text   not null references account (id),
  gateway_id         text   not null references gateway (id),
  status             text   not null,
  client_name        text   not null,
  driver             text,
  advertised_address text   not null,
  live_connections   bigint not null,
  connections        bigint not null,
  commands           bigint not null,
  refused            bigint not null,
  bytes_in           bigint not null,
  bytes_out          bigint not null,
  started_at         bigint not null,
  active_at          bigint,
  expires_at         bigint not null,
  end_reason         text,
  ended_by           text,
  end_note           text,
  ended_at           bigint,
  version            bigint not null
);
create index gate_session_grant on gate_session (grant_id);
create index gate_session_person on gate_session (person_id, id);
create index gate_session_project on gate_session (project_id, id);
create index gate_session_status on gate_session (status, id);

-- What a gateway must hold, as the parts of a lease: it is put together and sealed anew for each
-- push, because a gateway has a new key after each start.
create table lease (
  id         text primary key,
  session_id text   not null unique references gate_session (id),
  gateway_id text   not null references gateway (id),
  status     text   not null,
  key_sha256 text   not null,
  local_auth text,
  revision   bigint not null,
  expires_at bigint not null,
  created_at bigint not null,
  updated_at bigint not null
);
create index lease_gateway on lease (gateway_id, status);

create table audit_event (
  seq         bigint primary key,
  at          bigint not null,
  actor_id    text   not null,
  actor_name  text   not null,
  source      text   not null,
  action      text   not null,
  target_type text   not null,
  target_id   text   not null,
  target_name text   not null,
  outcome     text   not null,
  detail      text   not null
);

-- One row: the last number given out, and how far the ledger is known to have it.
create table audit_head (
  id             integer primary key,
  seq            bigint not null,
  appended_seq   bigint not null,
  appended_index bigint not null
);
insert into audit_head (id, seq, appended_seq, appended_index) values (1, 0, 0, -1);

create table idempotency_key (
  person_id    text   not null references person (id),
  name         text   not null,
  fingerprint  text   not null,
  status       integer,
  location     text,
  body         text,
  created_at   bigint not null,
  primary key (person_id, name)
);
create index idempotency_key_age on idempotency_key (created_at);
