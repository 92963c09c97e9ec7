package io.tidegate.control.atlas.surface;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * An endpoint that official clients call beside the published operations: unversioned, plain JSON.
 * The method is as that of an {@link Operation}.
 */
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
public @interface Endpoint {
  /** Method and whole path, such as {@code GET /api/private/ipinfo}. */
  String route();

  /** Whether anybody may call it, without any proof of who they are. */
  boolean open() default false;
}
