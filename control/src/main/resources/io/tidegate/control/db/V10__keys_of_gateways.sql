-- Which keys a gateway may show: one, or two while the next waits to be shown for the first time.
create table gateway_certificate (
  key_sha256   text primary key,
  gateway_id   text   not null references gateway (id),
  serial       text   not null,
  -- the key that ends when this one is first shown
  replaces     text,
  issued_at    bigint not null,
  expires_at   bigint not null,
  revoked_at   bigint,
  revoked_why  text
);
create index gateway_certificate_gateway on gateway_certificate (gateway_id);

alter table gateway add column retired_at bigint;
alter table gateway add column retired_by text;
alter table join_token add column revoked_at bigint;
