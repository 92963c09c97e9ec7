package io.tidegate.gateway.support;

import io.tidegate.gateway.target.Dialler;
import io.tidegate.gateway.target.TargetView;
import io.tidegate.gateway.target.TargetWatch;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;

/** A target of which only the view is known; nothing can be dialled. */
public final class FixedTarget implements TargetWatch {
  public volatile TargetView view;
  public final AtomicInteger checks = new AtomicInteger();
  public final AtomicInteger releases = new AtomicInteger();

  public FixedTarget(TargetView view) {
    this.view = view;
  }

  @Override
  public TargetView view() {
    return view;
  }

  @Override
  public TargetView await(Duration atMost) {
    return view;
  }

  @Override
  public Dialler dialler() {
    throw new UnsupportedOperationException("nothing can be dialled here");
  }

  @Override
  public void checkNow() {
    checks.incrementAndGet();
  }

  @Override
  public void release() {
    releases.incrementAndGet();
  }
}
