package io.tidegate.control.api;

import io.tidegate.control.platform.ErrorCode;
import io.tidegate.control.platform.Refused;
import jakarta.servlet.http.HttpServletRequest;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.http.converter.HttpMessageNotReadableException;
import org.springframework.web.HttpMediaTypeNotAcceptableException;
import org.springframework.web.HttpMediaTypeNotSupportedException;
import org.springframework.web.HttpRequestMethodNotSupportedException;
import org.springframework.web.bind.MissingServletRequestParameterException;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.bind.annotation.RestControllerAdvice;
import org.springframework.web.context.request.async.AsyncRequestNotUsableException;
import org.springframework.web.method.annotation.MethodArgumentTypeMismatchException;
import tools.jackson.databind.DatabindException;

/** The one place where what went wrong in a REST call becomes its answer. */
@RestControllerAdvice(annotations = RestController.class)
@Order(Ordered.HIGHEST_PRECEDENCE)
class ApiErrors {
  private static final Logger LOG = LoggerFactory.getLogger(ApiErrors.class);

  @ExceptionHandler
  ResponseEntity<Problem> refused(Refused refused) {
    return answer(Problem.of(refused));
  }

  @ExceptionHandler
  ResponseEntity<Problem> unreadable(HttpMessageNotReadableException e) {
    for (Throwable cause = e.getCause(); cause != null; cause = cause.getCause()) {
      if (cause instanceof Refused refused) {
        return answer(Problem.of(refused));
      }
    }
    return answer(Problem.of(ErrorCode.BAD_INPUT, describe(e)));
  }

  /** Names the field, never the value: it may be a password. */
  private static String describe(HttpMessageNotReadableException e) {
    if (e.getCause() instanceof DatabindException databind && !databind.getPath().isEmpty()) {
      StringBuilder field = new StringBuilder();
      databind
          .getPath()
          .forEach(step -> {
            String name = step.getPropertyName();
            if (name == null) {
              field.append('[').append(step.getIndex()).append(']');
            } else {
              field.append(field.isEmpty() ? "" : ".").append(name);
            }
          });
      return "The field '" + field + "' is unknown or has a value of the wrong form.";
    }
    return "The body is missing or not the JSON that is expected here.";
  }

  @ExceptionHandler
  ResponseEntity<Problem> mismatch(MethodArgumentTypeMismatchException e) {
    return answer(
        Problem.of(ErrorCode.BAD_INPUT, "The parameter '" + e.getName() + "' has a wrong form."));
  }

  @ExceptionHandler
  ResponseEntity<Problem> missing(MissingServletRequestParameterException e) {
    return answer(
        Problem.of(
            ErrorCode.BAD_INPUT, "The parameter '" + e.getParameterName() + "' is required."));
  }

  @ExceptionHandler
  ResponseEntity<Problem> mediaType(HttpMediaTypeNotSupportedException e) {
    return answer(Problem.of(ErrorCode.BAD_MEDIA_TYPE, "The body must be application/json."));
  }

  @ExceptionHandler
  ResponseEntity<Problem> notAcceptable(HttpMediaTypeNotAcceptableException e) {
    return answer(Problem.of(ErrorCode.BAD_MEDIA_TYPE, "Only application/json is sent from here."));
  }

  @ExceptionHandler
  ResponseEntity<Problem> method(HttpRequestMethodNotSupportedException e) {
    return answer(
        Problem.of(ErrorCode.METHOD_NOT_ALLOWED, e.getMethod() + " is not possible on this path."));
  }

  /** The client went away while being answered: nobody is left to tell. */
  @ExceptionHandler
  void gone(AsyncRequestNotUsableException e) {
    LOG.debug("a client left");
  }

  @ExceptionHandler
  ResponseEntity<Problem> fault(Exception e, HttpServletRequest request) {
    UUID instance = UUID.randomUUID();
    LOG.atError()
        .addKeyValue("instance", instance)
        .addKeyValue("method", request.getMethod())
        .addKeyValue("path", request.getRequestURI())
        .setCause(e)
        .log("a request failed");
    return answer(Problem.internal(instance));
  }

  private static ResponseEntity<Problem> answer(Problem problem) {
    ResponseEntity.BodyBuilder answer =
        ResponseEntity.status(problem.status())
            .contentType(MediaType.parseMediaType(Problem.MEDIA_TYPE));
    if (problem.code().equals(ErrorCode.TOO_MANY_ATTEMPTS.code())) {
      answer.header(HttpHeaders.RETRY_AFTER, "15");
    }
    return answer.body(problem);
  }
}
