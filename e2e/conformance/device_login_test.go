package conformance

import (
	"errors"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"regexp"
	"testing"

	"go.mongodb.org/atlas-sdk/v20250312008/admin"
	"go.mongodb.org/atlas-sdk/v20250312008/auth/code"
	legacy "go.mongodb.org/atlas/auth"
	"go.mongodb.org/atlas/mongodbatlas"
)

// The client id of the official command line.
const cliClientID = "0oabtxactgS3gHIR0297"

var cliScopes = []string{"openid", "profile", "offline_access"}

// browser is a person in the portal, as far as a device login needs one.
type browser struct {
	t      *testing.T
	url    string
	client *http.Client
}

func signInToPortal(t *testing.T, s server) browser {
	t.Helper()
	user, password := os.Getenv("TIDEGATE_OWNER"), os.Getenv("TIDEGATE_OWNER_PASSWORD")
	if user == "" || password == "" {
		t.Fatal("TIDEGATE_OWNER and TIDEGATE_OWNER_PASSWORD are not set")
	}
	jar, _ := cookiejar.New(nil)
	b := browser{t, s.url, &http.Client{Jar: jar}}
	b.post("/login", b.get("/login"), url.Values{"username": {user}, "password": {password}})
	return b
}

func (b browser) get(path string) string {
	b.t.Helper()
	response, err := b.client.Get(b.url + path)
	return b.page(response, err)
}

var csrf = regexp.MustCompile(`name="_csrf" value="([^"]+)"`)

func (b browser) post(path, page string, form url.Values) string {
	b.t.Helper()
	token := csrf.FindStringSubmatch(page)
	if token == nil {
		b.t.Fatalf("no form on the page: %s", page)
	}
	form.Set("_csrf", token[1])
	response, err := b.client.PostForm(b.url+path, form)
	return b.page(response, err)
}

func (b browser) page(response *http.Response, err error) string {
	b.t.Helper()
	if err != nil {
		b.t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != http.StatusOK {
		b.t.Fatalf("%s %v: %s", response.Status, err, body)
	}
	return string(body)
}

func (b browser) decide(userCode, decision string) {
	b.t.Helper()
	page := b.get("/device?user_code=" + userCode)
	b.post("/device", page, url.Values{"user_code": {userCode}, "decision": {decision}})
}

func deviceConfig(t *testing.T, s server) *code.Config {
	t.Helper()
	config, err := code.NewConfigWithOptions(nil, code.SetAuthURL(s.url+"/"), code.SetClientID(cliClientID),
		code.SetScopes(cliScopes), code.SetUserAgent("atlascli/1.45.0"))
	if err != nil {
		t.Fatal(err)
	}
	return config
}

func TestDeviceLogin(t *testing.T) {
	s := theServer(t)
	config := deviceConfig(t, s)
	device, _, err := config.RequestCode(ctx)
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "length of the user code", len(device.UserCode), 8)
	if _, _, err = config.GetToken(ctx, device.DeviceCode); err == nil {
		t.Fatal("a code opens before anybody confirmed it")
	}
	signInToPortal(t, s).decide(device.UserCode, "approve")
	token, _, err := config.PollToken(ctx, device)
	if err != nil {
		t.Fatal(err)
	}
	who := good[*admin.SystemStatus](t)(s.client(t, bearer(token.AccessToken)).RootApi.GetSystemStatus(ctx).Execute())
	equal(t, "who calls", who.ApiKey.GetPublicKey(), os.Getenv("TIDEGATE_OWNER"))

	next, _, err := config.RefreshToken(ctx, token.RefreshToken)
	if err != nil {
		t.Fatal(err)
	}
	good[*admin.SystemStatus](t)(s.client(t, bearer(next.AccessToken)).RootApi.GetSystemStatus(ctx).Execute())
	if _, err = config.RevokeToken(ctx, next.RefreshToken, "refresh_token"); err != nil {
		t.Fatal(err)
	}
	_, _, err = s.client(t, bearer(next.AccessToken)).RootApi.GetSystemStatus(ctx).Execute()
	refused(t, err, 401, "UNAUTHORIZED")
	if _, _, err = config.RefreshToken(ctx, next.RefreshToken); err == nil {
		t.Fatal("a revoked sign-in is renewed")
	}
	if _, _, err = config.GetToken(ctx, device.DeviceCode); !code.IsTimeoutErr(err) {
		t.Fatalf("a code opens twice: %v", err)
	}
}

func TestDeviceLoginIsRefused(t *testing.T) {
	s := theServer(t)
	config := deviceConfig(t, s)
	device, _, err := config.RequestCode(ctx)
	if err != nil {
		t.Fatal(err)
	}
	signInToPortal(t, s).decide(device.UserCode, "deny")
	if _, _, err = config.PollToken(ctx, device); err == nil || code.IsTimeoutErr(err) {
		t.Fatalf("it was not refused: %v", err)
	}
}

// The library by which the official command line itself signs in.
func TestDeviceLoginByTheCommandLinesLibrary(t *testing.T) {
	s := theServer(t)
	config, err := legacy.NewConfigWithOptions(nil, legacy.SetAuthURL(s.url+"/"), legacy.SetClientID(cliClientID),
		legacy.SetScopes(cliScopes), legacy.SetUserAgent("atlascli/1.45.0 (linux;amd64;native)"))
	if err != nil {
		t.Fatal(err)
	}
	device, _, err := config.RequestCode(ctx)
	if err != nil {
		t.Fatal(err)
	}
	_, _, err = config.GetToken(ctx, device.DeviceCode)
	var pending *mongodbatlas.ErrorResponse
	if !errors.As(err, &pending) || pending.ErrorCode != "DEVICE_AUTHORIZATION_PENDING" {
		t.Fatalf("not pending: %v", err)
	}
	signInToPortal(t, s).decide(device.UserCode, "approve")
	token, _, err := config.PollToken(ctx, device)
	if err != nil {
		t.Fatal(err)
	}
	token, _, err = config.RefreshToken(ctx, token.RefreshToken)
	if err != nil {
		t.Fatal(err)
	}
	_, _, err = config.RefreshToken(ctx, "tgr_made-up")
	var invalid *mongodbatlas.ErrorResponse
	if !errors.As(err, &invalid) || invalid.ErrorCode != "INVALID_REFRESH_TOKEN" {
		t.Fatalf("not refused: %v", err)
	}
	if _, err = config.RevokeToken(ctx, token.RefreshToken, "refresh_token"); err != nil {
		t.Fatal(err)
	}
	registration, _, err := config.RegistrationConfig(ctx)
	if err != nil || registration.RegistrationURL == "" {
		t.Fatalf("no place to register: %v", err)
	}
}
