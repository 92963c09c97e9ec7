package io.tidegate.link;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.ForwardingClientCall;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.tidegate.link.trust.InvalidTrustMaterialException;
import io.tidegate.link.trust.Pem;
import java.security.cert.CertificateEncodingException;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.function.Supplier;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/** The certificate that the caller of the present call was verified by, in gRPC's context. */
final class PeerCertificate {
  private static final Context.Key<X509Certificate> KEY = Context.key("tidegate-peer-certificate");

  /**
   * In one process there is no handshake: the certificate comes along, and is verified the same.
   */
  private static final Metadata.Key<byte[]> HEADER =
      Metadata.Key.of("tidegate-certificate-bin", Metadata.BINARY_BYTE_MARSHALLER);

  private PeerCertificate() {}

  /** Null if the caller showed none. */
  static @Nullable X509Certificate current() {
    return KEY.get();
  }

  /** Takes the certificate from the TLS handshake, and from nowhere else. */
  static ServerInterceptor fromHandshake() {
    return new Interceptor() {
      @Override
      @Nullable X509Certificate certificate(ServerCall<?, ?> call, Metadata headers) {
        SSLSession session = call.getAttributes().get(Grpc.TRANSPORT_ATTR_SSL_SESSION);
        if (session == null) {
          return null;
        }
        try {
          return session.getPeerCertificates()[0] instanceof X509Certificate peer ? peer : null;
        } catch (SSLPeerUnverifiedException e) {
          return null;
        }
      }
    };
  }

  /** Takes the certificate that a caller in the same process sends along. */
  static ServerInterceptor fromProcess(Supplier<ControlCredentials> control) {
    return new Interceptor() {
      @Override
      @Nullable X509Certificate certificate(ServerCall<?, ?> call, Metadata headers) {
        byte[] der = headers.get(HEADER);
        if (der == null) {
          return null;
        }
        try {
          X509Certificate peer = Pem.readCertificate(der);
          LinkTls.trusting(control.get().authority())
              .checkClientTrusted(new X509Certificate[] {peer}, "EC");
          return peer;
        } catch (InvalidTrustMaterialException | CertificateException e) {
          return null;
        }
      }
    };
  }

  /** Sends the certificate along, inside one process. */
  static ClientInterceptor present(X509Certificate certificate) {
    return new ClientInterceptor() {
      @Override
      public <Q, A> ClientCall<Q, A> interceptCall(
          MethodDescriptor<Q, A> method, CallOptions options, Channel next) {
        return new ForwardingClientCall.SimpleForwardingClientCall<>(
            next.newCall(method, options)) {
          @Override
          public void start(Listener<A> listener, Metadata headers) {
            try {
              headers.put(HEADER, certificate.getEncoded());
            } catch (CertificateEncodingException e) {
              throw new IllegalStateException("the certificate has no encoded form", e);
            }
            super.start(listener, headers);
          }
        };
      }
    };
  }

  private abstract static class Interceptor implements ServerInterceptor {
    abstract @Nullable X509Certificate certificate(ServerCall<?, ?> call, Metadata headers);

    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
        ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
      X509Certificate peer = certificate(call, headers);
      if (peer == null) {
        return next.startCall(call, headers);
      }
      return Contexts.interceptCall(Context.current().withValue(KEY, peer), call, headers, next);
    }
  }
}
