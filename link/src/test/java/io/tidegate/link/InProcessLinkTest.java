package io.tidegate.link;

import java.io.IOException;
import java.util.UUID;

class InProcessLinkTest extends LinkContract {
  private final String name = "link-" + UUID.randomUUID();

  @Override
  LinkServer serve(ControlEndpoint endpoint, ControlCredentials as) throws IOException {
    return LinkServer.inProcess(endpoint, () -> as, name, options);
  }

  @Override
  LinkServer serveWith(LinkOptions with) throws IOException {
    return LinkServer.inProcess(control, () -> control.credentials, name, with);
  }

  @Override
  LinkTransport transport() {
    return new LinkTransport.InProcess(name);
  }
}
