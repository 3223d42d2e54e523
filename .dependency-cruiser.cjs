// The arrows point inwards: domain ← matching ← ranking ← roles ← lanes ← adapters ← cli.
// `order` names the rooms from the inside out; a room may import itself and whatever stands before it.
const order = ['domain', 'matching', 'ranking', 'ports', 'roles', 'lanes', 'adapters', 'ops', 'cli']
const room = name => `^src/${name}/`

const outward = order.slice(0, -1).map((name, index) => ({
  name: `${name}-points-outwards`,
  severity: 'error',
  comment: `src/${name} may import only ${order.slice(0, index + 1).join(', ')}`,
  from: { path: room(name), pathNot: '\\.test\\.ts$' },
  to: { path: order.slice(index + 1).map(room) },
}))

module.exports = {
  forbidden: [
    ...outward,
    {
      name: 'ports-know-the-domain-alone',
      severity: 'error',
      from: { path: room('ports') },
      to: { path: [room('matching'), room('ranking')] },
    },
    {
      name: 'pure-core',
      severity: 'error',
      comment:
        'domain, matching, ranking and tuning never touch the machine: no node:*, driver, client or logger',
      from: { path: '^src/(domain|matching|ranking|tuning)/', pathNot: '\\.test\\.ts$' },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'domain-imports-itself-and-zod',
      severity: 'error',
      from: { path: room('domain'), pathNot: '\\.test\\.ts$' },
      to: { dependencyTypes: ['npm', 'npm-dev'], pathNot: 'node_modules/zod/' },
    },
    {
      name: 'core-packages',
      severity: 'error',
      comment: 'matching may use the stemmers of natural by deep import; nothing else from outside',
      from: { path: '^src/(matching|ranking|tuning)/', pathNot: '\\.test\\.ts$' },
      to: {
        dependencyTypes: ['npm', 'npm-dev'],
        pathNot: 'node_modules/(zod/|natural/lib/natural/stemmers/)',
      },
    },
    {
      name: 'drivers-live-in-adapters',
      severity: 'error',
      from: { pathNot: '^src/adapters/' },
      to: { path: 'node_modules/(kafkajs|mongodb|@kafkajs)/|^(node:)?sqlite$' },
    },
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true } },
    { name: 'not-resolvable', severity: 'error', from: {}, to: { couldNotResolve: true, pathNot: '^node:' } },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
  },
}
