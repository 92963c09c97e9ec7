package io.tidegate.gateway.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.tidegate.gateway.transport.Transport.Sockets;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class TransportTest {

  /** All that this machine has; NIO is everywhere. */
  static Stream<Sockets> here() {
    return List.of("io_uring", "epoll", "nio").stream()
        .flatMap(name -> {
          try {
            return Stream.of(Sockets.named(name));
          } catch (IllegalArgumentException e) {
            return Stream.empty();
          }
        });
  }

  @ParameterizedTest
  @MethodSource("here")
  void bothEndsSpeak(Sockets sockets) throws Exception {
    CompletableFuture<String> heard = new CompletableFuture<>();
    try (Transport transport = Transport.open(1, sockets)) {
      Channel server =
          transport
              .server()
              .childHandler(
                  new ChannelInboundHandlerAdapter() {
                    @Override
                    public void channelRead(ChannelHandlerContext ctx, Object message) {
                      ByteBuf bytes = (ByteBuf) message;
                      heard.complete(bytes.toString(StandardCharsets.US_ASCII));
                      bytes.release();
                    }
                  })
              .bind(new InetSocketAddress("127.0.0.1", 0))
              .sync()
              .channel();
      Channel client =
          transport
              .client(transport.loops().next(), Duration.ofSeconds(5))
              .handler(new ChannelInboundHandlerAdapter())
              .connect(server.localAddress())
              .sync()
              .channel();
      client.writeAndFlush(Unpooled.copiedBuffer("hello", StandardCharsets.US_ASCII));

      assertThat(heard.get(5, TimeUnit.SECONDS)).isEqualTo("hello");
      assertThat(transport).hasToString(sockets.name().toLowerCase(java.util.Locale.ROOT));
    }
  }

  @Test
  void whatNobodyHasIsRefusedWithWhatThereIs() {
    assertThatThrownBy(() -> Sockets.named("kqueue"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("auto, io_uring, epoll or nio");
  }
}
