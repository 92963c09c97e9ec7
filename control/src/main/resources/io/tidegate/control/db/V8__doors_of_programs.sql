-- Where a program (an API key or a service account) may call from. One without rows may from anywhere.
create table program_address (
  program_id        text   not null,
  cidr              text   not null,
  created_at        bigint not null,
  used_count        bigint not null,
  last_used_at      bigint,
  last_used_address text,
  primary key (program_id, cidr)
);

create table service_account (
  id              text primary key,
  organization_id text   not null references organization (id),
  name            text   not null,
  description     text   not null,
  version         bigint not null,
  created_at      bigint not null
);
create index service_account_organization on service_account (organization_id, created_at);

-- Secrets of service accounts, by their SHA-256; the last characters are kept to tell them apart.
create table service_account_secret (
  id           text primary key,
  account_id   text   not null references service_account (id),
  secret_hash  text   not null,
  ending       text   not null,
  created_at   bigint not null,
  expires_at   bigint not null,
  last_used_at bigint
);
create index service_account_secret_account on service_account_secret (account_id);

-- Access tokens that a secret was traded for; they end with it.
create table program_token (
  secret_hash text primary key,
  account_id  text   not null references service_account (id),
  secret_id   text   not null references service_account_secret (id),
  created_at  bigint not null,
  expires_at  bigint not null
);
create index program_token_account on program_token (account_id);
create index program_token_secret on program_token (secret_id);
create index program_token_expiry on program_token (expires_at);
