package io.tidegate.cli.proxy;

/**
 * Why a session is over.
 *
 * @param code stable, such as {@code expired} or {@code revoked}
 * @param reason the sentence for the person
 */
public record Ending(String code, String reason) {}
