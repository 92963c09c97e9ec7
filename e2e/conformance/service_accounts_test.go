package conformance

import (
	"testing"
	"time"

	"go.mongodb.org/atlas-sdk/v20250312008/admin"
	"go.mongodb.org/atlas-sdk/v20250312008/auth/clientcredentials"
)

func makeAccount(t *testing.T, s server, client *admin.APIClient, roles ...string) *admin.OrgServiceAccount {
	t.Helper()
	made := good[*admin.OrgServiceAccount](t)(client.ServiceAccountsApi.CreateOrgServiceAccount(ctx, s.orgID,
		&admin.OrgServiceAccountRequest{
			Name: fresh("account"), Description: "for a case", Roles: roles, SecretExpiresAfterHours: 24,
		}).Execute())
	t.Cleanup(func() {
		_, _ = client.ServiceAccountsApi.DeleteOrgServiceAccount(ctx, made.GetClientId(), s.orgID).Execute()
	})
	return made
}

func TestOrganizationServiceAccounts(t *testing.T) {
	eachSignIn(t, func(t *testing.T, s server, client *admin.APIClient) {
		api := client.ServiceAccountsApi
		made := makeAccount(t, s, client, "ORG_OWNER")
		equal(t, "length of the client id", len(made.GetClientId()), 34)
		secret := made.GetSecrets()[0]
		if life := time.Until(secret.GetExpiresAt()); life > 24*time.Hour || life < 23*time.Hour {
			t.Errorf("the secret is good for %v", life)
		}
		robot := s.withSecret(t, made.GetClientId(), secret.GetSecret())
		status := good[*admin.SystemStatus](t)(robot.RootApi.GetSystemStatus(ctx).Execute())
		equal(t, "who calls", status.ApiKey.GetId(), made.GetClientId())

		name := fresh("renamed")
		changed := good[*admin.OrgServiceAccount](t)(api.UpdateOrgServiceAccount(ctx, made.GetClientId(), s.orgID,
			&admin.OrgServiceAccountUpdateRequest{Name: &name, Roles: &[]string{"ORG_READ_ONLY"}}).Execute())
		equal(t, "name", changed.GetName(), name)
		equal(t, "role", changed.GetRoles()[0], "ORG_READ_ONLY")
		read := good[*admin.OrgServiceAccount](t)(api.GetOrgServiceAccount(ctx, s.orgID, made.GetClientId()).Execute())
		equal(t, "name", read.GetName(), name)
		if read.GetSecrets()[0].Secret != nil {
			t.Error("the secret is shown a second time")
		}
		// The token that it has is held to the roles of now.
		_, _, err := robot.ServiceAccountsApi.CreateOrgServiceAccount(ctx, s.orgID, &admin.OrgServiceAccountRequest{
			Name: "x", Description: "x", Roles: []string{"ORG_OWNER"}, SecretExpiresAfterHours: 24}).Execute()
		refused(t, err, 403, "USER_UNAUTHORIZED")

		done(t)(api.DeleteOrgServiceAccount(ctx, made.GetClientId(), s.orgID).Execute())
		_, _, err = api.GetOrgServiceAccount(ctx, s.orgID, made.GetClientId()).Execute()
		refused(t, err, 404, "SERVICE_ACCOUNT_NOT_FOUND")
		_, _, err = robot.RootApi.GetSystemStatus(ctx).Execute()
		refused(t, err, 401, "UNAUTHORIZED")
	})
}

func TestServiceAccountsAreListedByPage(t *testing.T) {
	eachSignIn(t, func(t *testing.T, s server, client *admin.APIClient) {
		wanted := map[string]bool{}
		for range 3 {
			wanted[makeAccount(t, s, client, "ORG_MEMBER").GetClientId()] = true
		}
		total := 0
		for page := 1; len(wanted) > 0; page++ {
			list := good[*admin.PaginatedOrgServiceAccounts](t)(
				client.ServiceAccountsApi.ListOrgServiceAccounts(ctx, s.orgID).PageNum(page).ItemsPerPage(2).Execute())
			for _, account := range list.GetResults() {
				delete(wanted, account.GetClientId())
			}
			total += len(list.GetResults())
			if len(list.GetResults()) == 0 || total > list.GetTotalCount() {
				t.Fatalf("on no page: %v", wanted)
			}
		}
	})
}

func TestServiceAccountSecretsRotate(t *testing.T) {
	eachSignIn(t, func(t *testing.T, s server, client *admin.APIClient) {
		api := client.ServiceAccountsApi
		made := makeAccount(t, s, client, "ORG_MEMBER")
		first := made.GetSecrets()[0]
		second := good[*admin.ServiceAccountSecret](t)(api.CreateOrgSecret(ctx, s.orgID, made.GetClientId(),
			&admin.ServiceAccountSecretRequest{SecretExpiresAfterHours: 8}).Execute())
		good[*admin.SystemStatus](t)(
			s.withSecret(t, made.GetClientId(), first.GetSecret()).RootApi.GetSystemStatus(ctx).Execute())
		done(t)(api.DeleteOrgSecret(ctx, made.GetClientId(), first.GetId(), s.orgID).Execute())
		_, _, err := s.withSecret(t, made.GetClientId(), first.GetSecret()).RootApi.GetSystemStatus(ctx).Execute()
		if err == nil {
			t.Error("a deleted secret opens")
		}
		good[*admin.SystemStatus](t)(
			s.withSecret(t, made.GetClientId(), second.GetSecret()).RootApi.GetSystemStatus(ctx).Execute())

		_, _, err = api.CreateOrgSecret(ctx, s.orgID, made.GetClientId(),
			&admin.ServiceAccountSecretRequest{SecretExpiresAfterHours: 7}).Execute()
		refused(t, err, 400, "VALIDATION_ERROR")
		_, err = api.DeleteOrgSecret(ctx, made.GetClientId(), unknownID, s.orgID).Execute()
		refused(t, err, 404, "SERVICE_ACCOUNT_SECRET_NOT_FOUND")
	})
}

func TestTokensAreRevoked(t *testing.T) {
	s := theServer(t)
	made := makeAccount(t, s, s.owner(t), "ORG_MEMBER")
	config := clientcredentials.NewConfig(made.GetClientId(), made.GetSecrets()[0].GetSecret())
	config.TokenURL = s.url + clientcredentials.TokenAPIPath
	config.RevokeURL = s.url + clientcredentials.RevokeAPIPath
	token, err := config.Token(ctx)
	if err != nil {
		t.Fatal(err)
	}
	client := s.client(t, admin.UseHTTPClient(config.Client(ctx)))
	good[*admin.SystemStatus](t)(client.RootApi.GetSystemStatus(ctx).Execute())
	if err := config.RevokeToken(ctx, token); err != nil {
		t.Fatal(err)
	}
	_, _, err = s.client(t, bearer(token.AccessToken)).RootApi.GetSystemStatus(ctx).Execute()
	refused(t, err, 401, "UNAUTHORIZED")
}

func TestServiceAccountAccessLists(t *testing.T) {
	eachSignIn(t, func(t *testing.T, s server, client *admin.APIClient) {
		api := client.ServiceAccountsApi
		made := makeAccount(t, s, client, "ORG_MEMBER")
		robot := s.withSecret(t, made.GetClientId(), made.GetSecrets()[0].GetSecret())
		good[*admin.PaginatedServiceAccountIPAccessEntry](t)(api.CreateOrgAccessList(ctx, s.orgID, made.GetClientId(),
			&[]admin.ServiceAccountIPAccessListEntry{{IpAddress: admin.PtrString("192.0.2.7")}}).Execute())
		_, _, err := robot.RootApi.GetSystemStatus(ctx).Execute()
		refused(t, err, 403, "IP_ADDRESS_NOT_ON_ACCESS_LIST")
		done(t)(api.DeleteOrgAccessEntry(ctx, s.orgID, made.GetClientId(), "192.0.2.7").Execute())
		good[*admin.SystemStatus](t)(robot.RootApi.GetSystemStatus(ctx).Execute())
		list := good[*admin.PaginatedServiceAccountIPAccessEntry](t)(
			api.ListOrgAccessList(ctx, s.orgID, made.GetClientId()).Execute())
		equal(t, "totalCount", list.GetTotalCount(), 0)
		_, err = api.DeleteOrgAccessEntry(ctx, s.orgID, made.GetClientId(), "192.0.2.7").Execute()
		refused(t, err, 404, "ACCESS_LIST_ENTRY_NOT_FOUND")
		_, _, err = api.CreateOrgAccessList(ctx, s.orgID, made.GetClientId(),
			&[]admin.ServiceAccountIPAccessListEntry{{IpAddress: admin.PtrString("example.com")}}).Execute()
		refused(t, err, 400, "VALIDATION_ERROR")
	})
}

func TestOrganizationServiceAccountsRefuse(t *testing.T) {
	eachSignIn(t, func(t *testing.T, s server, client *admin.APIClient) {
		api := client.ServiceAccountsApi
		_, _, err := api.CreateOrgServiceAccount(ctx, s.orgID, &admin.OrgServiceAccountRequest{
			Name: "x", Description: "x", Roles: []string{"GROUP_OWNER"}, SecretExpiresAfterHours: 24}).Execute()
		refused(t, err, 400, "VALIDATION_ERROR")
		_, _, err = api.ListOrgServiceAccounts(ctx, unknownID).Execute()
		refused(t, err, 404, "ORG_NOT_FOUND")
		_, _, err = api.GetOrgServiceAccount(ctx, s.orgID, "mdb_sa_id_"+unknownID).Execute()
		refused(t, err, 404, "SERVICE_ACCOUNT_NOT_FOUND")
	})
}

func TestProjectServiceAccounts(t *testing.T) {
	eachSignIn(t, func(t *testing.T, s server, client *admin.APIClient) {
		api := client.ServiceAccountsApi
		made := good[*admin.GroupServiceAccount](t)(api.CreateGroupServiceAccount(ctx, s.groupID,
			&admin.GroupServiceAccountRequest{
				Name: fresh("account"), Description: "for a case", Roles: []string{"GROUP_READ_ONLY"}, SecretExpiresAfterHours: 24,
			}).Execute())
		id := made.GetClientId()
		t.Cleanup(func() { _, _ = api.DeleteOrgServiceAccount(ctx, id, s.orgID).Execute() })
		equal(t, "role", made.GetRoles()[0], "GROUP_READ_ONLY")
		robot := s.withSecret(t, id, made.GetSecrets()[0].GetSecret())
		good[*admin.PaginatedGroupServiceAccounts](t)(robot.ServiceAccountsApi.ListGroupServiceAccounts(ctx, s.groupID).Execute())
		_, _, err := robot.ServiceAccountsApi.CreateGroupSecret(ctx, s.groupID, id,
			&admin.ServiceAccountSecretRequest{SecretExpiresAfterHours: 24}).Execute()
		refused(t, err, 403, "USER_UNAUTHORIZED")

		changed := good[*admin.GroupServiceAccount](t)(api.UpdateGroupServiceAccount(ctx, id, s.groupID,
			&admin.GroupServiceAccountUpdateRequest{Roles: &[]string{"GROUP_OWNER"}}).Execute())
		equal(t, "role", changed.GetRoles()[0], "GROUP_OWNER")
		secret := good[*admin.ServiceAccountSecret](t)(robot.ServiceAccountsApi.CreateGroupSecret(ctx, s.groupID, id,
			&admin.ServiceAccountSecretRequest{SecretExpiresAfterHours: 24}).Execute())
		done(t)(api.DeleteGroupSecret(ctx, id, secret.GetId(), s.groupID).Execute())

		good[*admin.PaginatedServiceAccountIPAccessEntry](t)(api.CreateAccessList(ctx, s.groupID, id,
			&[]admin.ServiceAccountIPAccessListEntry{{CidrBlock: admin.PtrString("127.0.0.0/8")}}).Execute())
		list := good[*admin.PaginatedServiceAccountIPAccessEntry](t)(api.ListAccessList(ctx, s.groupID, id).Execute())
		equal(t, "totalCount", list.GetTotalCount(), 1)
		done(t)(api.DeleteGroupAccessEntry(ctx, s.groupID, id, "127.0.0.0/8").Execute())

		groups := good[*admin.PaginatedServiceAccountGroup](t)(api.GetServiceAccountGroups(ctx, s.orgID, id).Execute())
		equal(t, "group", groups.GetResults()[0].GetGroupId(), s.groupID)
		done(t)(api.DeleteGroupServiceAccount(ctx, id, s.groupID).Execute())
		_, _, err = api.GetGroupServiceAccount(ctx, s.groupID, id).Execute()
		refused(t, err, 404, "SERVICE_ACCOUNT_NOT_FOUND")
		good[*admin.OrgServiceAccount](t)(api.GetOrgServiceAccount(ctx, s.orgID, id).Execute())
		back := good[*admin.GroupServiceAccount](t)(api.InviteGroupServiceAccount(ctx, id, s.groupID,
			&admin.GroupServiceAccountRoleAssignment{Roles: []string{"GROUP_READ_ONLY"}}).Execute())
		equal(t, "role", back.GetRoles()[0], "GROUP_READ_ONLY")

		_, _, err = api.InviteGroupServiceAccount(ctx, id, s.groupID,
			&admin.GroupServiceAccountRoleAssignment{Roles: []string{}}).Execute()
		refused(t, err, 400, "VALIDATION_ERROR")
		_, _, err = api.ListGroupServiceAccounts(ctx, unknownID).Execute()
		refused(t, err, 404, "GROUP_NOT_FOUND")
	})
}
