// Package conformance drives a running Tidegate with the official Go SDK of the Atlas Administration API, unmodified. The JUnit class
// ConformanceTest starts the server and says by the environment where it is; see CONTRIBUTING.md for how to add cases.
package conformance

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"net/http"
	"os"
	"strings"
	"sync"
	"testing"

	"go.mongodb.org/atlas-sdk/v20250312008/admin"
)

// server is what the environment says of the one under test.
type server struct {
	url        string // without a slash at the end
	publicKey  string // an owner of the organization
	privateKey string
	orgID      string
	groupID    string // a project of the organization
}

func theServer(t *testing.T) server {
	t.Helper()
	need := func(name string) string {
		value := os.Getenv(name)
		if value == "" {
			t.Fatalf("%s is not set: run these by the JUnit class ConformanceTest", name)
		}
		return value
	}
	return server{
		url:        strings.TrimSuffix(need("TIDEGATE_URL"), "/"),
		publicKey:  need("TIDEGATE_PUBLIC_KEY"),
		privateKey: need("TIDEGATE_PRIVATE_KEY"),
		orgID:      need("TIDEGATE_ORG_ID"),
		groupID:    need("TIDEGATE_GROUP_ID"),
	}
}

// owner is the SDK signed in as an owner of the organization, by HTTP digest.
func (s server) owner(t *testing.T) *admin.APIClient {
	t.Helper()
	return s.withKey(t, s.publicKey, s.privateKey)
}

func (s server) withKey(t *testing.T, publicKey, privateKey string) *admin.APIClient {
	t.Helper()
	return s.client(t, admin.UseDigestAuth(publicKey, privateKey))
}

// client is the SDK against this server. The base goes first: some ways to sign in read it when they are applied.
func (s server) client(t *testing.T, signIn admin.ClientModifier) *admin.APIClient {
	t.Helper()
	client, err := admin.NewClient(admin.UseBaseURL(s.url), signIn)
	if err != nil {
		t.Fatal(err)
	}
	return client
}

// eachSignIn runs a case once for every way in which a program can prove who it is, as an owner of the organization each time.
func eachSignIn(t *testing.T, run func(t *testing.T, s server, client *admin.APIClient)) {
	t.Helper()
	s := theServer(t)
	t.Run("digest", func(t *testing.T) { run(t, s, s.owner(t)) })
	t.Run("service account", func(t *testing.T) { run(t, s, s.ownerByToken(t)) })
}

// robot is a service account that owns the organization, made once for all cases.
var robot = struct {
	once     sync.Once
	clientID string
	secret   string
}{}

// ownerByToken is the SDK signed in as an owner of the organization, by a service account.
func (s server) ownerByToken(t *testing.T) *admin.APIClient {
	t.Helper()
	robot.once.Do(func() {
		made := good[*admin.OrgServiceAccount](t)(s.owner(t).ServiceAccountsApi.CreateOrgServiceAccount(ctx, s.orgID,
			&admin.OrgServiceAccountRequest{
				Name: fresh("robot"), Description: "runs the cases", Roles: []string{"ORG_OWNER"}, SecretExpiresAfterHours: 8,
			}).Execute())
		robot.clientID = made.GetClientId()
		robot.secret = made.GetSecrets()[0].GetSecret()
	})
	return s.withSecret(t, robot.clientID, robot.secret)
}

// bearer sends every request with a token that a case got in a way of its own.
func bearer(token string) admin.ClientModifier {
	return admin.UseHTTPClient(&http.Client{Transport: withHeader{"Authorization", "Bearer " + token}})
}

// withHeader sends every request with one more header.
type withHeader struct{ name, value string }

func (h withHeader) RoundTrip(request *http.Request) (*http.Response, error) {
	request.Header.Set(h.name, h.value)
	return http.DefaultTransport.RoundTrip(request)
}

func (s server) withSecret(t *testing.T, clientID, secret string) *admin.APIClient {
	t.Helper()
	return s.client(t, admin.UseOAuthAuth(ctx, clientID, secret))
}

// fresh is a name that no other case uses.
func fresh(prefix string) string {
	bytes := make([]byte, 6)
	_, _ = rand.Read(bytes)
	return prefix + "-" + hex.EncodeToString(bytes)
}

// unknownID has the form of an id and is nobody's.
const unknownID = "ffffffffffffffffffffffff"

// good ends the test when a call was refused.
func good[T any](t *testing.T) func(value T, response *http.Response, err error) T {
	t.Helper()
	return func(value T, response *http.Response, err error) T {
		t.Helper()
		if err != nil {
			t.Fatalf("refused: %v", err)
		}
		if response.Header.Get("RateLimit-Limit") == "" || response.Header.Get("RateLimit-Remaining") == "" {
			t.Errorf("no rate limit in the answer's headers: %v", response.Header)
		}
		return value
	}
}

// done ends the test when a call that gives nothing back was refused.
func done(t *testing.T) func(response *http.Response, err error) {
	t.Helper()
	return func(response *http.Response, err error) {
		t.Helper()
		good[struct{}](t)(struct{}{}, response, err)
	}
}

// refused holds that a call was, with this status and name, and with a sentence that a person can act on.
func refused(t *testing.T, err error, status int, code string) *admin.ApiError {
	t.Helper()
	if err == nil {
		t.Fatalf("it was not refused; wanted %d %s", status, code)
	}
	problem, ok := admin.AsError(err)
	if !ok {
		t.Fatalf("not in the envelope of errors: %v", err)
	}
	if problem.GetError() != status || problem.GetErrorCode() != code {
		t.Fatalf("refused with %d %s (%s); wanted %d %s",
			problem.GetError(), problem.GetErrorCode(), problem.GetDetail(), status, code)
	}
	if len(problem.GetDetail()) < 20 || !strings.HasSuffix(problem.GetDetail(), ".") || problem.GetReason() == "" {
		t.Errorf("nobody can act on %q (%q)", problem.GetDetail(), problem.GetReason())
	}
	return problem
}

func equal[T comparable](t *testing.T, what string, got, wanted T) {
	t.Helper()
	if got != wanted {
		t.Errorf("%s is %v; wanted %v", what, got, wanted)
	}
}

var ctx = context.Background()
