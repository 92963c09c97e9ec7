package io.tidegate.e2e.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.bson.Document;
import org.junit.jupiter.api.Test;

/**
 * Runs the bench shortly, so that it stays runnable and its figures stand in every run's output; at
 * length with {@code -Dtidegate.bench=full}. No figure fails a test: machines differ, and the
 * shortfall is printed.
 */
class BenchTest {

  @Test
  void everyFigureIsMeasured() throws Exception {
    boolean full = System.getProperty("tidegate.bench", "quick").equals("full");

    Bench.Report report = Bench.run(full ? Bench.Plan.full() : Bench.Plan.quick());

    System.out.println(report.json());
    Files.writeString(Path.of("target", "bench.json"), report.json());
    assertThat(Document.parse(report.json()))
        .containsKeys("P1", "P2", "P3", "P6", "P6-tls", "P7", "P8");
  }
}
