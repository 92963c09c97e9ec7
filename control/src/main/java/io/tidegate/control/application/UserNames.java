package io.tidegate.control.application;

import io.tidegate.control.application.DatabaseUser.Kind;
import io.tidegate.control.platform.ErrorCode;
import io.tidegate.control.platform.Refused;
import java.util.Map;
import java.util.regex.Pattern;
import javax.naming.ldap.Rdn;
import javax.security.auth.x500.X500Principal;
import org.jspecify.annotations.Nullable;

/** What database users may be called, by what they prove who they are with. */
final class UserNames {
  static final String ADMIN = "admin";
  static final String EXTERNAL = "$external";

  private static final int LONGEST = 1024;
  private static final Pattern AWS_USER =
      Pattern.compile("arn:aws(-cn|-us-gov)?:iam::[0-9]+:user/[\\w+=,.@/-]+");
  private static final Pattern AWS_ROLE =
      Pattern.compile(
          "arn:aws(-cn|-us-gov)?:(iam::[0-9]+:role|sts::[0-9]+:assumed-role)/[\\w+=,.@/-]+");
  private static final Pattern OF_PROVIDER = Pattern.compile("[^/]+/.+", Pattern.DOTALL);
  private static final Map<String, String> KEYWORDS =
      Map.of("E", "1.2.840.113549.1.9.1", "EMAILADDRESS", "1.2.840.113549.1.9.1");

  private UserNames() {}

  static void check(String username, Kind kind) {
    if (username.isBlank() || username.length() > LONGEST) {
      throw bad("must have 1 to " + LONGEST + " characters");
    }
    if (username.chars().anyMatch(Character::isISOControl)) {
      throw bad("must not have control characters");
    }
    switch (kind) {
      case SCRAM, LDAP_USER, X509_MANAGED -> {}
      case X509_CUSTOMER -> {
        if (name(username) == null) {
          throw bad(
              "of a certificate is its subject as a distinguished name, such as CN=app,OU=shop");
        }
      }
      case LDAP_GROUP -> {
        if (name(username) == null) {
          throw bad("of a group is its distinguished name, such as CN=apps,OU=groups,DC=example");
        }
      }
      case OIDC_USER, OIDC_GROUP -> {
        if (!OF_PROVIDER.matcher(username).matches()) {
          throw bad("is the identity provider's id, a slash, and the name of the user or group");
        }
      }
      case AWS_IAM_USER -> {
        if (!AWS_USER.matcher(username).matches()) {
          throw bad("is the ARN of the user, such as arn:aws:iam::123456789012:user/app");
        }
      }
      case AWS_IAM_ROLE -> {
        if (!AWS_ROLE.matcher(username).matches()) {
          throw bad("is the ARN of the role, such as arn:aws:iam::123456789012:role/app");
        }
      }
    }
  }

  private static Refused bad(String how) {
    return new Refused(ErrorCode.BAD_INPUT, "username " + how + ".");
  }

  /** The name as a distinguished one; null when it is none. */
  private static @Nullable X500Principal name(String text) {
    try {
      X500Principal name = new X500Principal(text, KEYWORDS);
      return name.getName().isEmpty() ? null : name;
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  /**
   * The subject of the certificates that are issued to a user: its name, or that as common name.
   */
  static X500Principal subject(String username) {
    X500Principal name = name(username);
    return name == null ? new X500Principal("CN=" + Rdn.escapeValue(username)) : name;
  }
}
