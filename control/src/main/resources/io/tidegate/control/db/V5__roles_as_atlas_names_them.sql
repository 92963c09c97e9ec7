-- Roles get the names that Atlas clients know, and say which organization they are in. Whoever has
-- no role in the whole organization becomes a member of it.
alter table role_assignment add column organization_id text references organization (id);

update role_assignment set organization_id =
  (select p.organization_id from person p where p.id = role_assignment.person_id);
update role_assignment set role = 'ORG_OWNER' where role = 'ORG_ADMIN';
update role_assignment set role = 'GROUP_OWNER' where role = 'PROJECT_OWNER';
update role_assignment set role = 'GROUP_READ_ONLY' where role = 'MEMBER';
update role_assignment set project_id = null where role = 'VENDOR';

insert into role_assignment (person_id, role, project_id, organization_id)
select p.id, 'ORG_MEMBER', null, p.organization_id from person p
where p.kind = 'USER'
  and not exists
    (select 1 from role_assignment r where r.person_id = p.id and r.project_id is null);

create index role_assignment_organization on role_assignment (organization_id, person_id);

-- The same for programs.
alter table program_role add column organization_id text references organization (id);

update program_role set organization_id =
  (select k.organization_id from api_key k where k.id = program_role.program_id);
update program_role set role = 'ORG_OWNER' where role = 'ORG_ADMIN';
update program_role set role = 'GROUP_OWNER' where role = 'PROJECT_OWNER';
update program_role set role = 'GROUP_READ_ONLY' where role = 'MEMBER';

insert into program_role (program_id, role, project_id, organization_id)
select k.id, 'ORG_MEMBER', null, k.organization_id from api_key k
where not exists
  (select 1 from program_role r where r.program_id = k.id and r.project_id is null);
