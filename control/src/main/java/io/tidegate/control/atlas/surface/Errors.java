package io.tidegate.control.atlas.surface;

import io.tidegate.control.platform.ErrorCode;
import io.tidegate.control.platform.Refused;
import org.jspecify.annotations.Nullable;

/**
 * The one place where what a service refuses becomes an error of this API. Clients branch on the
 * names, so these are theirs.
 */
final class Errors {
  private Errors() {}

  static ApiError of(Refused refused) {
    String detail = refused.detail() + " " + refused.next();
    return switch (refused.code()) {
      case NOT_FOUND -> ApiError.of(404, notFound(refused.subject()), detail);
      case BAD_INPUT, REASON_REQUIRED, DURATION_OUT_OF_BOUNDS ->
          ApiError.of(400, "VALIDATION_ERROR", detail);
      case NOT_SIGNED_IN, BAD_CREDENTIALS -> ApiError.of(401, "UNAUTHORIZED", detail);
      case NOT_ALLOWED, OWN_REQUEST, NO_FLOW, GRANT_ENDED, CSRF ->
          ApiError.of(403, "USER_UNAUTHORIZED", detail);
      case NAME_TAKEN -> ApiError.of(409, taken(refused.subject()), detail);
      case IN_USE -> ApiError.of(409, inUse(refused.subject()), detail);
      case STATE_CONFLICT, REQUEST_OPEN, SESSION_LIMIT, IDEMPOTENCY_MISMATCH ->
          ApiError.of(409, "CONFLICT", detail);
      case VERSION_CONFLICT, VERSION_REQUIRED -> ApiError.of(409, "CONCURRENT_CHANGE", detail);
      case METHOD_NOT_ALLOWED -> ApiError.of(405, "METHOD_NOT_ALLOWED", detail);
      case TOO_MANY_ATTEMPTS, TOO_MANY_VIEWS, SLOW_DOWN -> ApiError.of(429, "RATE_LIMITED", detail);
      case BODY_TOO_LARGE -> ApiError.of(413, "REQUEST_TOO_LARGE", detail);
      case BAD_MEDIA_TYPE -> ApiError.of(415, "UNSUPPORTED_MEDIA_TYPE", detail);
      case GATEWAY_OFFLINE, RECORDING_UNAVAILABLE, AUDIT_UNAVAILABLE ->
          ApiError.of(503, "SERVICE_UNAVAILABLE", detail);
      case GATEWAY_REFUSED -> ApiError.of(502, "GATEWAY_REFUSED", detail);
      case GATEWAY_TIMEOUT -> ApiError.of(504, "GATEWAY_TIMEOUT", detail);
      case AUTHORIZATION_PENDING -> ApiError.of(400, "DEVICE_AUTHORIZATION_PENDING", detail);
      case EXPIRED_TOKEN -> ApiError.of(400, "DEVICE_AUTHORIZATION_EXPIRED", detail);
      case ACCESS_DENIED -> ApiError.of(400, "DEVICE_AUTHORIZATION_DENIED", detail);
      case INTERNAL -> ApiError.of(500, "UNEXPECTED_ERROR", detail);
    };
  }

  /** Seconds to wait before another try, where the refusal has it; else a usual time. */
  static boolean waits(ErrorCode code) {
    return code.status() == 429 || code.status() == 503;
  }

  private static String notFound(@Nullable String subject) {
    return subject == null
        ? "RESOURCE_NOT_FOUND"
        : switch (subject) {
          case "project" -> "GROUP_NOT_FOUND";
          case "organization" -> "ORG_NOT_FOUND";
          case "resource" -> "CLUSTER_NOT_FOUND";
          case "person", "user" -> "USER_NOT_FOUND";
          case "API key" -> "API_KEY_NOT_FOUND";
          case "custom role" -> "ATLAS_CUSTOM_ROLE_NOT_FOUND";
          default -> name(subject) + "_NOT_FOUND";
        };
  }

  private static String taken(@Nullable String subject) {
    return subject == null
        ? "DUPLICATE_NAME"
        : switch (subject) {
          case "database user" -> "USER_ALREADY_EXISTS";
          default -> "DUPLICATE_" + name(subject) + "_NAME";
        };
  }

  private static String inUse(@Nullable String subject) {
    return subject == null
        ? "IN_USE"
        : switch (subject) {
          case "project" -> "CANNOT_CLOSE_GROUP_ACTIVE_ATLAS_CLUSTERS";
          case "team" -> "CANNOT_DELETE_TEAM_ASSIGNED_TO_PROJECT";
          default -> name(subject) + "_IN_USE";
        };
  }

  private static String name(String subject) {
    return subject.toUpperCase(java.util.Locale.ROOT).replaceAll("[^A-Z0-9]+", "_");
  }
}
