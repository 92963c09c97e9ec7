/**
 * The demo's data: a shop with customers, products, orders and payments, and a table of salaries
 * that nobody in the demo may see. Made by a seeded generator: every run has the same documents.
 */
@NullMarked
package io.tidegate.testkit.demo;

import org.jspecify.annotations.NullMarked;
