package io.tidegate.gateway.direct;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.haproxy.HAProxyCommand;
import io.netty.handler.codec.haproxy.HAProxyMessage;
import io.netty.handler.codec.haproxy.HAProxyProtocolVersion;
import io.netty.handler.codec.haproxy.HAProxyTLV;
import io.tidegate.access.Network.Cloud;
import io.tidegate.access.Network.EndpointId;
import io.tidegate.access.Network.Origin;
import io.tidegate.gateway.session.Arrival;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a load balancer says of a client in a PROXY header of version 2: its address, and the
 * private endpoint that it came by in the extensions of the three clouds (wire rules, section 13).
 */
final class ProxyHeader {
  private static final byte AWS = (byte) 0xEA;
  private static final byte AWS_ENDPOINT = 0x01;
  private static final byte AZURE = (byte) 0xEE;
  private static final byte AZURE_LINK = 0x01;
  private static final byte GCP = (byte) 0xE0;

  private static final Pattern AWS_ID = Pattern.compile("vpce-[0-9a-f]{1,64}");

  private ProxyHeader() {}

  /**
   * Where the client comes from.
   *
   * @param proxy the load balancer itself, which speaks for itself when it looks whether we are
   *     there
   * @throws IllegalArgumentException when the header is not as it should be
   */
  static Arrival.From read(HAProxyMessage header, Arrival.From proxy) {
    if (header.protocolVersion() != HAProxyProtocolVersion.V2) {
      throw new IllegalArgumentException("it is not of version 2");
    }
    if (header.command() == HAProxyCommand.LOCAL) {
      return proxy;
    }
    String address = header.sourceAddress();
    InetAddress client =
        switch (header.proxiedProtocol()) {
          case TCP4, TCP6 -> address == null ? null : InetAddress.ofLiteral(address);
          default -> null;
        };
    if (client == null) {
      throw new IllegalArgumentException("it names no TCP client");
    }
    return new Arrival.From(new Origin(client, endpoint(header)), header.sourcePort());
  }

  private static @Nullable EndpointId endpoint(HAProxyMessage header) {
    EndpointId found = null;
    for (HAProxyTLV field : header.tlvs()) {
      EndpointId one =
          switch (field.typeByteValue()) {
            case AWS -> aws(field.content());
            case AZURE -> azure(field.content());
            case GCP -> gcp(field.content());
            default -> null;
          };
      if (one != null && found != null) {
        throw new IllegalArgumentException("it names two private endpoints");
      }
      found = one == null ? found : one;
    }
    return found;
  }

  private static @Nullable EndpointId aws(ByteBuf content) {
    int at = content.readerIndex();
    if (!content.isReadable() || content.getByte(at) != AWS_ENDPOINT) {
      return null;
    }
    String id = content.toString(at + 1, content.readableBytes() - 1, StandardCharsets.US_ASCII);
    if (!AWS_ID.matcher(id).matches()) {
      throw new IllegalArgumentException("the endpoint's id is none of AWS");
    }
    return new EndpointId(Cloud.AWS, id);
  }

  private static @Nullable EndpointId azure(ByteBuf content) {
    int at = content.readerIndex();
    if (!content.isReadable() || content.getByte(at) != AZURE_LINK) {
      return null;
    }
    if (content.readableBytes() != 1 + Integer.BYTES) {
      throw new IllegalArgumentException("the endpoint's id is none of Azure");
    }
    return new EndpointId(Cloud.AZURE, Long.toString(content.getUnsignedIntLE(at + 1)));
  }

  private static EndpointId gcp(ByteBuf content) {
    if (content.readableBytes() != Long.BYTES) {
      throw new IllegalArgumentException("the endpoint's id is none of Google Cloud");
    }
    return new EndpointId(Cloud.GCP, Long.toUnsignedString(content.getLong(content.readerIndex())));
  }
}
