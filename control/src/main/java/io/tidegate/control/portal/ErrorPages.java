package io.tidegate.control.portal;

import io.tidegate.control.platform.ErrorCode;
import jakarta.servlet.http.HttpServletRequest;
import java.util.Map;
import org.springframework.boot.webmvc.autoconfigure.error.ErrorViewResolver;
import org.springframework.http.HttpStatus;
import org.springframework.web.servlet.ModelAndView;

/** The pages for what no controller answered: unknown addresses, old forms, faults. */
final class ErrorPages implements ErrorViewResolver {
  private final Frames frames;

  ErrorPages(Frames frames) {
    this.frames = frames;
  }

  @Override
  public ModelAndView resolveErrorView(
      HttpServletRequest request, HttpStatus status, Map<String, Object> model) {
    return switch (status) {
      case NOT_FOUND ->
          page(
              request,
              ErrorCode.NOT_FOUND,
              "There is no page at this address, or it is not yours to see.",
              "Start again from home, or find what you need with Ctrl K.",
              404);
      case FORBIDDEN ->
          page(
              request,
              ErrorCode.CSRF,
              "The form came without its token, or with an old one.",
              ErrorCode.CSRF.next(),
              403);
      case METHOD_NOT_ALLOWED ->
          page(
              request,
              ErrorCode.METHOD_NOT_ALLOWED,
              "This address cannot be used like that.",
              "Go back and use the form of the page.",
              405);
      case BAD_REQUEST ->
          page(
              request,
              ErrorCode.BAD_INPUT,
              "The server could not make sense of the request.",
              "Go back, reload the page and try again.",
              400);
      default ->
          page(
              request,
              ErrorCode.INTERNAL,
              "Something went wrong inside Tidegate. Nothing was half done.",
              "Try again; if it stays so, an administrator finds the reason in the server's log.",
              status.value());
    };
  }

  private ModelAndView page(
      HttpServletRequest request, ErrorCode code, String detail, String next, int status) {
    return Refusals.page(frames, request, code, detail, next, status);
  }
}
