package conformance

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"go.mongodb.org/atlas-sdk/v20250312008/admin"
)

func pointer[T any](value T) *T { return &value }

func TestAccessList(t *testing.T) {
	eachSignIn(t, func(t *testing.T, s server, client *admin.APIClient) {
		api := client.ProjectIPAccessListApi
		until := time.Now().Add(time.Hour).UTC().Truncate(time.Second)
		entries := []admin.NetworkPermissionEntry{
			{CidrBlock: pointer("10.77.0.0/16"), Comment: pointer("office"), GroupId: &s.groupID},
			{IpAddress: pointer("203.0.113.77"), DeleteAfterDate: &until},
			{CidrBlock: pointer("2001:db8:77::/48")},
		}
		t.Cleanup(func() {
			for _, entry := range []string{"10.77.0.0/16", "203.0.113.77", "2001:db8:77::/48"} {
				_, _ = api.DeleteAccessListEntry(ctx, s.groupID, entry).Execute()
			}
		})
		added := good[*admin.PaginatedNetworkAccess](t)(api.CreateAccessListEntry(ctx, s.groupID, &entries).Execute())
		again := good[*admin.PaginatedNetworkAccess](t)(api.CreateAccessListEntry(ctx, s.groupID, &entries).Execute())
		equal(t, "the list after adding the same", again.GetTotalCount(), added.GetTotalCount())

		one := good[*admin.NetworkPermissionEntry](t)(api.GetAccessListEntry(ctx, s.groupID, "10.77.0.0/16").Execute())
		equal(t, "comment", one.GetComment(), "office")
		equal(t, "group", one.GetGroupId(), s.groupID)
		alone := good[*admin.NetworkPermissionEntry](t)(api.GetAccessListEntry(ctx, s.groupID, "203.0.113.77").Execute())
		equal(t, "cidrBlock", alone.GetCidrBlock(), "203.0.113.77/32")
		equal(t, "end", alone.GetDeleteAfterDate().UTC(), until)
		status := good[*admin.NetworkPermissionEntryStatus](t)(
			api.GetAccessListStatus(ctx, s.groupID, "10.77.0.0/16").Execute())
		if status.GetSTATUS() != "ACTIVE" && status.GetSTATUS() != "PENDING" {
			t.Errorf("a status of %q", status.GetSTATUS())
		}

		page := good[*admin.PaginatedNetworkAccess](t)(
			api.ListAccessListEntries(ctx, s.groupID).ItemsPerPage(2).PageNum(1).IncludeCount(true).Execute())
		equal(t, "entries on a page of 2", len(page.GetResults()), 2)
		equal(t, "totalCount", page.GetTotalCount(), added.GetTotalCount())

		done(t)(api.DeleteAccessListEntry(ctx, s.groupID, "10.77.0.0/16").Execute())
		_, _, err := api.GetAccessListEntry(ctx, s.groupID, "10.77.0.0/16").Execute()
		refused(t, err, 404, "ACCESS_LIST_ENTRY_NOT_FOUND")
		_, err = api.DeleteAccessListEntry(ctx, s.groupID, "10.77.0.0/16").Execute()
		refused(t, err, 404, "ACCESS_LIST_ENTRY_NOT_FOUND")
		_, _, err = api.GetAccessListStatus(ctx, s.groupID, "10.77.0.0/16").Execute()
		refused(t, err, 404, "ACCESS_LIST_ENTRY_NOT_FOUND")
	})
}

func TestAccessListRefuses(t *testing.T) {
	eachSignIn(t, func(t *testing.T, s server, client *admin.APIClient) {
		api := client.ProjectIPAccessListApi
		late := time.Now().Add(8 * 24 * time.Hour)
		for name, entry := range map[string]admin.NetworkPermissionEntry{
			"nothing":       {},
			"no address":    {CidrBlock: pointer("10.0.0.0/33")},
			"two at once":   {CidrBlock: pointer("10.0.0.0/8"), IpAddress: pointer("10.0.0.1")},
			"too late":      {IpAddress: pointer("10.0.0.1"), DeleteAfterDate: &late},
			"long comment":  {IpAddress: pointer("10.0.0.1"), Comment: pointer(strings.Repeat("x", 81))},
			"without peers": {AwsSecurityGroup: pointer("sg-0123456789abcdef0")},
		} {
			_, _, err := api.CreateAccessListEntry(ctx, s.groupID, &[]admin.NetworkPermissionEntry{entry}).Execute()
			if problem := refused(t, err, 400, "VALIDATION_ERROR"); problem.GetDetail() == "" {
				t.Errorf("%s: no detail", name)
			}
		}
		_, _, err := api.ListAccessListEntries(ctx, unknownID).Execute()
		refused(t, err, 404, "GROUP_NOT_FOUND")
	})
}

func databaseUser(s server, name string) *admin.CloudDatabaseUser {
	return &admin.CloudDatabaseUser{
		Username:     name,
		DatabaseName: "admin",
		GroupId:      s.groupID,
		Password:     pointer("a-Passw0rd-of-" + name),
		Roles:        &[]admin.DatabaseUserRole{{DatabaseName: "shop", RoleName: "readWrite"}},
	}
}

func TestDatabaseUsers(t *testing.T) {
	eachSignIn(t, func(t *testing.T, s server, client *admin.APIClient) {
		api := client.DatabaseUsersApi
		name := fresh("app")
		made := good[*admin.CloudDatabaseUser](t)(
			api.CreateDatabaseUser(ctx, s.groupID, databaseUser(s, name)).Execute())
		t.Cleanup(func() { _, _ = api.DeleteDatabaseUser(ctx, s.groupID, "admin", name).Execute() })
		if made.Password != nil {
			t.Error("the password is shown")
		}
		equal(t, "x509Type", made.GetX509Type(), "NONE")

		end := time.Now().Add(24 * time.Hour).UTC().Truncate(time.Second)
		passing := fresh("app")
		body := databaseUser(s, passing)
		body.DeleteAfterDate = &end
		body.Labels = &[]admin.ComponentLabel{{Key: pointer("team"), Value: pointer("shop")}}
		temporary := good[*admin.CloudDatabaseUser](t)(api.CreateDatabaseUser(ctx, s.groupID, body).Execute())
		t.Cleanup(func() { _, _ = api.DeleteDatabaseUser(ctx, s.groupID, "admin", passing).Execute() })
		equal(t, "end", temporary.GetDeleteAfterDate().UTC(), end)

		read := good[*admin.CloudDatabaseUser](t)(api.GetDatabaseUser(ctx, s.groupID, "admin", name).Execute())
		equal(t, "role", read.GetRoles()[0].GetRoleName(), "readWrite")
		change := databaseUser(s, name)
		change.Password = nil
		change.Roles = &[]admin.DatabaseUserRole{
			{DatabaseName: "shop", RoleName: "read", CollectionName: pointer("orders")}}
		changed := good[*admin.CloudDatabaseUser](t)(
			api.UpdateDatabaseUser(ctx, s.groupID, "admin", name, change).Execute())
		equal(t, "collection", changed.GetRoles()[0].GetCollectionName(), "orders")

		page := good[*admin.PaginatedApiAtlasDatabaseUser](t)(
			api.ListDatabaseUsers(ctx, s.groupID).ItemsPerPage(1).PageNum(2).IncludeCount(true).Execute())
		equal(t, "users on a page of 1", len(page.GetResults()), 1)
		if page.GetTotalCount() < 2 {
			t.Errorf("a totalCount of %d", page.GetTotalCount())
		}

		done(t)(api.DeleteDatabaseUser(ctx, s.groupID, "admin", name).Execute())
		_, _, err := api.GetDatabaseUser(ctx, s.groupID, "admin", name).Execute()
		refused(t, err, 404, "USER_NOT_FOUND")
		_, err = api.DeleteDatabaseUser(ctx, s.groupID, "admin", name).Execute()
		refused(t, err, 404, "USER_NOT_FOUND")
	})
}

func TestDatabaseUsersRefuse(t *testing.T) {
	eachSignIn(t, func(t *testing.T, s server, client *admin.APIClient) {
		api := client.DatabaseUsersApi
		name := fresh("app")
		done(t)(func() (r *http.Response, err error) {
			_, r, err = api.CreateDatabaseUser(ctx, s.groupID, databaseUser(s, name)).Execute()
			return
		}())
		t.Cleanup(func() { _, _ = api.DeleteDatabaseUser(ctx, s.groupID, "admin", name).Execute() })
		_, _, err := api.CreateDatabaseUser(ctx, s.groupID, databaseUser(s, name)).Execute()
		refused(t, err, 409, "USER_ALREADY_EXISTS")

		short := databaseUser(s, fresh("app"))
		short.Password = pointer("short")
		_, _, err = api.CreateDatabaseUser(ctx, s.groupID, short).Execute()
		refused(t, err, 400, "VALIDATION_ERROR")

		elsewhere := databaseUser(s, fresh("app"))
		elsewhere.Scopes = &[]admin.UserScope{{Name: "nowhere", Type: "CLUSTER"}}
		_, _, err = api.CreateDatabaseUser(ctx, s.groupID, elsewhere).Execute()
		refused(t, err, 404, "CLUSTER_NOT_FOUND")

		nobody := databaseUser(s, fresh("app"))
		nobody.Roles = &[]admin.DatabaseUserRole{{DatabaseName: "admin", RoleName: "nobody"}}
		_, _, err = api.CreateDatabaseUser(ctx, s.groupID, nobody).Execute()
		refused(t, err, 400, "VALIDATION_ERROR")

		late := databaseUser(s, fresh("app"))
		late.DeleteAfterDate = pointer(time.Now().Add(8 * 24 * time.Hour))
		_, _, err = api.CreateDatabaseUser(ctx, s.groupID, late).Execute()
		refused(t, err, 400, "VALIDATION_ERROR")
	})
}

func TestCertificatesOfDatabaseUsers(t *testing.T) {
	eachSignIn(t, func(t *testing.T, s server, client *admin.APIClient) {
		name := fresh("certified")
		user := databaseUser(s, name)
		user.DatabaseName, user.Password, user.X509Type = "$external", nil, pointer("MANAGED")
		good[*admin.CloudDatabaseUser](t)(client.DatabaseUsersApi.CreateDatabaseUser(ctx, s.groupID, user).Execute())
		t.Cleanup(func() {
			_, _ = client.DatabaseUsersApi.DeleteDatabaseUser(ctx, s.groupID, "$external", name).Execute()
		})
		api := client.X509AuthenticationApi
		pem := good[string](t)(api.CreateDatabaseUserCert(ctx, s.groupID, name,
			&admin.UserCert{MonthsUntilExpiration: pointer(2)}).Execute())
		if !strings.Contains(pem, "BEGIN CERTIFICATE") || !strings.Contains(pem, "BEGIN PRIVATE KEY") {
			t.Error("it is not a certificate with its key")
		}
		list := good[*admin.PaginatedUserCert](t)(api.ListDatabaseUserCerts(ctx, s.groupID, name).Execute())
		equal(t, "certificates", list.GetTotalCount(), 1)
		equal(t, "subject", list.GetResults()[0].GetSubject(), "CN="+name)
		_, _, err := api.CreateDatabaseUserCert(ctx, s.groupID, name,
			&admin.UserCert{MonthsUntilExpiration: pointer(25)}).Execute()
		refused(t, err, 400, "VALIDATION_ERROR")
		_, _, err = api.ListDatabaseUserCerts(ctx, s.groupID, "nobody").Execute()
		refused(t, err, 404, "USER_NOT_FOUND")
	})
}

func TestCustomDatabaseRoles(t *testing.T) {
	eachSignIn(t, func(t *testing.T, s server, client *admin.APIClient) {
		api := client.CustomDatabaseRolesApi
		name := fresh("role")
		role := &admin.UserCustomDBRole{
			RoleName: name,
			Actions: &[]admin.DatabasePrivilegeAction{
				{Action: "FIND", Resources: &[]admin.DatabasePermittedNamespaceResource{
					{Db: "shop", Collection: "orders"}, {Db: "shop", Collection: "notes"}}},
				{Action: "IN_PROG", Resources: &[]admin.DatabasePermittedNamespaceResource{{Cluster: true}}},
			},
			InheritedRoles: &[]admin.DatabaseInheritedRole{{Db: "reports", Role: "read"}},
		}
		made := good[*admin.UserCustomDBRole](t)(api.CreateCustomDbRole(ctx, s.groupID, role).Execute())
		t.Cleanup(func() { _, _ = api.DeleteCustomDbRole(ctx, s.groupID, name).Execute() })
		equal(t, "actions", len(made.GetActions()), 2)
		read := good[*admin.UserCustomDBRole](t)(api.GetCustomDbRole(ctx, s.groupID, name).Execute())
		equal(t, "resources of FIND", len(read.GetActions()[0].GetResources()), 2)
		equal(t, "on the cluster", read.GetActions()[1].GetResources()[0].GetCluster(), true)

		heir := fresh("heir")
		good[*admin.UserCustomDBRole](t)(api.CreateCustomDbRole(ctx, s.groupID, &admin.UserCustomDBRole{
			RoleName: heir, InheritedRoles: &[]admin.DatabaseInheritedRole{{Db: "admin", Role: name}}}).Execute())
		t.Cleanup(func() { _, _ = api.DeleteCustomDbRole(ctx, s.groupID, heir).Execute() })
		_, _, err := api.UpdateCustomDbRole(ctx, s.groupID, name, &admin.UpdateCustomDBRole{
			InheritedRoles: &[]admin.DatabaseInheritedRole{{Db: "admin", Role: heir}}}).Execute()
		refused(t, err, 400, "VALIDATION_ERROR")
		_, err = api.DeleteCustomDbRole(ctx, s.groupID, name).Execute()
		refused(t, err, 409, "CUSTOM_ROLE_IN_USE")

		changed := good[*admin.UserCustomDBRole](t)(api.UpdateCustomDbRole(ctx, s.groupID, name,
			&admin.UpdateCustomDBRole{InheritedRoles: &[]admin.DatabaseInheritedRole{}}).Execute())
		equal(t, "inherited", len(changed.GetInheritedRoles()), 0)
		equal(t, "actions", len(changed.GetActions()), 2)
		list := good[[]admin.UserCustomDBRole](t)(api.ListCustomDbRoles(ctx, s.groupID).Execute())
		if len(list) < 2 {
			t.Errorf("%d roles are listed", len(list))
		}

		done(t)(api.DeleteCustomDbRole(ctx, s.groupID, heir).Execute())
		done(t)(api.DeleteCustomDbRole(ctx, s.groupID, name).Execute())
		_, _, err = api.GetCustomDbRole(ctx, s.groupID, name).Execute()
		refused(t, err, 404, "ATLAS_CUSTOM_ROLE_NOT_FOUND")
		_, _, err = api.CreateCustomDbRole(ctx, s.groupID, &admin.UserCustomDBRole{RoleName: "xgen-x",
			Actions: role.Actions}).Execute()
		refused(t, err, 400, "VALIDATION_ERROR")
	})
}
