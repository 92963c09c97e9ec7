package io.tidegate.gateway.support;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.tidegate.wire.OpMsg;
import io.tidegate.wire.OpReply;
import io.tidegate.wire.WireMessage;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.bson.BsonBinary;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonInt64;
import org.bson.BsonString;

/** A client that says exactly what a test tells it to. */
public final class RawClient implements AutoCloseable {
  private final Socket socket;
  private int requestId = 1000;

  public RawClient(Socket socket) throws SocketException {
    this.socket = socket;
    socket.setSoTimeout(10_000);
  }

  public static RawClient direct(InetSocketAddress address) throws IOException {
    return new RawClient(new Socket(address.getAddress(), address.getPort()));
  }

  public static BsonDocument hello() {
    return new BsonDocument("hello", new BsonInt32(1)).append("$db", new BsonString("admin"));
  }

  public static BsonDocument find(String database, String collection) {
    return new BsonDocument("find", new BsonString(collection))
        .append("$db", new BsonString(database));
  }

  public static BsonDocument getMore(long cursor, String database, String collection) {
    return new BsonDocument("getMore", new BsonInt64(cursor))
        .append("collection", new BsonString(collection))
        .append("$db", new BsonString(database));
  }

  public static BsonDocument lsid(byte[] uuid) {
    return new BsonDocument("id", new BsonBinary((byte) 4, uuid));
  }

  /** Sends a command and reads its reply. */
  public BsonDocument ask(BsonDocument command) throws IOException {
    int id = send(command, 0);
    WireMessage reply = read();
    if (reply.header().responseTo() != id) {
      throw new AssertionError("the reply is to " + reply.header().responseTo() + ", not to " + id);
    }
    return ((OpMsg) reply).body().toBsonDocument();
  }

  public int send(BsonDocument command, int flags) throws IOException {
    int id = ++requestId;
    write(OpMsg.encode(UnpooledByteBufAllocator.DEFAULT, id, 0, flags, command));
    return id;
  }

  public void write(ByteBuf frame) throws IOException {
    byte[] bytes = new byte[frame.readableBytes()];
    frame.readBytes(bytes);
    frame.release();
    write(bytes);
  }

  public void write(byte[] bytes) throws IOException {
    socket.getOutputStream().write(bytes);
    socket.getOutputStream().flush();
  }

  public WireMessage read() throws IOException {
    InputStream in = socket.getInputStream();
    byte[] header = in.readNBytes(4);
    if (header.length < 4) {
      throw new EOFException();
    }
    int length = ByteBuffer.wrap(header).order(ByteOrder.LITTLE_ENDIAN).getInt();
    byte[] rest = in.readNBytes(length - 4);
    if (rest.length < length - 4) {
      throw new EOFException();
    }
    return WireMessage.parseReply(Unpooled.wrappedBuffer(header, rest).copy());
  }

  public BsonDocument readMessage() throws IOException {
    return switch (read()) {
      case OpMsg message -> message.body().toBsonDocument();
      case OpReply reply -> reply.document().toBsonDocument();
      case io.tidegate.wire.OpQuery query -> throw new AssertionError("a query is no reply");
    };
  }

  /** Whether the other side has closed; waits for it. */
  public boolean closed() throws IOException {
    try {
      return socket.getInputStream().read() < 0;
    } catch (SocketException e) {
      return true;
    }
  }

  public Socket socket() {
    return socket;
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
