/**
 * The Atlas-compatible API: a thin edge over the services of the features, and nothing that is true
 * only here. One class a group of operations.
 *
 * <p>To add a group:
 *
 * <ol>
 *   <li>Write a package-private class with {@link
 *       io.tidegate.control.atlas.surface.OperationGroup}; Spring makes it and gives it services.
 *   <li>For each operation a method from {@link io.tidegate.control.atlas.surface.Call} to {@link
 *       io.tidegate.control.atlas.surface.Answer} with {@link
 *       io.tidegate.control.atlas.surface.Operation}, which holds its id, feature, route and
 *       versions; and take its line out of {@code unserved.txt}. {@code OperationTableTest} holds
 *       both against the list of operations.
 *   <li>Read the document with {@code call.body(Wanted.class)}, a record nested in the class whose
 *       components are all nullable; check its form with {@link
 *       io.tidegate.control.atlas.surface.Validation}; call one service with {@code call.actor()};
 *       give back {@code Answer.ok}, {@code created}, {@code accepted}, {@code noContent} or {@code
 *       call.page(list, this::shape)}, with a record or {@code Answer.object} for each document.
 *       Where versions differ in shape, ask {@code call.version().since("2024-08-05")}.
 *   <li>Let services refuse by {@link io.tidegate.control.platform.Refused}; {@code Errors} in
 *       {@code surface} gives it the name that clients branch on, by its code and by what it is
 *       {@linkplain io.tidegate.control.platform.Refused#about about}. Roles are named in {@code
 *       AtlasRoles} only.
 * </ol>
 */
@NullMarked
package io.tidegate.control.atlas;

import org.jspecify.annotations.NullMarked;
