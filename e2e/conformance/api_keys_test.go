package conformance

import (
	"testing"

	"go.mongodb.org/atlas-sdk/v20250312008/admin"
)

func roleNames(key *admin.ApiKeyUserDetails, groupID string) []string {
	var names []string
	for _, role := range key.GetRoles() {
		if role.GetGroupId() == groupID {
			names = append(names, role.GetRoleName())
		}
	}
	return names
}

func makeKey(t *testing.T, s server, client *admin.APIClient, roles ...string) *admin.ApiKeyUserDetails {
	t.Helper()
	key := good[*admin.ApiKeyUserDetails](t)(client.ProgrammaticAPIKeysApi.CreateOrgApiKey(ctx, s.orgID,
		&admin.CreateAtlasOrganizationApiKey{Desc: fresh("key"), Roles: roles}).Execute())
	t.Cleanup(func() { _, _ = client.ProgrammaticAPIKeysApi.DeleteOrgApiKey(ctx, s.orgID, key.GetId()).Execute() })
	return key
}

func TestOrganizationApiKeys(t *testing.T) {
	eachSignIn(t, func(t *testing.T, s server, client *admin.APIClient) {
		api := client.ProgrammaticAPIKeysApi
		made := makeKey(t, s, client, "ORG_OWNER")
		equal(t, "length of the public key", len(made.GetPublicKey()), 8)
		equal(t, "length of the private key", len(made.GetPrivateKey()), 36)

		// It opens, and is who it says.
		status := good[*admin.SystemStatus](t)(
			s.withKey(t, made.GetPublicKey(), made.GetPrivateKey()).RootApi.GetSystemStatus(ctx).Execute())
		equal(t, "who calls", status.ApiKey.GetId(), made.GetId())

		read := good[*admin.ApiKeyUserDetails](t)(api.GetOrgApiKey(ctx, s.orgID, made.GetId()).Execute())
		equal(t, "desc", read.GetDesc(), made.GetDesc())
		if read.PrivateKey != nil {
			t.Error("the private key is shown a second time")
		}

		desc := fresh("renamed")
		changed := good[*admin.ApiKeyUserDetails](t)(api.UpdateOrgApiKey(ctx, s.orgID, made.GetId(),
			&admin.UpdateAtlasOrganizationApiKey{Desc: &desc, Roles: &[]string{"ORG_MEMBER"}}).Execute())
		equal(t, "desc", changed.GetDesc(), desc)
		equal(t, "roles", len(roleNames(changed, "")), 1)
		equal(t, "role", roleNames(changed, "")[0], "ORG_MEMBER")

		done(t)(api.DeleteOrgApiKey(ctx, s.orgID, made.GetId()).Execute())
		_, _, err := api.GetOrgApiKey(ctx, s.orgID, made.GetId()).Execute()
		refused(t, err, 404, "API_KEY_NOT_FOUND")
		_, _, err = s.withKey(t, made.GetPublicKey(), made.GetPrivateKey()).RootApi.GetSystemStatus(ctx).Execute()
		refused(t, err, 401, "UNAUTHORIZED")
	})
}

func TestOrganizationApiKeysAreListedByPage(t *testing.T) {
	eachSignIn(t, func(t *testing.T, s server, client *admin.APIClient) {
		api := client.ProgrammaticAPIKeysApi
		wanted := map[string]bool{}
		for range 3 {
			wanted[makeKey(t, s, client, "ORG_MEMBER").GetId()] = true
		}
		total := 0
		for page := 1; ; page++ {
			list := good[*admin.PaginatedApiApiUser](t)(
				api.ListOrgApiKeys(ctx, s.orgID).PageNum(page).ItemsPerPage(2).IncludeCount(true).Execute())
			if len(list.GetResults()) > 2 {
				t.Fatalf("%d on a page of 2", len(list.GetResults()))
			}
			total += len(list.GetResults())
			for _, key := range list.GetResults() {
				delete(wanted, key.GetId())
			}
			if total >= list.GetTotalCount() || len(list.GetResults()) == 0 {
				equal(t, "totalCount", list.GetTotalCount(), total)
				break
			}
		}
		if len(wanted) > 0 {
			t.Errorf("on no page: %v", wanted)
		}
	})
}

func TestOrganizationApiKeysRefuse(t *testing.T) {
	eachSignIn(t, func(t *testing.T, s server, client *admin.APIClient) {
		api := client.ProgrammaticAPIKeysApi
		_, _, err := api.CreateOrgApiKey(ctx, s.orgID,
			&admin.CreateAtlasOrganizationApiKey{Desc: "", Roles: []string{"ORG_OWNER"}}).Execute()
		refused(t, err, 400, "VALIDATION_ERROR")
		_, _, err = api.CreateOrgApiKey(ctx, s.orgID,
			&admin.CreateAtlasOrganizationApiKey{Desc: "x", Roles: []string{"ORG_KING"}}).Execute()
		problem := refused(t, err, 400, "VALIDATION_ERROR")
		if fields := problem.BadRequestDetail.GetFields(); len(fields) != 1 || fields[0].GetField() != "roles" {
			t.Errorf("the wrong field is not named: %+v", fields)
		}
		_, _, err = api.ListOrgApiKeys(ctx, unknownID).Execute()
		refused(t, err, 404, "ORG_NOT_FOUND")
		_, _, err = api.UpdateOrgApiKey(ctx, s.orgID, unknownID, &admin.UpdateAtlasOrganizationApiKey{}).Execute()
		refused(t, err, 404, "API_KEY_NOT_FOUND")
		_, err = api.DeleteOrgApiKey(ctx, s.orgID, unknownID).Execute()
		refused(t, err, 404, "API_KEY_NOT_FOUND")

		member := makeKey(t, s, client, "ORG_MEMBER")
		_, _, err = s.withKey(t, member.GetPublicKey(), member.GetPrivateKey()).ProgrammaticAPIKeysApi.CreateOrgApiKey(ctx,
			s.orgID, &admin.CreateAtlasOrganizationApiKey{Desc: "x", Roles: []string{"ORG_OWNER"}}).Execute()
		refused(t, err, 403, "USER_UNAUTHORIZED")
	})
}

func TestProjectApiKeys(t *testing.T) {
	eachSignIn(t, func(t *testing.T, s server, client *admin.APIClient) {
		api := client.ProgrammaticAPIKeysApi
		made := good[*admin.ApiKeyUserDetails](t)(api.CreateGroupApiKey(ctx, s.groupID,
			&admin.CreateAtlasProjectApiKey{Desc: fresh("key"), Roles: []string{"GROUP_READ_ONLY"}}).Execute())
		t.Cleanup(func() { _, _ = api.DeleteOrgApiKey(ctx, s.orgID, made.GetId()).Execute() })
		equal(t, "role", roleNames(made, s.groupID)[0], "GROUP_READ_ONLY")

		listed := func() bool {
			list := good[*admin.PaginatedApiApiUser](t)(api.ListGroupApiKeys(ctx, s.groupID).ItemsPerPage(500).Execute())
			for _, key := range list.GetResults() {
				if key.GetId() == made.GetId() {
					return true
				}
			}
			return false
		}
		equal(t, "listed", listed(), true)

		changed := good[*admin.ApiKeyUserDetails](t)(api.UpdateApiKeyRoles(ctx, s.groupID, made.GetId(),
			&admin.UpdateAtlasProjectApiKey{Roles: &[]string{"GROUP_OWNER"}}).Execute())
		equal(t, "role", roleNames(changed, s.groupID)[0], "GROUP_OWNER")

		done(t)(api.RemoveGroupApiKey(ctx, s.groupID, made.GetId()).Execute())
		equal(t, "listed after it was removed", listed(), false)

		// The key itself stays, and can be added again: by its own call, and by the one that changes roles.
		done(t)(api.AddGroupApiKey(ctx, s.groupID, made.GetId(),
			&[]admin.UserAccessRoleAssignment{{Roles: &[]string{"GROUP_READ_ONLY"}}}).Execute())
		equal(t, "listed again", listed(), true)
		done(t)(api.RemoveGroupApiKey(ctx, s.groupID, made.GetId()).Execute())
		good[*admin.ApiKeyUserDetails](t)(api.UpdateApiKeyRoles(ctx, s.groupID, made.GetId(),
			&admin.UpdateAtlasProjectApiKey{Roles: &[]string{"GROUP_READ_ONLY"}}).Execute())
		equal(t, "listed a third time", listed(), true)
	})
}

func TestProjectApiKeysRefuse(t *testing.T) {
	eachSignIn(t, func(t *testing.T, s server, client *admin.APIClient) {
		api := client.ProgrammaticAPIKeysApi
		_, _, err := api.CreateGroupApiKey(ctx, s.groupID,
			&admin.CreateAtlasProjectApiKey{Desc: "x", Roles: []string{}}).Execute()
		refused(t, err, 400, "VALIDATION_ERROR")
		_, _, err = api.ListGroupApiKeys(ctx, unknownID).Execute()
		refused(t, err, 404, "GROUP_NOT_FOUND")
		_, err = api.AddGroupApiKey(ctx, s.groupID, unknownID,
			&[]admin.UserAccessRoleAssignment{{Roles: &[]string{"GROUP_READ_ONLY"}}}).Execute()
		refused(t, err, 404, "API_KEY_NOT_FOUND")
		_, err = api.RemoveGroupApiKey(ctx, s.groupID, unknownID).Execute()
		refused(t, err, 404, "API_KEY_NOT_FOUND")
		_, _, err = api.UpdateApiKeyRoles(ctx, s.groupID, unknownID,
			&admin.UpdateAtlasProjectApiKey{Roles: &[]string{"GROUP_OWNER"}}).Execute()
		refused(t, err, 404, "API_KEY_NOT_FOUND")

		reader := good[*admin.ApiKeyUserDetails](t)(api.CreateGroupApiKey(ctx, s.groupID,
			&admin.CreateAtlasProjectApiKey{Desc: fresh("key"), Roles: []string{"GROUP_READ_ONLY"}}).Execute())
		t.Cleanup(func() { _, _ = api.DeleteOrgApiKey(ctx, s.orgID, reader.GetId()).Execute() })
		_, _, err = s.withKey(t, reader.GetPublicKey(), reader.GetPrivateKey()).ProgrammaticAPIKeysApi.CreateGroupApiKey(ctx,
			s.groupID, &admin.CreateAtlasProjectApiKey{Desc: "x", Roles: []string{"GROUP_OWNER"}}).Execute()
		refused(t, err, 403, "USER_UNAUTHORIZED")
	})
}
