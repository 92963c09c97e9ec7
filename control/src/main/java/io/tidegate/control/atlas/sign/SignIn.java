package io.tidegate.control.atlas.sign;

import io.tidegate.control.atlas.surface.Authenticator;
import jakarta.servlet.http.HttpServletRequest;
import java.util.Collections;
import java.util.List;
import org.springframework.stereotype.Component;

/** Hands a request to whom its proof is for. */
@Component
final class SignIn implements Authenticator {
  private final DigestSignIn digest;

  SignIn(DigestSignIn digest) {
    this.digest = digest;
  }

  @Override
  public Finding authenticate(HttpServletRequest request) {
    List<String> headers = Collections.list(request.getHeaders("Authorization"));
    if (headers.size() != 1) {
      return digest.challenge();
    }
    String header = headers.getFirst();
    if (header.regionMatches(true, 0, "Digest ", 0, 7)) {
      return digest.authenticate(header, request);
    }
    return digest.challenge();
  }
}
