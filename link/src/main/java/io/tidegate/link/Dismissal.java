package io.tidegate.link;

import io.grpc.Metadata;
import io.grpc.Status;
import org.jspecify.annotations.Nullable;

/** How the end of a stream says that it is for good. */
final class Dismissal {
  private static final Metadata.Key<String> CODE =
      Metadata.Key.of("tidegate-dismissed", Metadata.ASCII_STRING_MARSHALLER);

  private Dismissal() {}

  static Metadata trailers(String code) {
    Metadata trailers = new Metadata();
    trailers.put(CODE, code);
    return trailers;
  }

  /** The code that the stream ended with; null when the gateway may come back. */
  static @Nullable String codeOf(Throwable failure) {
    Metadata trailers = Status.trailersFromThrowable(failure);
    return trailers == null
            || Status.fromThrowable(failure).getCode() != Status.Code.PERMISSION_DENIED
        ? null
        : trailers.get(CODE);
  }
}
