package io.tidegate.cli.remote;

import com.google.gson.JsonObject;
import io.tidegate.cli.ExitCode;
import io.tidegate.cli.Failure;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Sign-ins by domain, in one file that only its owner can read. The last domain signed in to is the
 * one that commands mean when they name none.
 */
public final class TokenFile {
  private static final String NAME = "sign-ins.json";

  private final Path folder;

  public TokenFile(Path folder) {
    this.folder = folder;
  }

  public Path path() {
    return folder.resolve(NAME);
  }

  public Optional<SignIn> of(Domain domain) throws Failure {
    return Optional.ofNullable(read().signIns.get(domain));
  }

  /** The domain of the last sign-in. */
  public Optional<Domain> usual() throws Failure {
    String usual = read().usual;
    return usual.isEmpty() ? Optional.empty() : Optional.of(Domain.parse(usual));
  }

  public void keep(SignIn signIn) throws Failure {
    Content content = read();
    content.signIns.put(signIn.domain(), signIn);
    content.usual = signIn.domain().toString();
    write(content);
  }

  /** Forgets a sign-in; false if there was none. */
  public boolean forget(Domain domain) throws Failure {
    Content content = read();
    if (content.signIns.remove(domain) == null) {
      return false;
    }
    if (content.usual.equals(domain.toString())) {
      content.usual =
          content.signIns.keySet().stream().map(Domain::toString).findFirst().orElse("");
    }
    write(content);
    return true;
  }

  private Content read() throws Failure {
    Path file = path();
    Content content = new Content();
    if (!Files.exists(file)) {
      return content;
    }
    try {
      tighten(file);
      Fields fields =
          Fields.parse(Files.readString(file, StandardCharsets.UTF_8))
              .orElseThrow(() ->
                  failure(
                      "The file " + file + " cannot be read as sign-ins.",
                      "Remove it and sign in again."));
      content.usual = fields.text("usual");
      for (Fields one : fields.list("signIns")) {
        Domain domain = Domain.parse(one.text("domain"));
        Instant expiresAt = one.instant("expiresAt").orElse(null);
        content.signIns.put(
            domain, new SignIn(domain, one.text("user"), one.text("token"), expiresAt));
      }
      return content;
    } catch (IOException e) {
      throw failure("The file " + file + " cannot be read.", "Check its permissions.");
    }
  }

  private void write(Content content) throws Failure {
    JsonObject json = new JsonObject();
    json.addProperty("usual", content.usual);
    com.google.gson.JsonArray all = new com.google.gson.JsonArray();
    for (SignIn signIn : content.signIns.values()) {
      JsonObject one = new JsonObject();
      one.addProperty("domain", signIn.domain().toString());
      one.addProperty("user", signIn.user());
      one.addProperty("token", signIn.token());
      if (signIn.expiresAt() != null) {
        one.addProperty("expiresAt", signIn.expiresAt().toString());
      }
      all.add(one);
    }
    json.add("signIns", all);
    try {
      createFolder();
      Path fresh = Files.createTempFile(folder, NAME, ".new", attributes("rw-------"));
      try {
        Files.writeString(fresh, json + "\n", StandardCharsets.UTF_8);
        Files.move(
            fresh, path(), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      } finally {
        Files.deleteIfExists(fresh);
      }
    } catch (IOException e) {
      throw failure(
          "The sign-in cannot be kept in " + folder + ".",
          "Check the folder's permissions and the disk, or set TIDEGATE_CONFIG_DIR.");
    }
  }

  private void createFolder() throws IOException {
    if (Files.isDirectory(folder)) {
      return;
    }
    Path parent = folder.toAbsolutePath().getParent();
    if (parent != null) {
      Files.createDirectories(parent);
    }
    try {
      Files.createDirectory(folder, attributes("rwx------"));
    } catch (FileAlreadyExistsException e) {
      if (!Files.isDirectory(folder)) {
        throw e;
      }
    }
  }

  /** Somebody loosened it: others have no business in there. */
  private static void tighten(Path file) throws IOException {
    if (!posix(file)) {
      return;
    }
    Set<PosixFilePermission> owner = PosixFilePermissions.fromString("rw-------");
    if (!owner.containsAll(Files.getPosixFilePermissions(file))) {
      Files.setPosixFilePermissions(file, owner);
    }
  }

  private FileAttribute<?>[] attributes(String permissions) {
    return posix(folder)
        ? new FileAttribute<?>[] {
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions))
        }
        : new FileAttribute<?>[0];
  }

  private static boolean posix(Path path) {
    return path.getFileSystem().supportedFileAttributeViews().contains("posix");
  }

  private static Failure failure(String sentence, String next) {
    return new Failure(ExitCode.FAILURE, "sign-ins", sentence, next);
  }

  private static final class Content {
    String usual = "";
    final Map<Domain, SignIn> signIns = new LinkedHashMap<>();
  }
}
