/**
 * The identities of programs: API keys, which prove themselves by HTTP digest. Each has roles as a
 * person has, acts through the same services, and is named in the audit trail. What is stored of
 * their secrets is sealed under the key of the data folder.
 */
@NullMarked
package io.tidegate.control.keys;

import org.jspecify.annotations.NullMarked;
