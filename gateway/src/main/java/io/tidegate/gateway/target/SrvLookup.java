package io.tidegate.gateway.target;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Hashtable;
import java.util.List;
import java.util.Locale;
import javax.naming.NamingEnumeration;
import javax.naming.NamingException;
import javax.naming.directory.Attribute;
import javax.naming.directory.Attributes;
import javax.naming.directory.InitialDirContext;

/** What DNS says of a {@code mongodb+srv} name. Blocks: for virtual threads. */
@FunctionalInterface
interface SrvLookup {
  /**
   * The hosts behind a name.
   *
   * @throws IOException with a sentence that may be shown
   */
  List<HostPort> hosts(String name) throws IOException;

  /** Through the platform's resolver. */
  // DNS answers hold text only; nothing is deserialized. The naming interface takes this very type.
  @SuppressWarnings({"BanJNDI", "JdkObsolete"})
  static SrvLookup dns() {
    return name -> {
      Hashtable<String, String> environment = new Hashtable<>();
      environment.put("java.naming.factory.initial", "com.sun.jndi.dns.DnsContextFactory");
      environment.put("java.naming.provider.url", "dns:");
      try {
        InitialDirContext context = new InitialDirContext(environment);
        try {
          Attributes found = context.getAttributes("_mongodb._tcp." + name, new String[] {"SRV"});
          return hosts(name, found.get("SRV"));
        } finally {
          context.close();
        }
      } catch (NamingException e) {
        throw new IOException("DNS has no SRV record of _mongodb._tcp." + name, e);
      }
    };
  }

  @SuppressWarnings("BanJNDI") // As above.
  private static List<HostPort> hosts(String name, Attribute records)
      throws NamingException, IOException {
    List<HostPort> hosts = new ArrayList<>();
    if (records != null) {
      NamingEnumeration<?> all = records.getAll();
      while (all.hasMore()) {
        // Priority, weight, port, host.
        String[] parts = String.valueOf(all.next()).split(" ", -1);
        String host =
            parts[3].endsWith(".") ? parts[3].substring(0, parts[3].length() - 1) : parts[3];
        hosts.add(
            inDomain(
                name, new HostPort(host.toLowerCase(Locale.ROOT), Integer.parseInt(parts[2]))));
      }
    }
    if (hosts.isEmpty()) {
      throw new IOException("DNS has no SRV record of _mongodb._tcp." + name);
    }
    return List.copyOf(hosts);
  }

  /**
   * A record may only lead to hosts of the name's own domain, or DNS could send secrets anywhere.
   */
  private static HostPort inDomain(String name, HostPort host) throws IOException {
    String domain = name.substring(name.indexOf('.') + 1);
    if (!host.host().endsWith("." + domain)) {
      throw new IOException(
          "the SRV record of " + name + " leads to " + host + ", outside of its domain");
    }
    return host;
  }
}
