/** An option in the address of a database, as it is written there. */
export interface AddressOption {
  readonly name: string
  readonly value: string
}

/** Those after the question mark. Their names mean the same in small and large letters. */
export function optionsIn(uri: string): AddressOption[] {
  const start = uri.indexOf('?')
  if (start === -1) return []
  return [...new URLSearchParams(uri.slice(start + 1))].map(([name, value]) => ({ name, value }))
}

/** What one transaction per batch, seen by all lanes alike, stands on. Said otherwise it would be overruled silently. */
const needed: Readonly<Record<string, string>> = {
  w: 'majority',
  writeconcern: 'majority',
  journal: 'true',
  j: 'true',
  readconcern: 'majority',
  readconcernlevel: 'majority',
  readpreference: 'primary',
}

const fromPrimary = 'the worker reads from the primary alone'
const waitsForMajority = 'the worker waits for the majority however long it takes'
const ownShapes = 'the worker reads and writes documents its own way'
/** By name in small letters, why not. */
const refused: Readonly<Record<string, string>> = {
  readpreferencetags: fromPrimary,
  maxstalenessseconds: fromPrimary,
  wtimeout: waitsForMajority,
  wtimeoutms: waitsForMajority,
  fsync: 'the worker needs journal',
  timeoutms:
    'one bound for whole calls is not to be had; set serverSelectionTimeoutMS, connectTimeoutMS, socketTimeoutMS or waitQueueTimeoutMS',
  ...Object.fromEntries(
    [
      ...[
        'bsonRegExp',
        'checkKeys',
        'enableUtf8Validation',
        'fieldsAsRaw',
        'forceServerObjectId',
        'ignoreUndefined',
      ],
      ...[
        'pkFactory',
        'promoteBuffers',
        'promoteLongs',
        'promoteValues',
        'raw',
        'serializeFunctions',
        'useBigInt64',
      ],
    ].map(name => [name.toLowerCase(), ownShapes]),
  ),
}

/** What the address asks for and can't have, each in words: `w=1: the worker needs majority`. All else holds. */
export function addressProblems(uri: string): string[] {
  return optionsIn(uri).flatMap(({ name, value }) => {
    const key = name.toLowerCase()
    const need = Object.hasOwn(needed, key) ? needed[key] : undefined
    if (need !== undefined)
      return value.toLowerCase() === need ? [] : [`${name}=${value}: the worker needs ${need}`]
    const why = Object.hasOwn(refused, key) ? refused[key] : undefined
    return why === undefined ? [] : [`${name}=${value}: ${why}`]
  })
}
