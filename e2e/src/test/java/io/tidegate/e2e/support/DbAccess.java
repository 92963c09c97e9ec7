package io.tidegate.e2e.support;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.bson.Document;

/** A running {@code tidegate db access --output json}. */
public final class DbAccess implements AutoCloseable {

  private final Process process;
  private final StringBuilder output = new StringBuilder();
  private final StringBuilder errors = new StringBuilder();
  private final CompletableFuture<Document> ready = new CompletableFuture<>();

  DbAccess(Person person, List<String> arguments) throws IOException {
    var builder = new ProcessBuilder(Program.command(arguments));
    builder.environment().putAll(person.environment());
    process = builder.start();
    process.getOutputStream().close();
    read(person, process.inputReader(StandardCharsets.UTF_8), output, true);
    read(
        person,
        new BufferedReader(new InputStreamReader(process.getErrorStream(), StandardCharsets.UTF_8)),
        errors,
        false);
  }

  private void read(Person person, BufferedReader from, StringBuilder into, boolean result) {
    Thread.ofVirtual()
        .start(() -> {
          try (from) {
            for (String line = from.readLine(); line != null; line = from.readLine()) {
              person.saw(line + "\n");
              synchronized (into) {
                into.append(line).append('\n');
              }
              if (result && line.contains("\"uri\"")) {
                ready.complete(Document.parse(line));
              }
            }
          } catch (IOException e) {
            person.saw(e + "\n");
          }
          if (result) {
            ready.completeExceptionally(new IOException("db access ended:\n" + said()));
          }
        });
  }

  /** Waits for the line with the URI; throws with what was printed when it does not come. */
  public DbAccess awaitReady(Duration limit) throws IOException, InterruptedException {
    try {
      ready.get(limit.toMillis(), TimeUnit.MILLISECONDS);
      return this;
    } catch (ExecutionException | TimeoutException e) {
      close();
      throw new IOException("db access gave no URI:\n" + said(), e);
    }
  }

  /** Whether the URI is there. */
  public boolean isReady() {
    return ready.isDone() && !ready.isCompletedExceptionally();
  }

  /** Standard error and output so far. */
  public String said() {
    synchronized (errors) {
      synchronized (output) {
        return output + "" + errors;
      }
    }
  }

  /** The URI as printed. */
  public String uri() {
    return ready.join().getString("uri");
  }

  /** The URI with other options than {@code directConnection=true}. */
  public String uriWithout(String option) {
    return uri().replace(option + "&", "").replace("&" + option, "").replace(option, "");
  }

  /** The local port. */
  public int port() {
    return Integer.parseInt(uri().replaceAll("mongodb://(?:[^@/]*@)?[^:/]*:(\\d+).*", "$1"));
  }

  public String sessionId() {
    return ready.join().getString("sessionId");
  }

  public Instant expiresAt() {
    return Instant.parse(ready.join().getString("expiresAt"));
  }

  public ProcessHandle process() {
    return process.toHandle();
  }

  /** Waits for the program to end by itself; returns its exit code. */
  public int awaitEnd(Duration limit) throws InterruptedException {
    if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
      throw new IllegalStateException("db access still runs:\n" + said());
    }
    return process.exitValue();
  }

  /** Ctrl+C; returns the exit code. */
  public int interrupt() throws IOException, InterruptedException {
    Program.interrupt(process);
    return awaitEnd(Duration.ofSeconds(20));
  }

  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(10, TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
