/**
 * The identities of programs: API keys, which prove themselves by HTTP digest, and service
 * accounts, which trade a secret for access tokens. Each has roles as a person has, acts through
 * the same services, and is named in the audit trail; an access list says from where it may. What
 * is stored of a key's secret is sealed under the key of the data folder, of an account's its hash
 * only.
 */
@NullMarked
package io.tidegate.control.keys;

import org.jspecify.annotations.NullMarked;
