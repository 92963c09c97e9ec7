package io.tidegate.cli.command;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.tidegate.cli.ExitCode;
import io.tidegate.cli.Failure;
import io.tidegate.cli.Surroundings;
import io.tidegate.cli.remote.Fields;
import io.tidegate.cli.text.Table;
import io.tidegate.ledger.Finding;
import io.tidegate.ledger.LedgerException;
import io.tidegate.ledger.LedgerKeys;
import io.tidegate.ledger.LedgerPublicKey;
import io.tidegate.ledger.LedgerVerifier;
import io.tidegate.ledger.Verification;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The audit log. */
@Command(
    name = "audit",
    description = "Prove that the audit log is whole.",
    subcommands = AuditCommands.Verify.class)
public final class AuditCommands extends CommandGroup {
  AuditCommands() {}

  /** Verifies it, by asking or by oneself. */
  @Command(
      name = "verify",
      description = {
        "Check that nothing in the log was changed, removed, added or moved.",
        "",
        "Without --data the control plane checks its own log; with it, this program checks the"
            + " files",
        "of a data folder, or a copy of them, on its own: nothing needs to run."
      })
  public static final class Verify extends AskingCommand {
    private static final int DEPTH = 4;

    @Option(
        names = "--data",
        paramLabel = "DIR",
        description = "A data folder, or one ledger's folder in it.")
    @Nullable Path data;

    @Option(
        names = "--keys",
        paramLabel = "FILE",
        description = "The ledger's key file: also decrypts and checks the contents.")
    @Nullable Path keys;

    @Option(
        names = "--public-key",
        paramLabel = "KEY",
        description = "The ledger's public key, as noted elsewhere: no other signature counts.")
    @Nullable String publicKey;

    Verify(Surroundings surroundings) {
      super(surroundings);
    }

    @Override
    ExitCode run() throws Failure, InterruptedException {
      if (data == null) {
        if (keys != null || publicKey != null) {
          throw new Failure(
              ExitCode.USAGE, "bad-input", "--keys and --public-key need --data.", "Add --data.");
        }
        return online();
      }
      return offline(data);
    }

    private ExitCode online() throws Failure, InterruptedException {
      Fields proof = control().post("/audit/verify", new JsonObject());
      List<Fields> findings = proof.list("findings");
      boolean whole = proof.flag("whole");
      if (json()) {
        terminal().out(proof.toJson());
        return whole ? ExitCode.OK : ExitCode.NOT_WHOLE;
      }
      if (whole) {
        terminal().out("The audit log is whole: " + proof.text("entries") + " entries verified.");
        return ExitCode.OK;
      }
      terminal().out("The audit log is NOT whole.");
      for (Fields finding : findings) {
        say(finding.text("kind"), finding.text("where"), finding.text("sentence"));
      }
      return ExitCode.NOT_WHOLE;
    }

    private ExitCode offline(Path folder) throws Failure {
      List<Path> ledgers = ledgers(folder);
      boolean whole = true;
      JsonArray all = new JsonArray();
      for (Path ledger : ledgers) {
        Verification verification = verifier(ledger).verify();
        whole &= verification.whole();
        if (json()) {
          all.add(asJson(ledger, verification));
          continue;
        }
        terminal().out(terminal().strong(ledger.toString()));
        if (verification.whole()) {
          terminal().out("  " + verification.sentence());
        } else {
          terminal().out("  The ledger is NOT whole.");
          for (Finding finding : verification.findings()) {
            say(finding.kind(), where(finding.place()), finding.sentence());
          }
        }
      }
      if (json()) {
        JsonObject answer = new JsonObject();
        answer.addProperty("whole", whole);
        answer.add("ledgers", all);
        terminal().out(answer.toString());
      }
      return whole ? ExitCode.OK : ExitCode.NOT_WHOLE;
    }

    private LedgerVerifier verifier(Path ledger) throws Failure {
      LedgerVerifier verifier = LedgerVerifier.of(ledger);
      try {
        if (keys != null) {
          verifier = verifier.with(LedgerKeys.load(keys, null));
        }
        if (publicKey != null) {
          verifier = verifier.signedBy(LedgerPublicKey.parse(publicKey));
        }
      } catch (LedgerException e) {
        throw new Failure(
            ExitCode.USAGE, "bad-keys", String.valueOf(e.getMessage()), "Give the right key file.");
      } catch (IllegalArgumentException e) {
        throw new Failure(
            ExitCode.USAGE,
            "bad-keys",
            "This is not a ledger's public key.",
            "Give it as one line of base64.");
      }
      return verifier;
    }

    /** Every ledger in the folder, also one of which somebody removed a part. */
    private static List<Path> ledgers(Path folder) throws Failure {
      if (!Files.isDirectory(folder)) {
        throw new Failure(
            ExitCode.NOT_FOUND, "not-found", folder + " is not a folder.", "Check its name.");
      }
      List<Path> found = new ArrayList<>();
      try (Stream<Path> files = Files.walk(folder, DEPTH)) {
        files
            .filter(file -> Files.isRegularFile(file) && isPartOfLedger(file))
            .map(Path::getParent)
            .distinct()
            .sorted()
            .forEach(found::add);
      } catch (IOException | java.io.UncheckedIOException e) {
        throw new Failure(
            ExitCode.FAILURE,
            "unreadable",
            "The folder " + folder + " cannot be read.",
            "Check its permissions.");
      }
      // Without any, the verifier says what is wrong with the folder itself.
      return found.isEmpty() ? List.of(folder) : found;
    }

    private static boolean isPartOfLedger(Path file) {
      String name = String.valueOf(file.getFileName());
      return name.equals("identity") || name.equals("head") || name.endsWith(".segment");
    }

    private void say(String kind, String where, String sentence) {
      terminal().out("  " + terminal().strong(kind) + "  " + Table.plain(where));
      terminal().out("    " + Table.plain(sentence));
    }

    private static String where(Finding.Place place) {
      return place.file()
          + (place.offset() > 0 ? " at byte " + place.offset() : "")
          + (place.index() >= 0 ? ", entry " + place.index() : "");
    }

    private static JsonObject asJson(Path ledger, Verification verification) {
      JsonObject json = new JsonObject();
      json.addProperty("ledger", ledger.toString());
      json.addProperty("whole", verification.whole());
      json.addProperty("entries", verification.entries());
      json.addProperty("contentsChecked", verification.decrypted());
      JsonArray findings = new JsonArray();
      for (Finding finding : verification.findings()) {
        JsonObject one = new JsonObject();
        one.addProperty("kind", finding.kind());
        one.addProperty("file", finding.place().file());
        one.addProperty("offset", finding.place().offset());
        one.addProperty("entry", finding.place().index());
        one.addProperty("sentence", finding.sentence());
        findings.add(one);
      }
      json.add("findings", findings);
      return json;
    }
  }
}
