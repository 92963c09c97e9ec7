package io.tidegate.testkit.script;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.bson.BsonDocument;
import org.bson.RawBsonDocument;
import org.bson.codecs.BsonDocumentCodec;

/**
 * Listens on loopback and runs a script for every connection, each on a thread of its own. A script
 * that ends closes its connection; one that throws does too, and the failure is kept.
 */
public final class ScriptedTarget implements AutoCloseable {

  /** What the server does on one connection. */
  @FunctionalInterface
  public interface Script {
    /** Runs the connection from its first byte to its end. */
    void run(Peer peer) throws IOException, InterruptedException;
  }

  /** A frame as it was received. */
  public static final class Frame {
    private static final int OP_MSG = 2013;
    private static final int OP_QUERY = 2004;

    private final ByteBuffer bytes;

    private Frame(byte[] bytes) {
      this.bytes = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    /** All of it, header included; a copy. */
    public byte[] bytes() {
      return bytes.array().clone();
    }

    /** The client's id. */
    public int requestId() {
      return bytes.getInt(4);
    }

    /** The opcode's number. */
    public int opCode() {
      return bytes.getInt(12);
    }

    /** The flag bits of an OP_MSG or an OP_QUERY. */
    public int flags() {
      return bytes.getInt(16);
    }

    /** The body: an OP_MSG's section 0 when it comes first, or an OP_QUERY's query. */
    public BsonDocument body() {
      int at =
          switch (opCode()) {
            case OP_MSG -> 21;
            case OP_QUERY -> {
              int end = 20;
              while (bytes.get(end) != 0) {
                end++;
              }
              yield end + 9;
            }
            default -> throw new IllegalStateException("opcode " + opCode());
          };
      byte[] document = new byte[bytes.getInt(at)];
      bytes.get(at, document);
      return new RawBsonDocument(document).decode(new BsonDocumentCodec());
    }

    /** The command's name. */
    public String command() {
      return body().getFirstKey();
    }
  }

  /** The other side of one connection. */
  public final class Peer {
    private final int number;
    private final Socket socket;
    private final DataInputStream in;
    private final OutputStream out;
    private final AtomicInteger ids = new AtomicInteger(1_000);

    private Peer(int number, Socket socket) throws IOException {
      this.number = number;
      this.socket = socket;
      in = new DataInputStream(socket.getInputStream());
      out = socket.getOutputStream();
    }

    /** 1 for the first connection. */
    public int number() {
      return number;
    }

    /** The next whole frame; throws {@link EOFException} when the client is gone. */
    public Frame receive() throws IOException {
      byte[] length = in.readNBytes(4);
      if (length.length < 4) {
        throw new EOFException("the client closed the connection");
      }
      int total = ByteBuffer.wrap(length).order(ByteOrder.LITTLE_ENDIAN).getInt();
      byte[] frame = new byte[total];
      System.arraycopy(length, 0, frame, 0, 4);
      in.readFully(frame, 4, total - 4);
      var received = new Frame(frame);
      frames.add(received);
      return received;
    }

    /** Sends these bytes and nothing else. */
    public void send(byte[] bytes) throws IOException {
      out.write(bytes);
      out.flush();
    }

    /** Answers in the opcode family of the request. */
    public void reply(Frame request, BsonDocument body) throws IOException {
      send(
          request.opCode() == Frame.OP_QUERY
              ? opReply(ids.incrementAndGet(), request.requestId(), body)
              : opMsg(ids.incrementAndGet(), request.requestId(), 0, body));
    }

    /** Answers with flags, such as moreToCome (2); returns the id that the reply had. */
    public int reply(int responseTo, int flags, BsonDocument body) throws IOException {
      int id = ids.incrementAndGet();
      send(opMsg(id, responseTo, flags, body));
      return id;
    }

    /** Closes with a reset instead of an orderly end. */
    public void reset() throws IOException {
      socket.setSoLinger(true, 0);
      socket.close();
    }
  }

  private final ServerSocket listener;
  private final List<Frame> frames = new CopyOnWriteArrayList<>();
  private final List<Throwable> failures = new CopyOnWriteArrayList<>();
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();
  private final AtomicInteger connections = new AtomicInteger();

  private ScriptedTarget(Script script) throws IOException {
    listener = new ServerSocket(0, 128, InetAddress.getLoopbackAddress());
    Thread.ofVirtual().name("scripted-target").start(() -> accept(script));
  }

  /** Starts one on a free port. */
  public static ScriptedTarget start(Script script) throws IOException {
    return new ScriptedTarget(script);
  }

  /** An OP_MSG with one body section and no checksum. */
  public static byte[] opMsg(int requestId, int responseTo, int flags, BsonDocument body) {
    ByteBuffer document =
        new RawBsonDocument(body, new BsonDocumentCodec()).getByteBuffer().asNIO();
    int length = 21 + document.remaining();
    ByteBuffer out = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
    out.putInt(length).putInt(requestId).putInt(responseTo).putInt(Frame.OP_MSG);
    out.putInt(flags).put((byte) 0).put(document);
    return out.array();
  }

  /** An OP_REPLY with one document. */
  public static byte[] opReply(int requestId, int responseTo, BsonDocument body) {
    ByteBuffer document =
        new RawBsonDocument(body, new BsonDocumentCodec()).getByteBuffer().asNIO();
    int length = 36 + document.remaining();
    ByteBuffer out = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
    out.putInt(length).putInt(requestId).putInt(responseTo).putInt(1);
    out.putInt(8).putLong(0).putInt(0).putInt(1).put(document);
    return out.array();
  }

  private void accept(Script script) {
    while (!listener.isClosed()) {
      try {
        Socket socket = listener.accept();
        socket.setTcpNoDelay(true);
        open.add(socket);
        int number = connections.incrementAndGet();
        Thread.ofVirtual().start(() -> serve(script, number, socket));
      } catch (IOException e) {
        if (!listener.isClosed()) {
          failures.add(e);
        }
      }
    }
  }

  private void serve(Script script, int number, Socket socket) {
    try (socket) {
      script.run(new Peer(number, socket));
    } catch (EOFException e) {
      // The client left; a script need not foresee when.
    } catch (IOException | RuntimeException e) {
      if (!listener.isClosed()) {
        failures.add(e);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      open.remove(socket);
    }
  }

  /** The port it listens on, on 127.0.0.1. */
  public int port() {
    return listener.getLocalPort();
  }

  /** Every frame of every connection so far, in order of arrival. */
  public List<Frame> received() {
    return List.copyOf(frames);
  }

  /** How many connections there were. */
  public int connections() {
    return connections.get();
  }

  /** What scripts threw; a client that merely left is none. */
  public List<Throwable> failures() {
    return List.copyOf(failures);
  }

  @Override
  public void close() {
    try {
      listener.close();
      for (Socket socket : open) {
        socket.close();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
