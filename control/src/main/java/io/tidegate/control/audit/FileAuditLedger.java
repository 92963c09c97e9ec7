package io.tidegate.control.audit;

import io.tidegate.control.platform.DataFolder;
import io.tidegate.control.platform.StartFailure;
import io.tidegate.ledger.Batch;
import io.tidegate.ledger.Entry;
import io.tidegate.ledger.Ledger;
import io.tidegate.ledger.LedgerException;
import io.tidegate.ledger.LedgerKeys;
import io.tidegate.ledger.LedgerOptions;
import io.tidegate.ledger.LedgerReadException;
import io.tidegate.ledger.LedgerVerifier;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.function.ObjLongConsumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/**
 * The audit ledger in the data folder's {@code audit}, its keys in {@code keys/ledger}. A ledger
 * that broke while writing, as on a full disk, is opened anew at the next try.
 */
@Component
class FileAuditLedger implements AuditLedger {
  private static final String STREAM = "audit";

  private final Path folder;
  private final LedgerKeys keys;
  private final InstantSource clock;
  private @Nullable Ledger ledger;

  FileAuditLedger(DataFolder data, InstantSource clock) {
    this.folder = data.folder("audit");
    this.clock = clock;
    try {
      this.keys = LedgerKeys.createOrLoad(data.folder("keys").resolve("ledger"));
      this.ledger = Ledger.open(folder, keys, LedgerOptions.audit(), clock);
    } catch (LedgerException e) {
      throw new StartFailure("The audit ledger cannot be opened: " + e.getMessage(), e);
    }
  }

  private synchronized Ledger open() throws LedgerException {
    Ledger open = ledger;
    if (open == null) {
      open = Ledger.open(folder, keys, LedgerOptions.audit(), clock);
      ledger = open;
    }
    return open;
  }

  private synchronized void giveUp() {
    Ledger broken = ledger;
    ledger = null;
    if (broken != null) {
      broken.close();
    }
  }

  @Override
  public long append(List<byte[]> payloads) {
    Batch batch = new Batch();
    for (byte[] payload : payloads) {
      batch.add(STREAM, clock.instant(), payload);
    }
    try {
      return open().write(batch) + payloads.size() - 1;
    } catch (LedgerException e) {
      giveUp();
      throw new LedgerUnavailable("The audit ledger cannot be written: " + e.getMessage(), e);
    }
  }

  @Override
  public void read(long fromIndex, ObjLongConsumer<byte[]> each) {
    try (Stream<Entry> entries = open().read(fromIndex, STREAM)) {
      entries.forEach(entry -> each.accept(entry.payload(), entry.index()));
    } catch (LedgerException | LedgerReadException e) {
      throw new LedgerUnavailable("The audit ledger cannot be read: " + e.getMessage(), e);
    }
  }

  @Override
  public List<AuditTrail.Finding> verify() {
    return LedgerVerifier.verify(folder, keys).findings().stream()
        .map(finding ->
            new AuditTrail.Finding(
                finding.kind(),
                finding.place().file() + " at " + finding.place().offset(),
                finding.sentence()))
        .toList();
  }

  @Override
  public long entries() {
    try {
      return open().nextIndex();
    } catch (LedgerException e) {
      return 0;
    }
  }

  @Override
  public synchronized void close() {
    giveUp();
  }
}
