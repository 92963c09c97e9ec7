package io.tidegate.wire;

import io.netty.buffer.AbstractByteBufAllocator;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import org.jspecify.annotations.Nullable;

/** An allocator that remembers what it was asked for. */
final class CountingAllocator extends AbstractByteBufAllocator {
  private int largest;
  private @Nullable ByteBuf last;

  int largest() {
    return largest;
  }

  ByteBuf last() {
    if (last == null) {
      throw new AssertionError("nothing was allocated");
    }
    return last;
  }

  private ByteBuf note(ByteBuf buf) {
    largest = Math.max(largest, buf.capacity());
    last = buf;
    return buf;
  }

  @Override
  protected ByteBuf newHeapBuffer(int initialCapacity, int maxCapacity) {
    return note(UnpooledByteBufAllocator.DEFAULT.heapBuffer(initialCapacity, maxCapacity));
  }

  @Override
  protected ByteBuf newDirectBuffer(int initialCapacity, int maxCapacity) {
    return note(UnpooledByteBufAllocator.DEFAULT.heapBuffer(initialCapacity, maxCapacity));
  }

  @Override
  public boolean isDirectBufferPooled() {
    return false;
  }
}
