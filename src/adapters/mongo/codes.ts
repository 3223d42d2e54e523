/**
 * Codes of the server, by what they mean to one who waits.
 * https://github.com/mongodb/mongo/blob/v8.0/src/mongo/base/error_codes.yml
 */
export const serverCode = {
  unauthorized: 13,
  authenticationFailed: 18,
  illegalOperation: 20,
  maxTimeExpired: 50,
  writeConflict: 112,
  notSupportedInTransaction: 263,
  atlas: 8000,
  tooLarge: 10334,
  duplicateKey: 11000,
} as const

/** Passing by themselves. To do it again does no harm, and a lane that waits tells so. */
export const passing: ReadonlySet<number> = new Set([
  // The server's own faults.
  ...[1, 8],
  // Network: HostUnreachable, HostNotFound, NetworkTimeout, DNSHostNotFound, PooledConnectionsDropped, the pool's own.
  ...[6, 7, 89, 145, 202, 230, 317, 384, 407, 9001],
  // No primary, or no longer: NotWritablePrimary, PrimarySteppedDown, NotPrimaryNoSecondaryOk, NotPrimaryOrSecondary, …
  ...[94, 95, 133, 149, 189, 216, 10_058, 10_107, 11_602, 13_435, 13_436],
  // Shutting down.
  ...[91, 11_600],
  // Interrupted, or out of time: LockTimeout, LockBusy, ExceededTimeLimit, CursorNotFound, CursorKilled, QueryPlanKilled, …
  ...[24, 43, 46, 96, 107, 143, 175, 221, 237, 262, 279, 281, 282, 290, 314, 355, 11_601],
  // No majority in time, or none to read from yet.
  ...[64, 134],
  // A transaction that the server gave up, or whose snapshot is gone.
  ...[206, 225, 239, 244, 246, 250, 251, 267, 272, 358],
  // A shard whose routing is being learnt, a cluster that is being changed.
  ...[109, 117, 150, 203, 209, 211, 215, 249, 308, 319, 338, 342, 343, 406, 412, 414, 13_388],
  // Under pressure: TooManyLocks, TooManyLogicalSessions, TooManyFilesOpen, TemporarilyUnavailable, ResourceExhausted, …
  ...[208, 261, 264, 365, 402, 433, 449, 450, 462],
  // Writes blocked by an operator, a log-in to be renewed, a full disk.
  ...[371, 391, 14_031],
])

/** Until somebody changes something on the server, or what the worker may do there. */
export const misconfiguring: ReadonlySet<number> = new Set([
  // Who may do what: UserNotFound, RoleNotFound, MechanismUnavailable, AuthenticationRestrictionUnmet, LDAP.
  ...[11, 31, 214, 334, 404],
  // What the server is: no replica set, write concerns it can't meet, commands or versions it doesn't have.
  ...[59, 76, 79, 100, 101, 115, 123, 148, 188, 238, 322, 323, 347, 352],
  // What the collection is: a validator, a view, a cap, a name, a shard key, a collation of another version.
  ...[61, 72, 73, 116, 121, 161, 166, 167, 242, 10_003],
  // What its indexes are.
  ...[67, 85, 86, 197],
])

/** However often it is done: values, fields and documents that the server doesn't take. */
export const refusing: ReadonlySet<number> = new Set([
  ...[2, 9, 14, 15, 16, 22, 28, 30, 40, 52, 53, 54, 55, 56, 57, 66, 168, 171, 241, 257, 301, 378],
  serverCode.duplicateKey,
])

export const tooLarge: ReadonlySet<number> = new Set([serverCode.tooLarge, 17_419, 17_420])
