package io.tidegate.control.portal;

import io.tidegate.control.audit.AuditEvent;
import io.tidegate.control.audit.AuditTrail;
import io.tidegate.control.platform.Actor;
import io.tidegate.control.platform.Page;
import io.tidegate.control.portal.view.AuditView;
import io.tidegate.control.portal.view.AuditView.Verdict;
import io.tidegate.control.portal.view.FormView;
import io.tidegate.control.portal.view.Option;
import io.tidegate.control.portal.view.Tone;
import io.tidegate.control.portal.view.Wording;
import jakarta.servlet.http.HttpServletRequest;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.servlet.ModelAndView;

/** The audit log, and the proof that it is whole. */
@Controller
class AuditPages {
  private static final int SHOWN = 100;

  /** How many pages of the log a filter looks through before it offers to go on. */
  private static final int PAGES_SEARCHED = 10;

  private static final List<Option> OUTCOMES =
      List.of(new Option("DONE", "Done"), new Option("REFUSED", "Refused"));

  /** The rule and the address stand beside the sentence that a client was told. */
  private static final Pattern WHICH_RULE =
      Pattern.compile("^tidegate: rule [a-z-]+ denies [^:]*: ");

  private static final Pattern WHERE_TO_ASK =
      Pattern.compile("; request access that does at \\S+$");
  private static final Pattern LENGTH = Pattern.compile("PT[0-9HMS.]+");
  private static final Pattern POINT = Pattern.compile("\\d{4}-\\d\\d-\\d\\dT[0-9:.]+Z");

  private final Frames frames;
  private final AuditTrail trail;

  AuditPages(Frames frames, AuditTrail trail) {
    this.frames = frames;
    this.trail = trail;
  }

  @GetMapping("/audit")
  ModelAndView log(
      @AuthenticationPrincipal Actor actor,
      HttpServletRequest request,
      @RequestParam(defaultValue = "") String q,
      @RequestParam(defaultValue = "") String outcome,
      @RequestParam(required = false) @Nullable String cursor) {
    String[] words = q.strip().toLowerCase(Locale.ROOT).split("\\s+", -1);
    List<AuditView.Row> rows = new ArrayList<>();
    String next = cursor;
    for (int pages = 0; pages < PAGES_SEARCHED; pages++) {
      Page<AuditEvent> page = trail.list(actor, new Page.Ask(SHOWN, Rows.orNull(next)));
      page.items().stream()
          .filter(event -> outcome.isEmpty() || event.outcome().name().equals(outcome))
          .filter(event -> matches(event, words))
          .map(AuditPages::row)
          .forEach(rows::add);
      next = page.nextCursor();
      if (next == null || rows.size() >= SHOWN) {
        break;
      }
    }
    AuditView view =
        new AuditView(
            rows,
            FormView.of(Map.of("q", q, "outcome", outcome)),
            OUTCOMES,
            next == null
                ? null
                : "/audit?q=" + encoded(q) + "&outcome=" + encoded(outcome) + "&cursor=" + next);
    return frames.page(request, actor, Place.AUDIT, "page/audit", Map.of("view", view));
  }

  private static boolean matches(AuditEvent event, String[] words) {
    String all =
        (event.actorName()
                + ' '
                + event.action()
                + ' '
                + event.targetType()
                + ' '
                + event.targetName()
                + ' '
                + event.targetId()
                + ' '
                + event.source()
                + ' '
                + event.detail())
            .toLowerCase(Locale.ROOT);
    for (String word : words) {
      if (!all.contains(word)) {
        return false;
      }
    }
    return true;
  }

  private static AuditView.Row row(AuditEvent event) {
    String detail =
        event.detail().entrySet().stream()
            .filter(entry -> !entry.getValue().isBlank())
            .filter(entry -> !(entry.getKey().equals("times") && entry.getValue().equals("1")))
            .map(entry -> entry.getKey() + " " + said(entry.getKey(), entry.getValue()))
            .collect(Collectors.joining(" · "));
    return new AuditView.Row(
        event.seq(),
        event.at(),
        event.actorName(),
        event.action(),
        event.targetName(),
        href(event),
        detail.isEmpty() ? event.source() : detail,
        event.outcome() == AuditEvent.Outcome.REFUSED ? Tone.NO : Tone.OPEN);
  }

  /** For the eye; the ledger and the API have each fact as it was written. */
  private static String said(String key, String value) {
    if (key.equals("why")) {
      return WHERE_TO_ASK.matcher(WHICH_RULE.matcher(value).replaceFirst("")).replaceFirst("");
    }
    if (key.equals("driver")) {
      return Wording.driver(value);
    }
    try {
      if (LENGTH.matcher(value).matches()) {
        return Wording.span(Duration.parse(value));
      }
      if (POINT.matcher(value).matches()) {
        return Wording.day(Instant.parse(value)) + " UTC";
      }
    } catch (DateTimeParseException e) {
      return value;
    }
    return value;
  }

  private static @Nullable String href(AuditEvent event) {
    String id = encoded(event.targetId());
    return switch (event.targetType()) {
      case "request" -> "/requests/" + id;
      case "session" -> "/sessions/" + id;
      case "resource" -> "/resources/" + id;
      default -> null;
    };
  }

  @PostMapping("/audit/verify")
  ModelAndView verify(
      @AuthenticationPrincipal Actor actor,
      HttpServletRequest request,
      @RequestHeader(name = "HX-Request", required = false) @Nullable String htmx) {
    AuditTrail.Proof proof = trail.verify(actor);
    Verdict verdict =
        new Verdict(
            proof.whole(),
            Wording.count(proof.entries(), "entry").replace("entrys", "entries")
                + (proof.whole()
                    ? ", every link of the chain and every signature checked"
                    : ", " + Wording.count(proof.findings().size(), "finding")),
            proof.findings().stream()
                .map(f -> f.kind() + " · " + f.where() + " · " + f.sentence())
                .toList(),
            proof.at());
    if (htmx == null) {
      return frames.page(request, actor, Place.AUDIT, "page/verdict", Map.of("verdict", verdict));
    }
    return new ModelAndView("part/verdict", Map.of("verdict", verdict, "now", proof.at()));
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }
}
