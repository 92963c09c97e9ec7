package io.tidegate.server;

import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/**
 * What runs where: printed for people, written for scripts.
 *
 * @param portal its address
 * @param api the address of the native API
 * @param gateway host and port of the tunnel listener
 * @param link host and port that more gateways dial
 * @param people the sign-ins to show: the demo's, or the first administrator's on its first start
 * @param apiKey opens the Atlas-compatible API; null without a demo
 * @param project the demo's project, null without a demo
 * @param resources names of the demo's resources
 * @param target words for what stands behind the demo's resource; null without a demo
 */
record StartReport(
    String portal,
    String api,
    String gateway,
    String link,
    List<SignIn> people,
    @Nullable DemoKey apiKey,
    @Nullable String project,
    List<String> resources,
    @Nullable String target,
    Path data) {

  /** A sign-in with its password in the clear: for the operator's own terminal and ready file. */
  record SignIn(String name, String password, String role, String says) {
    @Override
    public String toString() {
      return "SignIn[" + name + ", <hidden>, " + role + "]";
    }
  }

  /**
   * What a client of the Atlas-compatible API needs, the private key in the clear as the passwords
   * are.
   *
   * @param groupId the demo's project, as that API names it
   */
  record DemoKey(String publicKey, String privateKey, String orgId, String groupId) {
    @Override
    public String toString() {
      return "DemoKey[" + publicKey + ", <hidden>]";
    }
  }

  private record PersonEntry(String name, String password, String role) {
    @Override
    public String toString() {
      return "PersonEntry[" + name + ", <hidden>]";
    }
  }

  private record Ready(
      String portal,
      String api,
      String gateway,
      String link,
      List<PersonEntry> people,
      @Nullable DemoKey apiKey,
      @Nullable String project,
      List<String> resources) {}

  /** Writes the ready file, whole or not at all, readable by its owner only. */
  void write(Path file) {
    Ready ready =
        new Ready(
            portal,
            api,
            gateway,
            link,
            people.stream()
                .map(person -> new PersonEntry(person.name(), person.password(), person.role()))
                .toList(),
            apiKey,
            project,
            resources);
    byte[] json = JsonMapper.builder().build().writeValueAsBytes(ready);
    Path target = file.toAbsolutePath();
    Path fresh = target.resolveSibling("." + target.getFileName() + ".new");
    try {
      Files.deleteIfExists(fresh);
      Files.createFile(
          fresh,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
      Files.write(fresh, json);
      Files.move(
          fresh, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new UncheckedIOException(
          "The ready file " + target + " cannot be written: " + e.getMessage() + ".", e);
    }
  }

  void print(PrintStream stream) {
    StringBuilder out = new StringBuilder();
    out.append("\n  Tidegate is up.\n\n");
    row(out, "Portal", portal);
    row(out, "Gateway", gateway);
    row(out, "Data", data.toString());
    if (target != null) {
      row(out, "Resource", String.join(", ", resources) + " in project " + project + ", " + target);
    }
    if (!people.isEmpty()) {
      out.append("\n  Sign in as\n");
      int names = people.stream().mapToInt(person -> person.name().length()).max().orElse(0);
      int passwords =
          people.stream().mapToInt(person -> person.password().length()).max().orElse(0);
      for (SignIn person : people) {
        out.append(
            "    %%-%ds   %%-%ds   %%s\n"
                .formatted(names, passwords)
                .formatted(person.name(), person.password(), person.says()));
      }
    }
    if (project != null && !resources.isEmpty()) {
      out.append("\n  Then, in another terminal\n");
      out.append("    ./tidegate login --domain ").append(portal).append(" --user engineer\n");
      out.append("    ./tidegate db access --resource ")
          .append(resources.getFirst())
          .append(" --account readonly --project-id ")
          .append(project)
          .append(" --duration 1h\n");
    }
    if (apiKey != null) {
      out.append("\n  Clients of the Atlas Administration API, such as the atlas command line\n");
      out.append("    export MONGODB_ATLAS_OPS_MANAGER_URL=").append(portal).append("/\n");
      out.append("    export MONGODB_ATLAS_PUBLIC_API_KEY=").append(apiKey.publicKey());
      out.append(" MONGODB_ATLAS_PRIVATE_API_KEY=").append(apiKey.privateKey()).append('\n');
      out.append("    export MONGODB_ATLAS_ORG_ID=").append(apiKey.orgId());
      out.append(" MONGODB_ATLAS_PROJECT_ID=").append(apiKey.groupId()).append('\n');
    }
    out.append("\n  Ctrl+C stops everything.\n");
    stream.writeBytes(out.toString().getBytes(StandardCharsets.UTF_8));
    stream.flush();
  }

  private static void row(StringBuilder out, String name, String value) {
    out.append("    %-10s %s\n".formatted(name, value));
  }
}
