package io.tidegate.cli.command;

import com.google.gson.JsonObject;
import io.tidegate.cli.ExitCode;
import io.tidegate.cli.Failure;
import io.tidegate.cli.Surroundings;
import io.tidegate.cli.remote.ControlPlane;
import io.tidegate.cli.remote.Domain;
import io.tidegate.cli.remote.SignIn;
import java.util.Optional;
import picocli.CommandLine.Command;

/** Makes the token worthless and forgets it. */
@Command(name = "logout", description = "Sign out and forget the sign-in.")
public final class LogoutCommand extends AskingCommand {
  LogoutCommand(Surroundings surroundings) {
    super(surroundings);
  }

  @Override
  ExitCode run() throws Failure, InterruptedException {
    Domain meant = domain();
    Optional<SignIn> signIn = tokens().of(meant);
    if (signIn.isEmpty()) {
      terminal().err("You were not signed in to " + meant + ".");
      return ExitCode.OK;
    }
    Failure remote = null;
    try {
      new ControlPlane(meant, signIn.get().token()).post("/auth/logout", new JsonObject());
    } catch (Failure e) {
      remote = e;
    }
    tokens().forget(meant);
    if (remote != null && remote.exitCode() != ExitCode.NOT_SIGNED_IN) {
      throw new Failure(
          remote.exitCode(),
          remote.code(),
          "The sign-in is forgotten here, but " + meant + " was not told: " + remote.sentence(),
          "It ends there by itself; an administrator can end it sooner.");
    }
    if (json()) {
      terminal().out("{\"domain\":\"" + meant + "\",\"signedIn\":false}");
    } else {
      terminal().out("Signed out of " + meant + ".");
    }
    return ExitCode.OK;
  }
}
