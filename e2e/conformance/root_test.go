package conformance

import (
	"testing"

	"go.mongodb.org/atlas-sdk/v20250312008/admin"
)

func TestRootSaysWhoCalls(t *testing.T) {
	eachSignIn(t, func(t *testing.T, s server, client *admin.APIClient) {
		status := good[*admin.SystemStatus](t)(client.RootApi.GetSystemStatus(ctx).Execute())
		equal(t, "appName", status.GetAppName(), "Tidegate")
		key := status.GetApiKey()
		owner := false
		for _, role := range key.GetRoles() {
			owner = owner || (role.GetRoleName() == "ORG_OWNER" && role.GetOrgId() == s.orgID)
		}
		if !owner {
			t.Errorf("not an owner of %s: %+v", s.orgID, key.GetRoles())
		}
	})
}

func TestWrongCredentialsOpenNothing(t *testing.T) {
	s := theServer(t)
	for name, client := range map[string]*admin.APIClient{
		"wrong private key": s.withKey(t, s.publicKey, "00000000-0000-4000-8000-000000000000"),
		"unknown key":       s.withKey(t, "nobodyxy", s.privateKey),
		"made-up token":     s.client(t, bearer("eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4In0.")),
	} {
		t.Run(name, func(t *testing.T) {
			_, _, err := client.RootApi.GetSystemStatus(ctx).Execute()
			refused(t, err, 401, "UNAUTHORIZED")
		})
	}
}
