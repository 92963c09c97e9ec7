package io.tidegate.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidegate.access.Network.Cloud;
import io.tidegate.access.Network.Endpoint;
import io.tidegate.access.Network.EndpointId;
import io.tidegate.access.Network.Origin;
import io.tidegate.access.Network.Range;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.time.Instant;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class NetworkTest {
  private static final Instant NOW = TestLeases.DURING;

  @ParameterizedTest
  @CsvSource({
    "10.0.0.0/8, 10.255.255.255, true",
    "10.0.0.0/8, 11.0.0.0, false",
    "10.1.2.3/8, 10.9.9.9, true",
    "192.0.2.128/25, 192.0.2.127, false",
    "192.0.2.128/25, 192.0.2.128, true",
    "192.0.2.7, 192.0.2.7, true",
    "192.0.2.7, 192.0.2.6, false",
    "0.0.0.0/0, 203.0.113.9, true",
    "0.0.0.0/0, 2001:db8::1, false",
    "::/0, 2001:db8::1, true",
    "::/0, 203.0.113.9, false",
    "2001:db8::/33, 2001:db8:7fff::1, true",
    "2001:db8::/33, 2001:db8:8000::1, false",
    "::ffff:10.0.0.0/104, 10.1.1.1, true",
    "::ffff:10.0.0.0/104, 11.1.1.1, false",
    "::ffff:10.0.0.7, 10.0.0.7, true"
  })
  void rangesContainWhatTheySay(String range, String address, boolean contained) {
    assertThat(Cidr.parse(range).contains(InetAddress.ofLiteral(address))).isEqualTo(contained);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "/",
        "10.0.0/8",
        "10.0.0.0/33",
        "10.0.0.0/",
        "10.0.0.0/08",
        "10.0.0.0/-1",
        "010.0.0.1",
        "10.0.0.256",
        "10.0.0.1.2",
        "fe80::1%eth0",
        "2001:db8::/129",
        "db1.example",
        "10.0.0.0/8/8",
        ":",
        "1::2::3",
        "::ffff:10.0.0.0/95",
        "127.1",
        "2130706433",
        "[::1]",
        " 10.0.0.1"
      })
  void whatIsNoRangeIsRefused(String text) {
    assertThatThrownBy(() -> Cidr.parse(text)).isInstanceOf(IllegalArgumentException.class);
  }

  @Property
  void everyRangeReadsAsItPrintsAndHoldsItsOwnEnds(
      @ForAll @Size(16) byte[] bytes, @ForAll @IntRange(max = 128) int prefix) throws Exception {
    Cidr range = new Cidr(Inet6Address.getByAddress(null, unmapped(bytes), -1), prefix);
    assertThat(Cidr.parse(range.toString())).isEqualTo(range);
    assertThat(range.contains(range.network())).isTrue();
    if (prefix > 0) {
      byte[] outside = range.network().getAddress();
      outside[(prefix - 1) / 8] ^= (byte) (0x80 >> (prefix - 1) % 8);
      assertThat(range.contains(Inet6Address.getByAddress(null, outside, -1))).isFalse();
    }
    if (prefix < 128) {
      byte[] inside = range.network().getAddress();
      inside[prefix / 8] ^= (byte) (0x80 >> prefix % 8);
      assertThat(range.contains(Inet6Address.getByAddress(null, inside, -1))).isTrue();
    }
  }

  private static byte[] unmapped(byte[] bytes) {
    byte[] copy = bytes.clone();
    copy[0] = 0x20;
    return copy;
  }

  @Test
  void anIpv4AddressInIpv6ClothesIsTheIpv4Address() throws Exception {
    byte[] mapped = new byte[16];
    mapped[10] = mapped[11] = (byte) 0xff;
    mapped[12] = 10;
    // As native sockets hand it over; getByAddress of InetAddress would unwrap it.
    InetAddress clothed = Inet6Address.getByAddress(null, mapped, -1);
    assertThat(Network.of(Cidr.parse("10.0.0.0/8")).admits(new Origin(clothed, null), NOW))
        .isTrue();
    assertThat(Network.of(Cidr.ANY_IPV6).admits(new Origin(clothed, null), NOW)).isFalse();
    assertThat(Cidr.parse("10.0.0.0/8").contains(clothed)).isTrue();
  }

  @Test
  void aTemporaryRangeEndsOnTime() {
    Network network =
        new Network(false, List.of(new Range(Cidr.parse("10.0.0.0/8"), NOW)), List.of());
    Origin origin = new Origin(InetAddress.ofLiteral("10.0.0.1"), null);
    assertThat(network.admits(origin, NOW.minusMillis(1))).isTrue();
    assertThat(network.admits(origin, NOW)).isFalse();
  }

  @Test
  void whoComesByAnEndpointIsJudgedByTheEndpointAlone() {
    EndpointId listed = new EndpointId(Cloud.AWS, "vpce-0a");
    EndpointId sameIdElsewhere = new EndpointId(Cloud.GCP, "vpce-0a");
    InetAddress address = InetAddress.ofLiteral("10.0.0.1");
    Network network =
        new Network(
            false, List.of(new Range(Cidr.ANY_IPV4, null)), List.of(new Endpoint(listed, null)));
    assertThat(network.admits(new Origin(address, listed), NOW)).isTrue();
    assertThat(network.admits(new Origin(address, sameIdElsewhere), NOW)).isFalse();
    assertThat(network.admits(new Origin(address, null), NOW)).isTrue();
    Network endpointsOnly = new Network(false, List.of(), List.of(new Endpoint(listed, null)));
    assertThat(endpointsOnly.admits(new Origin(address, null), NOW)).isFalse();
    assertThat(endpointsOnly.admits(new Origin(address, listed), NOW)).isTrue();
  }

  @Test
  void anywhereIsAnywhereAndNowhereNowhere() {
    Origin origin = new Origin(InetAddress.ofLiteral("203.0.113.9"), null);
    Origin behind = new Origin(origin.address(), new EndpointId(Cloud.AZURE, "7"));
    assertThat(Network.ANYWHERE.admits(origin, NOW)).isTrue();
    assertThat(Network.ANYWHERE.admits(behind, NOW)).isTrue();
    assertThat(Network.of().admits(origin, NOW)).isFalse();
    assertThat(Network.of().admits(behind, NOW)).isFalse();
  }

  @Test
  void tellsWhetherATemporaryRangeEndsMeanwhile() {
    Instant end = Instant.parse("2026-11-23T09:00:00Z");
    Network network =
        new Network(
            false,
            List.of(
                new Network.Range(Cidr.parse("192.0.2.7"), null),
                new Network.Range(Cidr.parse("192.0.2.8"), end)),
            List.of());

    assertThat(network.endsBetween(end.minusSeconds(2), end.minusMillis(1))).isFalse();
    assertThat(network.endsBetween(end.minusMillis(1), end)).isTrue();
    assertThat(network.endsBetween(end, end.plusSeconds(9))).isFalse();
    assertThat(Network.ANYWHERE.endsBetween(end.minusSeconds(2), end)).isFalse();
  }
}
