package io.tidegate.gateway.target;

import io.netty.handler.ssl.SslContext;
import io.tidegate.access.Lease;
import io.tidegate.gateway.config.Timings;
import io.tidegate.gateway.transport.Transport;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiConsumer;
import javax.net.ssl.SSLException;

/** The watchers of all targets that leases name: one a target, however many sessions it has. */
public final class Targets implements AutoCloseable {
  private final Transport transport;
  private final Timings timings;
  private final SrvLookup dns;
  private final BiConsumer<String, TargetView> changed;
  private final Map<Key, Entry> watched = new HashMap<>();

  private record Key(String resourceId, String connectionString, Lease.Tls tls) {}

  private static final class Entry {
    private final TargetWatcher watcher;
    private int shares;

    Entry(TargetWatcher watcher) {
      this.watcher = watcher;
    }
  }

  /**
   * How one resource is.
   *
   * @param view what its watcher knows
   */
  public record Watched(String resourceId, TargetView view) {}

  /**
   * @param changed hears, on an event loop, of each resource whose node is another one now
   */
  public Targets(Transport transport, Timings timings, BiConsumer<String, TargetView> changed) {
    this.transport = transport;
    this.timings = timings;
    this.dns = SrvLookup.dns();
    this.changed = changed;
  }

  /**
   * A share in the watcher of this target, which is started if there is none.
   *
   * @throws IllegalArgumentException when the connection string cannot be understood
   * @throws SSLException when the authorities cannot be read
   */
  public TargetWatch watch(Lease.Target target) throws SSLException {
    Key key = new Key(target.resourceId(), target.connectionString(), target.tls());
    synchronized (watched) {
      Entry entry = watched.get(key);
      if (entry == null) {
        SslContext tls = TargetTls.context(target.tls());
        TargetWatcher watcher =
            new TargetWatcher(
                TargetAddress.parse(target.connectionString()),
                new Dialler(transport, tls, timings.connect()),
                transport.loops().next(),
                timings.poll(),
                dns,
                view -> changed.accept(target.resourceId(), view));
        entry = new Entry(watcher);
        watched.put(key, entry);
        watcher.start();
      }
      entry.shares++;
      return new Share(key, entry);
    }
  }

  /** All that are watched now. */
  public List<Watched> all() {
    synchronized (watched) {
      List<Watched> all = new ArrayList<>();
      watched.forEach((key, entry) -> all.add(new Watched(key.resourceId(), entry.watcher.view())));
      return all;
    }
  }

  @Override
  public void close() {
    synchronized (watched) {
      watched.values().forEach(entry -> entry.watcher.stop());
      watched.clear();
    }
  }

  private final class Share implements TargetWatch {
    private final Key key;
    private final Entry entry;
    private final AtomicBoolean returned = new AtomicBoolean();

    Share(Key key, Entry entry) {
      this.key = key;
      this.entry = entry;
    }

    @Override
    public TargetView view() {
      return entry.watcher.view();
    }

    @Override
    public TargetView await(Duration atMost) throws InterruptedException {
      return entry.watcher.await(atMost);
    }

    @Override
    public Dialler dialler() {
      return entry.watcher.dialler();
    }

    @Override
    public void checkNow() {
      entry.watcher.checkNow();
    }

    @Override
    public void release() {
      if (!returned.compareAndSet(false, true)) {
        return;
      }
      synchronized (watched) {
        if (--entry.shares == 0 && watched.remove(key, entry)) {
          entry.watcher.stop();
        }
      }
    }
  }
}
