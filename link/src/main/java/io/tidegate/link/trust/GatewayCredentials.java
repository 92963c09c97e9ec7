package io.tidegate.link.trust;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a gateway is known by: its key, its certificate and the authority behind both planes. The
 * key was made here and never leaves.
 */
public record GatewayCredentials(
    PrivateKey privateKey, X509Certificate certificate, X509Certificate authority) {
  private static final String FILE = "gateway.pem";

  /**
   * @throws IllegalArgumentException if the certificate is not a gateway's
   */
  public GatewayCredentials {
    if (Certificates.gatewayIdOf(certificate) == null) {
      throw new IllegalArgumentException("not a gateway's certificate");
    }
  }

  public String gatewayId() {
    String id = Certificates.gatewayIdOf(certificate);
    if (id == null) {
      throw new IllegalStateException("checked when made");
    }
    return id;
  }

  /** The certificate followed by its authority's, as a server presents it. */
  public List<X509Certificate> chain() {
    return List.of(certificate, authority);
  }

  /** When the next certificate should be asked for: two thirds through this one's life. */
  public Instant renewAt() {
    Instant from = certificate.getNotBefore().toInstant();
    Instant to = certificate.getNotAfter().toInstant();
    return from.plus(Duration.between(from, to).multipliedBy(2).dividedBy(3));
  }

  /** Keeps the credentials in a folder, readable by its owner only; replaces what was there. */
  public void save(Path folder) throws IOException {
    Files.createDirectories(folder);
    String text =
        Pem.privateKey(privateKey) + Pem.certificate(certificate) + Pem.certificate(authority);
    Path fresh = folder.resolve(FILE + ".new");
    Files.deleteIfExists(fresh);
    Files.createFile(fresh, ownerOnly(folder));
    Files.writeString(
        fresh, text, StandardCharsets.US_ASCII, StandardOpenOption.WRITE, StandardOpenOption.DSYNC);
    Files.move(
        fresh,
        folder.resolve(FILE),
        StandardCopyOption.ATOMIC_MOVE,
        StandardCopyOption.REPLACE_EXISTING);
  }

  /**
   * Reads the credentials kept in a folder.
   *
   * @return null if the gateway has not enrolled yet
   * @throws InvalidTrustMaterialException if the file is there but cannot be read as credentials
   */
  public static @Nullable GatewayCredentials load(Path folder)
      throws IOException, InvalidTrustMaterialException {
    Path file = folder.resolve(FILE);
    if (!Files.exists(file)) {
      return null;
    }
    String text = Files.readString(file, StandardCharsets.US_ASCII);
    List<X509Certificate> certificates = Pem.readCertificates(text);
    if (certificates.size() != 2 || Certificates.gatewayIdOf(certificates.getFirst()) == null) {
      throw new InvalidTrustMaterialException(
          file + " does not hold a gateway's certificate and its authority's.");
    }
    return new GatewayCredentials(
        Pem.readPrivateKey(text), certificates.get(0), certificates.get(1));
  }

  @Override
  public String toString() {
    return "GatewayCredentials[" + gatewayId() + ", key=<hidden>]";
  }

  private static FileAttribute<?>[] ownerOnly(Path folder) {
    Set<String> views = folder.getFileSystem().supportedFileAttributeViews();
    if (!views.contains("posix")) {
      return new FileAttribute<?>[0];
    }
    return new FileAttribute<?>[] {
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
    };
  }
}
