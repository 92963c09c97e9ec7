package conformance

import (
	"testing"

	"go.mongodb.org/atlas-sdk/v20250312008/admin"
)

func TestApiKeyAccessLists(t *testing.T) {
	eachSignIn(t, func(t *testing.T, s server, client *admin.APIClient) {
		api := client.ProgrammaticAPIKeysApi
		made := makeKey(t, s, client, "ORG_OWNER")
		asKey := s.withKey(t, made.GetPublicKey(), made.GetPrivateKey())
		add := func(entries ...admin.UserAccessListRequest) *admin.PaginatedApiUserAccessListResponse {
			t.Helper()
			return good[*admin.PaginatedApiUserAccessListResponse](t)(
				api.CreateOrgAccessEntry(ctx, s.orgID, made.GetId(), &entries).Execute())
		}

		added := add(admin.UserAccessListRequest{IpAddress: admin.PtrString("192.0.2.7")},
			admin.UserAccessListRequest{CidrBlock: admin.PtrString("198.51.100.0/24")})
		equal(t, "totalCount", added.GetTotalCount(), 2)
		_, _, err := asKey.RootApi.GetSystemStatus(ctx).Execute()
		refused(t, err, 403, "IP_ADDRESS_NOT_ON_ACCESS_LIST")

		add(admin.UserAccessListRequest{CidrBlock: admin.PtrString("127.0.0.0/8")})
		good[*admin.SystemStatus](t)(asKey.RootApi.GetSystemStatus(ctx).Execute())
		entry := good[*admin.UserAccessListResponse](t)(
			api.GetOrgAccessEntry(ctx, s.orgID, "127.0.0.0/8", made.GetId()).Execute())
		equal(t, "count", entry.GetCount(), 1)
		equal(t, "lastUsedAddress", entry.GetLastUsedAddress(), "127.0.0.1")

		page := good[*admin.PaginatedApiUserAccessListResponse](t)(
			api.ListOrgAccessEntries(ctx, s.orgID, made.GetId()).ItemsPerPage(2).PageNum(2).Execute())
		equal(t, "on the second page", len(page.GetResults()), 1)
		equal(t, "totalCount", page.GetTotalCount(), 3)

		done(t)(api.DeleteAccessEntry(ctx, s.orgID, made.GetId(), "127.0.0.0/8").Execute())
		_, _, err = asKey.RootApi.GetSystemStatus(ctx).Execute()
		refused(t, err, 403, "IP_ADDRESS_NOT_ON_ACCESS_LIST")
	})
}

func TestApiKeyAccessListsRefuse(t *testing.T) {
	eachSignIn(t, func(t *testing.T, s server, client *admin.APIClient) {
		api := client.ProgrammaticAPIKeysApi
		made := makeKey(t, s, client, "ORG_MEMBER")
		_, _, err := api.CreateOrgAccessEntry(ctx, s.orgID, made.GetId(),
			&[]admin.UserAccessListRequest{{CidrBlock: admin.PtrString("10.0.0.0/33")}}).Execute()
		refused(t, err, 400, "VALIDATION_ERROR")
		_, _, err = api.CreateOrgAccessEntry(ctx, s.orgID, made.GetId(), &[]admin.UserAccessListRequest{{}}).Execute()
		refused(t, err, 400, "VALIDATION_ERROR")
		_, _, err = api.ListOrgAccessEntries(ctx, s.orgID, unknownID).Execute()
		refused(t, err, 404, "API_KEY_NOT_FOUND")
		_, err = api.DeleteAccessEntry(ctx, s.orgID, made.GetId(), "192.0.2.9").Execute()
		refused(t, err, 404, "ACCESS_LIST_ENTRY_NOT_FOUND")
		_, _, err = s.withKey(t, made.GetPublicKey(), made.GetPrivateKey()).ProgrammaticAPIKeysApi.CreateOrgAccessEntry(ctx, s.orgID,
			makeKey(t, s, client, "ORG_MEMBER").GetId(),
			&[]admin.UserAccessListRequest{{IpAddress: admin.PtrString("192.0.2.9")}}).Execute()
		refused(t, err, 403, "USER_UNAUTHORIZED")
	})
}
