package io.tidegate.control.atlas.surface;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * An operation of the Administration API, served by the method that carries it. The method takes a
 * {@link Call} and gives an {@link Answer}. This is the one place where the operation's route and
 * versions stand.
 */
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
public @interface Operation {
  /** Its name in the API, such as {@code listOrgs}. */
  String id();

  Feature feature();

  /**
   * Method and path below {@code /api/atlas/v2}, such as {@code GET
   * /groups/{groupId}/accessList/{entryValue}}.
   */
  String route();

  /**
   * Its versions: dates such as {@code 2023-01-01}, or {@code preview}; {@code +gzip} after one
   * when it answers with compressed bytes instead of JSON. The method sees in {@link Call#version}
   * which one is asked for.
   */
  String[] versions();

  /** Whether anybody may call it, without any proof of who they are. */
  boolean open() default false;
}
