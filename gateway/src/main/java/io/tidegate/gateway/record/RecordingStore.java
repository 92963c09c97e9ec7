package io.tidegate.gateway.record;

import io.tidegate.gateway.session.Ending;
import io.tidegate.gateway.session.Session;
import io.tidegate.gateway.session.Sessions;
import io.tidegate.ledger.Entry;
import io.tidegate.ledger.LedgerReadException;
import io.tidegate.link.RecordedEntry;
import io.tidegate.link.RecordingQuery;
import io.tidegate.link.RecordingSink;
import io.tidegate.link.RecordingUnavailableException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Reads recordings back: past pages, and what is recorded while somebody reads. */
public final class RecordingStore {
  private static final int PAGE = 64;
  private static final Duration LOOK_AGAIN = Duration.ofMillis(100);

  private final LedgerSink ledger;

  public RecordingStore(LedgerSink ledger) {
    this.ledger = ledger;
  }

  /**
   * Hands a recording's entries to the sink, for as long as there are any or, when the reader
   * follows, until the session is over. Blocks: for virtual threads.
   *
   * @throws RecordingUnavailableException when the ledger cannot be read
   */
  public void read(RecordingQuery query, RecordingSink sink, Sessions sessions)
      throws InterruptedException, RecordingUnavailableException {
    long next = query.afterIndex() + 1;
    int left = query.limit() == 0 ? Integer.MAX_VALUE : query.limit();
    while (left > 0 && sink.open()) {
      // Asked before the page is read: what is recorded in between is read in another round.
      boolean over = isOver(sessions.bySession(query.sessionId()), next);
      List<RecordedEntry> page = page(query.sessionId(), next, Math.min(PAGE, left));
      if (!page.isEmpty()) {
        if (!sink.send(page)) {
          return;
        }
        next = page.getLast().index() + 1;
        left -= page.size();
      } else if (!query.follow() || over) {
        return;
      } else if (!sink.pause(LOOK_AGAIN)) {
        return;
      }
    }
  }

  private static boolean isOver(@org.jspecify.annotations.Nullable Session session, long next) {
    if (session == null) {
      return true;
    }
    Ending ending = session.ending();
    return ending != null && session.openConnections() == 0 && session.recordedThrough() < next;
  }

  private List<RecordedEntry> page(String sessionId, long from, int limit)
      throws RecordingUnavailableException {
    try {
      List<RecordedEntry> page = new ArrayList<>();
      for (Entry entry : ledger.ledger().page(from, sessionId, limit)) {
        page.add(new RecordedEntry(entry.index(), entry.at(), entry.payload()));
      }
      return page;
    } catch (LedgerReadException e) {
      throw new RecordingUnavailableException(
          "The recording cannot be read at the gateway: " + e.getMessage(), e);
    }
  }
}
