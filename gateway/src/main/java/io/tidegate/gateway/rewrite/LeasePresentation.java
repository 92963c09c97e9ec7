package io.tidegate.gateway.rewrite;

import io.tidegate.access.Rewrite;
import io.tidegate.gateway.session.Arrival;
import io.tidegate.gateway.session.Presentation;
import io.tidegate.gateway.session.Session;
import io.tidegate.gateway.session.Sessions;
import io.tidegate.gateway.session.Verdict;
import io.tidegate.gateway.target.Descriptions;
import io.tidegate.wire.BsonView;
import io.tidegate.wire.Command;
import io.tidegate.wire.DocumentSequence;
import io.tidegate.wire.HelloReply;
import io.tidegate.wire.HelloRequest;
import io.tidegate.wire.TargetDescription;
import java.util.List;
import org.bson.BsonArray;
import org.bson.BsonDocument;
import org.jspecify.annotations.Nullable;

/** Shows a client the target as its lease lets it be seen. */
public final class LeasePresentation implements Presentation {
  private final Sessions sessions;

  public LeasePresentation(Sessions sessions) {
    this.sessions = sessions;
  }

  @Override
  public BsonDocument hello(
      HelloRequest request,
      @Nullable Session session,
      String advertised,
      @Nullable List<String> mechanisms,
      @Nullable BsonDocument speculated,
      String connection) {
    TargetDescription known = session == null ? null : session.target().view().description();
    return HelloReply.document(
        request,
        known == null ? Descriptions.UNKNOWN : known,
        new HelloReply.Local(
            advertised,
            sessions.clock().instant(),
            number(connection),
            // For any name: who asks does not learn which sessions there are.
            mechanisms,
            speculated));
  }

  private static int number(String connection) {
    return connection.length() < 2 ? 0 : Integer.parseInt(connection, 1, connection.length(), 10);
  }

  @Override
  public @Nullable Session guess(HelloRequest request, Arrival arrival) {
    String cluster = arrival.resourceId();
    if (cluster != null) {
      // All of a cluster's leases lead to the same target.
      return sessions.roster().of(cluster).stream().findFirst().orElse(null);
    }
    String user = request.saslSupportedMechs();
    if (user != null) {
      Session named = sessions.bySession(user.substring(user.indexOf('.') + 1));
      if (named != null && named.localAuth() != null) {
        return named;
      }
    }
    // A driver's monitor never signs in. When all that could be meant show the same target, it is
    // that one.
    Session only = null;
    for (Session session : sessions.live()) {
      if (session.localAuth() == null) {
        continue;
      }
      if (only != null && !only.lease().target().equals(session.lease().target())) {
        return null;
      }
      only = session;
    }
    return only;
  }

  @Override
  public Verdict.PassChanged narrow(Session session, Command command, List<Rewrite> rewrites) {
    BsonDocument body = command.body().toBsonDocument();
    for (DocumentSequence sequence : command.sequences()) {
      BsonArray documents = new BsonArray();
      for (BsonView document : sequence.documents()) {
        documents.add(document.toBsonDocument());
      }
      body.append(sequence.identifier(), documents);
    }
    String application = session.applicationName();
    for (Rewrite rewrite : rewrites) {
      body = rewrite.request(body, application);
    }
    return new Verdict.PassChanged(
        body,
        reply -> {
          BsonDocument shown = reply;
          for (Rewrite rewrite : rewrites) {
            shown = rewrite.reply(shown, application);
          }
          return shown;
        });
  }
}
