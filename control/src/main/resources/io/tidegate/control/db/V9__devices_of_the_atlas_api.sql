-- What a device that is signed in by a code is let into: TIDEGATE's own API, or the ATLAS-compatible one.
alter table device_login add column purpose text not null default 'TIDEGATE';

-- Tokens of one sign-in of a device, which replace each other and end together.
alter table access_token add column family text;
create index access_token_family on access_token (family);
