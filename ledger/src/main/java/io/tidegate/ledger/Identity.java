package io.tidegate.ledger;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.Signature;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The file {@code identity}: which ledger this is and whose signature counts, signed by that same
 * key. One text, rendered in exactly one way, so that no byte of it can change unseen.
 */
record Identity(byte[] ledgerId, long createdMicros, LedgerPublicKey publicKey, byte[] signature) {
  static final int ID_LENGTH = 16;
  static final int MAXIMUM_BYTES = 1024;

  /** No identity is shorter. */
  static final int MINIMUM_BYTES = 220;

  private static final Pattern TEXT =
      Pattern.compile(
          "tidegate-ledger 1\\nid ([0-9a-f]{32})\\ncreated (\\d{1,18})\\nkey"
              + " ([A-Za-z0-9+/=]{60})\\nsignature ([A-Za-z0-9+/=]{88})\\n");

  static Identity sign(byte[] ledgerId, Instant created, LedgerKeys keys) {
    long micros = Micros.of(created);
    try {
      Signature signer = keys.signer();
      signer.update(
          statement(ledgerId, micros, keys.publicKey()).getBytes(StandardCharsets.US_ASCII));
      return new Identity(ledgerId, micros, keys.publicKey(), signer.sign());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("signing failed", e);
    }
  }

  static Identity parse(byte[] bytes) throws MalformedLedgerException {
    Matcher matcher = TEXT.matcher(new String(bytes, StandardCharsets.ISO_8859_1));
    if (!matcher.matches()) {
      throw new MalformedLedgerException("it is not an identity of this version");
    }
    try {
      Identity identity =
          new Identity(
              HexFormat.of().parseHex(matcher.group(1)),
              Long.parseLong(matcher.group(2)),
              LedgerPublicKey.parse(matcher.group(3)),
              Base64.getDecoder().decode(matcher.group(4)));
      if (!Arrays.equals(identity.bytes(), bytes)) {
        throw new MalformedLedgerException("it is not written in the one canonical way");
      }
      if (!identity.publicKey.verifies(
          statement(identity.ledgerId, identity.createdMicros, identity.publicKey),
          identity.signature)) {
        throw new MalformedLedgerException("its signature does not fit its content");
      }
      return identity;
    } catch (IllegalArgumentException e) {
      throw new MalformedLedgerException("its key or signature is not base64 of the right length");
    }
  }

  byte[] bytes() {
    return "%ssignature %s\n"
        .formatted(
            statement(ledgerId, createdMicros, publicKey),
            Base64.getEncoder().encodeToString(signature))
        .getBytes(StandardCharsets.US_ASCII);
  }

  String id() {
    return HexFormat.of().formatHex(ledgerId);
  }

  private static String statement(byte[] ledgerId, long micros, LedgerPublicKey key) {
    return "tidegate-ledger 1\nid %s\ncreated %d\nkey %s\n"
        .formatted(HexFormat.of().formatHex(ledgerId), micros, key.text());
  }
}
