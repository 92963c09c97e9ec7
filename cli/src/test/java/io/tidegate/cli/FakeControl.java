package io.tidegate.cli;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.tidegate.link.trust.CertificateAuthority;
import io.tidegate.link.trust.Certificates;
import io.tidegate.link.trust.InvalidTrustMaterialException;
import io.tidegate.link.trust.Pem;
import io.tidegate.link.trust.Validity;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A control plane with one resource, {@code orders-db}, and two accounts: {@code readonly} at once,
 * {@code readwrite} after approval and with a reason.
 */
final class FakeControl implements AutoCloseable {
  static final String TOKEN = "tok-secret-1";

  final FakeGateway gateway;
  final List<String> calls = new CopyOnWriteArrayList<>();
  final Map<String, JsonObject> requests = new ConcurrentHashMap<>();
  final Map<String, JsonObject> grants = new ConcurrentHashMap<>();
  final Map<String, JsonObject> sessions = new ConcurrentHashMap<>();
  final Map<String, JsonObject> gateways = new ConcurrentHashMap<>();
  final Map<String, JsonObject> invitations = new ConcurrentHashMap<>();
  final List<JsonObject> drafts = new CopyOnWriteArrayList<>();
  volatile Duration sessionLength = Duration.ofHours(1);
  volatile String me = "engineer";
  volatile String tokenNow = TOKEN;
  volatile int deviceAnswersBeforeGranted = 1;
  volatile @Nullable String gatewayProblem;

  private final HttpServer server;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final AtomicInteger numbers = new AtomicInteger();
  private final Object changed = new Object();

  FakeControl() throws Exception {
    gateway = new FakeGateway();
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(threads);
    server.createContext("/", this::handle);
    server.start();
  }

  String domain() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
    gateway.close();
  }

  long count(String call) {
    return calls.stream().filter(call::equals).count();
  }

  JsonObject request(String id) {
    return Objects.requireNonNull(requests.get(id));
  }

  JsonObject session(String id) {
    return Objects.requireNonNull(sessions.get(id));
  }

  void decide(String id, String status, String reason) {
    JsonObject request = request(id);
    JsonObject decision = new JsonObject();
    decision.add("by", person("owner"));
    decision.addProperty("approved", status.equals("ACTIVE"));
    decision.addProperty("reason", reason);
    request.add("decision", decision);
    if (status.equals("ACTIVE")) {
      request.addProperty("grantId", grant(request.get("accountName").getAsString()));
    }
    request.addProperty("status", status);
    synchronized (changed) {
      changed.notifyAll();
    }
  }

  String grant(String account) {
    String id = "grt_" + numbers.incrementAndGet();
    JsonObject grant = new JsonObject();
    grant.addProperty("id", id);
    grant.addProperty("resourceName", "orders-db");
    grant.addProperty("accountName", account);
    grant.addProperty("projectName", "shop");
    grant.addProperty("status", "ACTIVE");
    grant.addProperty("expiresAt", Instant.now().plus(sessionLength).toString());
    grants.put(id, grant);
    return id;
  }

  private static JsonObject person(String name) {
    JsonObject person = new JsonObject();
    person.addProperty("id", "usr_" + name);
    person.addProperty("username", name);
    person.addProperty("displayName", "The " + name);
    return person;
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      String path = exchange.getRequestURI().getPath();
      String call = exchange.getRequestMethod() + " " + path;
      calls.add(call);
      String text = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
      JsonObject body =
          text.isEmpty() ? new JsonObject() : JsonParser.parseString(text).getAsJsonObject();
      try {
        JsonObject answer = answer(exchange, call, body);
        send(exchange, 200, "application/json", answer.toString());
      } catch (Problem problem) {
        JsonObject json = new JsonObject();
        json.addProperty("title", "Refused");
        json.addProperty("status", problem.status);
        json.addProperty("code", problem.code);
        json.addProperty("detail", problem.detail);
        json.addProperty("next", "Do something else.");
        send(exchange, problem.status, "application/problem+json", json.toString());
      } catch (InterruptedException | InvalidTrustMaterialException e) {
        send(exchange, 500, "text/plain", "x");
      }
    }
  }

  private static void send(HttpExchange exchange, int status, String type, String text)
      throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().set("Content-Type", type);
    exchange.sendResponseHeaders(status, bytes.length);
    exchange.getResponseBody().write(bytes);
  }

  private JsonObject answer(HttpExchange exchange, String call, JsonObject body)
      throws Problem, InterruptedException, InvalidTrustMaterialException {
    switch (call) {
      case "POST /api/v1/auth/token" -> {
        if (!body.get("password").getAsString().equals("right")) {
          throw new Problem(401, "bad-credentials", "The name or the password is wrong.");
        }
        return token();
      }
      case "POST /api/v1/auth/device" -> {
        JsonObject json = new JsonObject();
        json.addProperty("device_code", "dev");
        json.addProperty("user_code", "WDJB-MJHT");
        json.addProperty("verification_uri", domain() + "/device");
        json.addProperty("interval", 1);
        json.addProperty("expires_in", 60);
        return json;
      }
      case "POST /api/v1/auth/device/token" -> {
        if (!body.get("deviceCode").getAsString().equals("dev")) {
          throw new Problem(400, "bad-input", "deviceCode is required.");
        }
        if (deviceAnswersBeforeGranted-- > 0) {
          throw new Problem(400, "authorization_pending", "Not confirmed yet.");
        }
        return token();
      }
      default -> {}
    }
    String authorization = String.valueOf(exchange.getRequestHeaders().getFirst("Authorization"));
    if (!authorization.equals("Bearer " + tokenNow)) {
      throw new Problem(401, "not-signed-in", "Not signed in.");
    }
    String[] parts = call.split("/", -1);
    String query = String.valueOf(exchange.getRequestURI().getQuery());
    return switch (call) {
      case "GET /api/v1/me" -> me();
      case "GET /api/v1/projects" ->
          items(
              List.of(
                  JsonParser.parseString("{\"id\":\"0a\",\"name\":\"shop\"}").getAsJsonObject()));
      case "POST /api/v1/auth/logout" -> new JsonObject();
      case "GET /api/v1/resources" -> items(List.of(resource()));
      case "GET /api/v1/grants" -> items(grants.values());
      case "GET /api/v1/requests" ->
          items(
              requests.values().stream()
                  .filter(one ->
                      !query.contains("status=") || query.contains(one.get("status").getAsString()))
                  .filter(one -> !query.contains("mine=true") || isMine(one))
                  .filter(one ->
                      !query.contains("toApprove=true")
                          || (!isMine(one)
                              && one.get("status").getAsString().equals("PENDING_APPROVAL")))
                  .toList());
      case "POST /api/v1/requests" -> file(body);
      case "GET /api/v1/sessions" -> items(sessions.values());
      case "GET /api/v1/gateways" -> items(gateways.values());
      case "GET /api/v1/gateways/tokens" -> items(invitations.values());
      case "POST /api/v1/gateways/tokens" -> invite(body.get("name").getAsString());
      case "POST /api/v1/audit/verify" ->
          JsonParser.parseString("{\"whole\":true,\"entries\":42,\"findings\":[]}")
              .getAsJsonObject();
      default -> object(call, parts, query, body);
    };
  }

  private JsonObject object(String call, String[] parts, String query, JsonObject body)
      throws Problem, InterruptedException, InvalidTrustMaterialException {
    String kind = parts.length > 3 ? parts[3] : "";
    String id = parts.length > 4 ? parts[4] : "";
    String verb = parts.length > 5 ? parts[5] : "";
    switch (kind) {
      case "gateways" -> {
        if (call.startsWith("DELETE ")) {
          if (invitations.remove(verb) == null) {
            throw new Problem(404, "not-found", "There is no join token " + verb + ".");
          }
          return new JsonObject();
        }
        JsonObject gateway = gateways.get(id);
        if (gateway == null) {
          throw new Problem(404, "not-found", "There is no gateway " + id + ".");
        }
        gateway.addProperty("status", "RETIRED");
        gateway.addProperty("reason", body.get("reason").getAsString());
        return gateway;
      }
      case "requests" -> {
        JsonObject request = requests.get(id);
        if (request == null) {
          throw new Problem(404, "not-found", "There is no request " + id + ".");
        }
        if (verb.equals("approve")) {
          decide(id, "ACTIVE", body.get("reason").getAsString());
        } else if (verb.equals("cancel")) {
          request.addProperty("status", "CANCELLED");
        } else if (query.contains("waitSeconds")) {
          synchronized (changed) {
            if (request.get("status").getAsString().equals("PENDING_APPROVAL")) {
              changed.wait(1000);
            }
          }
        }
        return request;
      }
      case "grants" -> {
        if (verb.equals("sessions")) {
          return open(id, body);
        }
      }
      case "sessions" -> {
        JsonObject session = sessions.get(id);
        if (session == null) {
          throw new Problem(404, "not-found", "There is no session " + id + ".");
        }
        if (verb.equals("end")) {
          session.addProperty("status", "TERMINATED");
        }
        if (verb.equals("commands")) {
          return JsonParser.parseString(
                  "{\"items\":[{\"sequence\":1,\"at\":\"2026-11-23T08:00:00Z\",\"command\":\"find\","
                      + "\"database\":\"shop\",\"collection\":\"orders\",\"decision\":\"FORWARDED\",\"outcome\":{\"summary\":\"ok,"
                      + " 20 documents\",\"durationMicros\":1500}},"
                      + "{\"sequence\":2,\"at\":\"2026-11-23T08:00:01Z\",\"command\":\"drop\","
                      + "\"database\":\"shop\",\"collection\":\"orders\",\"decision\":\"REFUSED\","
                      + "\"rule\":\"outside-lease\"}],\"last\":2,\"more\":false}")
              .getAsJsonObject();
        }
        return session;
      }
      default -> {}
    }
    throw new Problem(404, "not-found", "Nothing at " + call + ".");
  }

  void gateway(String name, String status) {
    JsonObject gateway = new JsonObject();
    gateway.addProperty("id", "gtw_" + name);
    gateway.addProperty("name", name);
    gateway.addProperty("status", status);
    gateway.addProperty("liveSessions", 3);
    gateway.addProperty("tunnelAddress", "10.0.0.1:8421");
    gateway.addProperty("lastSeenAt", Instant.now().toString());
    gateway.addProperty("certificateExpiresAt", Instant.now().plus(Duration.ofDays(6)).toString());
    gateways.put(name, gateway);
  }

  private JsonObject invite(String name) {
    JsonObject open = new JsonObject();
    open.addProperty("id", "jt" + numbers.incrementAndGet());
    open.addProperty("name", name);
    open.addProperty("createdBy", "security");
    open.addProperty("expiresAt", Instant.now().plusSeconds(3600).toString());
    invitations.put(open.get("id").getAsString(), open);
    JsonObject told = open.deepCopy();
    told.addProperty("token", "join-me-once");
    told.addProperty("control", "tidegate.example:8422");
    return told;
  }

  private boolean isMine(JsonObject request) {
    return request.getAsJsonObject("requester").get("username").getAsString().equals(me);
  }

  private JsonObject me() {
    JsonObject person = person(me);
    person.add(
        "roles",
        JsonParser.parseString(
            "[{\"role\":\"GROUP_READ_ONLY\",\"projectId\":\"0a\"},{\"role\":\"ORG_MEMBER\"}]"));
    return person;
  }

  private JsonObject token() {
    JsonObject json = new JsonObject();
    json.addProperty("accessToken", TOKEN);
    json.addProperty("expiresAt", Instant.now().plusSeconds(3600 * 12).toString());
    json.add("user", person("engineer"));
    return json;
  }

  private static JsonObject resource() {
    return JsonParser.parseString(
            "{\"id\":\"res_1\",\"name\":\"orders-db\",\"projectName\":\"shop\",\"accounts\":["
                + "{\"name\":\"readonly\",\"flow\":{\"approval\":\"auto\",\"maxDuration\":\"PT8H\"}},"
                + "{\"name\":\"readwrite\",\"flow\":{\"approval\":\"approver\",\"maxDuration\":\"PT1H\","
                + "\"reasonRequired\":true}}]}")
        .getAsJsonObject();
  }

  private JsonObject file(JsonObject body) throws Problem {
    String account = body.get("account").getAsString();
    if (!body.get("resource").getAsString().equals("orders-db")) {
      throw new Problem(404, "not-found", "There is no resource of that name.");
    }
    if (account.equals("admin")) {
      throw new Problem(403, "no-flow", "No access flow leads there for you.");
    }
    if (account.equals("readwrite") && body.get("reason").getAsString().isEmpty()) {
      throw new Problem(400, "reason-required", "A reason is required.");
    }
    String id = "req_" + numbers.incrementAndGet();
    JsonObject request = new JsonObject();
    request.addProperty("id", id);
    request.addProperty("resourceName", "orders-db");
    request.addProperty("accountName", account);
    request.addProperty("projectName", "shop");
    request.add("requester", person("engineer"));
    request.addProperty("reason", body.get("reason").getAsString());
    request.addProperty(
        "duration", body.has("duration") ? body.get("duration").getAsString() : "PT1H");
    request.addProperty("createdAt", Instant.now().toString());
    JsonArray approvers = new JsonArray();
    approvers.add(person("owner"));
    request.add("approvers", approvers);
    requests.put(id, request);
    if (account.equals("readonly")) {
      request.addProperty("grantId", grant(account));
      request.addProperty("status", "ACTIVE");
    } else {
      request.addProperty("status", "PENDING_APPROVAL");
    }
    return request;
  }

  private JsonObject open(String grantId, JsonObject draft)
      throws Problem, InvalidTrustMaterialException {
    String problem = gatewayProblem;
    if (problem != null) {
      throw new Problem(502, "gateway-refused", problem);
    }
    drafts.add(draft);
    JsonObject grant = Objects.requireNonNull(grants.get(grantId));
    String id = "ses_" + numbers.incrementAndGet();
    Instant expiresAt = Instant.parse(grant.get("expiresAt").getAsString());
    CertificateAuthority authority = gateway.authority;
    JsonObject json = new JsonObject();
    json.addProperty("sessionId", id);
    json.addProperty(
        "certificate",
        Pem.certificate(
            authority.issueClient(
                Pem.readPublicKey(draft.get("publicKey").getAsString()),
                "lse_1",
                Validity.lasting(Instant.now(), Duration.ofHours(2)))));
    json.addProperty("ca", authority.certificatePem());
    json.addProperty("expiresAt", expiresAt.toString());
    JsonObject where = new JsonObject();
    where.addProperty("serverName", Certificates.gatewayServerName(FakeGateway.ID));
    where.addProperty("host", "127.0.0.1");
    where.addProperty("port", gateway.port());
    json.add("gateway", where);
    JsonObject session = new JsonObject();
    session.addProperty("id", id);
    session.addProperty("status", "ACTIVE");
    session.addProperty("resourceName", "orders-db");
    session.addProperty("accountName", grant.get("accountName").getAsString());
    session.add("person", person("engineer"));
    session.addProperty("startedAt", Instant.now().minusSeconds(120).toString());
    session.add(
        "counters", JsonParser.parseString("{\"commands\":7,\"refused\":1}").getAsJsonObject());
    sessions.put(id, session);
    return json;
  }

  private static JsonObject items(Iterable<JsonObject> all) {
    JsonArray items = new JsonArray();
    all.forEach(items::add);
    JsonObject json = new JsonObject();
    json.add("items", items);
    return json;
  }

  private static final class Problem extends Exception {
    private static final long serialVersionUID = 1L;
    final int status;
    final String code;
    final String detail;

    Problem(int status, String code, String detail) {
      super(detail);
      this.status = status;
      this.code = code;
      this.detail = detail;
    }
  }
}
