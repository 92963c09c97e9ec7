package io.tidegate.control.atlas.sign;

import io.tidegate.control.atlas.surface.Authenticator;
import io.tidegate.control.atlas.surface.Caller;
import io.tidegate.control.keys.Doors;
import jakarta.servlet.http.HttpServletRequest;
import java.util.Collections;
import java.util.List;
import org.springframework.stereotype.Component;

/**
 * Hands a request to whom its proof is for. Where programs may call from is asked once they are
 * known, so that nobody learns of a list without a right proof.
 */
@Component
final class SignIn implements Authenticator {
  private final DigestSignIn digest;
  private final BearerSignIn bearer;
  private final Doors doors;

  SignIn(DigestSignIn digest, BearerSignIn bearer, Doors doors) {
    this.digest = digest;
    this.bearer = bearer;
    this.doors = doors;
  }

  @Override
  public Finding authenticate(HttpServletRequest request) {
    Finding finding = proven(request);
    if (finding instanceof Finding.Known(Caller caller)) {
      String address = request.getRemoteAddr();
      boolean admitted =
          switch (caller) {
            case Caller.Key key -> doors.admits(key.id(), address);
            case Caller.Account account -> doors.admits(account.actor().userId(), address);
            case Caller.Person _ -> true;
          };
      if (!admitted) {
        return new Finding.Elsewhere(
            "IP_ADDRESS_NOT_ON_ACCESS_LIST",
            "The access list of "
                + caller.actor().username()
                + " does not have the address "
                + address
                + ", where this call comes from. Add it with other credentials, or call from an"
                + " address that is on it.");
      }
    }
    return finding;
  }

  private Finding proven(HttpServletRequest request) {
    List<String> headers = Collections.list(request.getHeaders("Authorization"));
    if (headers.size() != 1) {
      return digest.challenge();
    }
    String header = headers.getFirst();
    if (header.regionMatches(true, 0, "Digest ", 0, 7)) {
      return digest.authenticate(header, request);
    }
    if (header.regionMatches(true, 0, BearerSignIn.SCHEME, 0, BearerSignIn.SCHEME.length())) {
      return bearer.authenticate(header, request);
    }
    return digest.challenge();
  }
}
