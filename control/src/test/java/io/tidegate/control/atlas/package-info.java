/** Tests of the Atlas-compatible API as its clients see it, over real connections. */
@org.jspecify.annotations.NullUnmarked
package io.tidegate.control.atlas;
