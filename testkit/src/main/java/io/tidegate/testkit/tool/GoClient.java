package io.tidegate.testkit.tool;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * A small program on MongoDB's Go driver: counts the orders of the database shop and inserts one
 * when asked to, and prints what came of it.
 */
public final class GoClient {

  private static final String DRIVER = "go.mongodb.org/mongo-driver/v2";
  private static final Duration BUILD = Duration.ofMinutes(10);

  private static final String PROGRAM =
      """
      package main

      import (
        "context"
        "fmt"
        "os"
        "time"

        "go.mongodb.org/mongo-driver/v2/bson"
        "go.mongodb.org/mongo-driver/v2/mongo"
        "go.mongodb.org/mongo-driver/v2/mongo/options"
      )

      func main() {
        ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
        defer cancel()
        client, err := mongo.Connect(options.Client().ApplyURI(os.Getenv("MONGODB_URI")))
        if err != nil {
          fmt.Println("error:", err)
          os.Exit(1)
        }
        defer client.Disconnect(ctx)
        orders := client.Database("shop").Collection("orders")
        count, err := orders.CountDocuments(ctx, bson.D{})
        if err != nil {
          fmt.Println("error:", err)
          os.Exit(1)
        }
        fmt.Println("count:", count)
        if len(os.Args) > 1 && os.Args[1] == "insert" {
          _, err = orders.InsertOne(ctx, bson.D{{Key: "from", Value: "go"}})
          if err != nil {
            fmt.Println("error:", err)
            os.Exit(1)
          }
          fmt.Println("inserted")
        }
      }
      """;

  private final Path directory;

  private GoClient(Path directory) {
    this.directory = directory;
  }

  /** The program, built when it is not there yet. */
  public static GoClient installed() throws IOException, InterruptedException {
    Path go = SystemPackage.program("go", "golang-go");
    return new GoClient(
        ToolCache.directory(
            "clients/go",
            directory -> {
              Files.writeString(directory.resolve("main.go"), PROGRAM);
              Files.writeString(
                  directory.resolve("go.mod"), "module tidegate.io/testclient\n\ngo 1.24\n");
              for (List<String> arguments :
                  List.of(List.of("get", DRIVER), List.of("build", "-o", "client", "."))) {
                Subprocess.require(
                    concat(go.toString(), arguments),
                    directory,
                    Map.of("GOFLAGS", "-mod=mod"),
                    BUILD);
              }
            }));
  }

  private static List<String> concat(String program, List<String> arguments) {
    var command = new java.util.ArrayList<String>();
    command.add(program);
    command.addAll(arguments);
    return command;
  }

  /**
   * Counts, and inserts when told to; prints {@code count: N}, then {@code inserted}, or why not.
   */
  public Subprocess.Outcome run(String uri, boolean write, Duration limit)
      throws IOException, InterruptedException {
    String program = directory.resolve("client").toString();
    return Subprocess.run(
        write ? List.of(program, "insert") : List.of(program),
        directory,
        Map.of("MONGODB_URI", uri),
        limit);
  }
}
