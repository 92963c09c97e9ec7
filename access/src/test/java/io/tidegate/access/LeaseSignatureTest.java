package io.tidegate.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.util.List;
import org.bson.BsonBinaryReader;
import org.bson.BsonBinaryWriter;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonString;
import org.bson.codecs.BsonDocumentCodec;
import org.bson.codecs.DecoderContext;
import org.bson.codecs.EncoderContext;
import org.bson.io.BasicOutputBuffer;
import org.junit.jupiter.api.Test;

class LeaseSignatureTest {
  private final KeyPair keys = pair("Ed25519");
  private final LeaseSigner signer = new LeaseSigner(keys);
  private final LeaseVerifier verifier = new LeaseVerifier(List.of(keys.getPublic()));
  private final Lease lease = TestLeases.of(List.of(TestLeases.on("orders", Action.FIND)));

  @Test
  void whatIsSignedIsWhatIsRead() throws Exception {
    assertThat(verifier.verify(signer.sign(lease))).isEqualTo(lease);
    Lease other = TestLeases.named("root");
    assertThat(verifier.verify(signer.sign(other))).isEqualTo(other).isNotEqualTo(lease);
  }

  @Test
  void everyBindingAndNetworkSurvivesTheWay() throws Exception {
    for (Binding binding : TestLeases.bindings()) {
      for (Network network : TestLeases.networks()) {
        Lease direct = TestLeases.direct(binding, network);
        SignedLease signed = signer.sign(direct);
        assertThat(verifier.verify(signed)).isEqualTo(direct).isNotEqualTo(lease);
        assertThat(direct.toString()).doesNotContain(TestLeases.PLANTED);
      }
    }
  }

  @Test
  void everyFlippedBitOfPayloadAndSignatureIsRefused() {
    SignedLease signed = signer.sign(lease);
    for (int i = 0; i < signed.payload().length; i++) {
      byte[] payload = signed.payload();
      payload[i] ^= (byte) (1 << (i % 8));
      assertRefused(
          new SignedLease(payload, signed.signature(), signed.keyId()),
          LeaseException.Fault.BAD_SIGNATURE);
    }
    for (int i = 0; i < signed.signature().length; i++) {
      byte[] signature = signed.signature();
      signature[i] ^= (byte) (1 << (i % 8));
      assertRefused(
          new SignedLease(signed.payload(), signature, signed.keyId()),
          LeaseException.Fault.BAD_SIGNATURE);
    }
  }

  @Test
  void shortAndEmptySignaturesAreRefused() {
    SignedLease signed = signer.sign(lease);
    assertRefused(
        new SignedLease(signed.payload(), new byte[0], signed.keyId()),
        LeaseException.Fault.BAD_SIGNATURE);
    assertRefused(
        new SignedLease(signed.payload(), new byte[64], signed.keyId()),
        LeaseException.Fault.BAD_SIGNATURE);
  }

  @Test
  void aForeignKeyIsRefusedWhateverItCallsItself() {
    SignedLease foreign = new LeaseSigner(pair("Ed25519")).sign(lease);
    assertRefused(foreign, LeaseException.Fault.UNKNOWN_KEY);
    assertRefused(
        new SignedLease(foreign.payload(), foreign.signature(), signer.keyId()),
        LeaseException.Fault.BAD_SIGNATURE);
  }

  @Test
  void aSignatureOverTheBarePayloadIsNotALeaseSignature() throws Exception {
    SignedLease signed = signer.sign(lease);
    Signature bare = Signature.getInstance("Ed25519");
    bare.initSign(keys.getPrivate());
    bare.update(signed.payload());
    assertRefused(
        new SignedLease(signed.payload(), bare.sign(), signed.keyId()),
        LeaseException.Fault.BAD_SIGNATURE);
  }

  @Test
  void rightlySignedBytesThatAreNoLeaseOfThisVersionAreRefused() throws Exception {
    BsonDocument document = decode(LeaseCodec.encode(lease));
    assertThat(verifier.verify(sign(encode(document)))).isEqualTo(lease);

    BsonDocument unknownField = document.clone().append("alsoAllow", new BsonString("*"));
    BsonDocument newer = document.clone().append("v", new BsonInt32(3));
    BsonDocument older = document.clone().append("v", new BsonInt32(1));
    BsonDocument missing = document.clone();
    missing.remove("revision");
    BsonDocument unknownAction = document.clone();
    unknownAction
        .getArray("privileges")
        .get(0)
        .asDocument()
        .getArray("actions")
        .add(new BsonString("everything"));
    BsonDocument moved = new BsonDocument("leaseId", document.get("leaseId"));
    document.forEach(moved::putIfAbsent);
    for (BsonDocument wrong : List.of(unknownField, newer, older, missing, unknownAction, moved)) {
      assertRefused(sign(encode(wrong)), LeaseException.Fault.MALFORMED);
    }
    assertRefused(sign(new byte[] {1, 2, 3}), LeaseException.Fault.MALFORMED);
    byte[] trailing = java.util.Arrays.copyOf(LeaseCodec.encode(lease), 4096);
    assertRefused(sign(trailing), LeaseException.Fault.MALFORMED);
  }

  @Test
  void onlyEd25519KeysSign() {
    assertThatThrownBy(() -> new LeaseSigner(pair("EC")))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(new LeaseSigner(pair("Ed25519")).keyId()).hasSize(32);
  }

  @Test
  void nothingPrintsASecret() {
    String printed = lease + " " + signer.sign(lease);
    assertThat(printed).contains("<hidden>").contains("lse_1").doesNotContain(TestLeases.PLANTED);
    String asNumbers = java.util.Arrays.toString(lease.account().sealedCredential());
    assertThat(printed).doesNotContain(asNumbers.substring(1, 20));
  }

  @Test
  void aConnectionStringWithCredentialsIsNoTarget() {
    assertThatThrownBy(() ->
            new Lease.Target(
                "r", "r", "mongodb://me:pw@h", "admin", new Lease.Tls(false, true, null)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageNotContaining("pw");
    assertThat(
            new Lease.Target("r", "r", "mongodb+srv://h", "admin", new Lease.Tls(false, true, null))
                .connectionString())
        .isEqualTo("mongodb+srv://h");
  }

  private void assertRefused(SignedLease signed, LeaseException.Fault fault) {
    assertThatThrownBy(() -> verifier.verify(signed))
        .isInstanceOfSatisfying(LeaseException.class, e -> assertThat(e.fault()).isEqualTo(fault));
  }

  private SignedLease sign(byte[] payload) throws Exception {
    Signature signature = Signature.getInstance("Ed25519");
    signature.initSign(keys.getPrivate());
    signature.update(LeaseSigner.signedBytes(payload));
    return new SignedLease(payload, signature.sign(), signer.keyId());
  }

  private static BsonDocument decode(byte[] bytes) {
    return new BsonDocumentCodec()
        .decode(
            new BsonBinaryReader(java.nio.ByteBuffer.wrap(bytes)),
            DecoderContext.builder().build());
  }

  private static byte[] encode(BsonDocument document) {
    BasicOutputBuffer out = new BasicOutputBuffer();
    try (BsonBinaryWriter writer = new BsonBinaryWriter(out)) {
      new BsonDocumentCodec().encode(writer, document, EncoderContext.builder().build());
      return out.toByteArray();
    }
  }

  private static KeyPair pair(String algorithm) {
    try {
      return KeyPairGenerator.getInstance(algorithm).generateKeyPair();
    } catch (java.security.NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
