/**
 * fast-check with one seed for every run of the tests, so that a build fails for what was changed and not by bad luck;
 * `PROPERTY_SEED=random` (or a number) looks where no run has looked before.
 */
import fc from 'fast-check'

const { PROPERTY_SEED: asked = '20261' } = process.env
const seed = asked === 'random' ? Date.now() | 0 : Number(asked)
if (!Number.isInteger(seed))
  throw new Error(`PROPERTY_SEED is ${JSON.stringify(asked)}: expected a whole number, or "random"`)

fc.configureGlobal({ seed })

export { fc }
