package io.tidegate.control.portal;

import io.tidegate.control.platform.Actor;
import io.tidegate.control.platform.ErrorCode;
import io.tidegate.control.platform.Refused;
import io.tidegate.control.portal.view.RefusalView;
import jakarta.servlet.http.HttpServletRequest;
import java.security.Principal;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpStatusCode;
import org.springframework.security.core.Authentication;
import org.springframework.web.bind.MissingServletRequestParameterException;
import org.springframework.web.bind.annotation.ControllerAdvice;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.method.annotation.MethodArgumentTypeMismatchException;
import org.springframework.web.servlet.ModelAndView;

/** Turns a refusal of a service into a page that names the rule and the next step. */
@ControllerAdvice(basePackageClasses = Refusals.class)
@Order(Ordered.HIGHEST_PRECEDENCE)
class Refusals {
  private final Frames frames;

  Refusals(Frames frames) {
    this.frames = frames;
  }

  @ExceptionHandler(Refused.class)
  ModelAndView refused(Refused refused, HttpServletRequest request) {
    return page(
        frames, request, refused.code(), refused.detail(), refused.next(), refused.code().status());
  }

  @ExceptionHandler({
    MissingServletRequestParameterException.class,
    MethodArgumentTypeMismatchException.class
  })
  ModelAndView incomplete(Exception e, HttpServletRequest request) {
    return page(
        frames,
        request,
        ErrorCode.BAD_INPUT,
        "The form or the address is not complete.",
        "Go back, reload the page and try again.",
        ErrorCode.BAD_INPUT.status());
  }

  static ModelAndView page(
      Frames frames,
      HttpServletRequest request,
      ErrorCode code,
      String detail,
      String next,
      int status) {
    ModelAndView page =
        frames.gate(
            request,
            actor(request),
            "page/refusal",
            Map.of("view", new RefusalView(status, code.title(), detail, next, code.code(), "")));
    page.setStatus(HttpStatusCode.valueOf(status));
    return page;
  }

  /** Who is signed in; null when nobody is. */
  static @Nullable Actor actor(HttpServletRequest request) {
    Principal principal = request.getUserPrincipal();
    return principal instanceof Authentication authentication
            && authentication.getPrincipal() instanceof Actor actor
        ? actor
        : null;
  }
}
