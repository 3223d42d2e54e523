import type { AclEntry } from 'kafkajs'
import { kafkajs } from '../../src/adapters/kafka/corrections.ts'
import { topicShapes } from '../../src/roles/topic-shapes.ts'
import { topicNames, topics } from '../../src/roles/topics.ts'

/** Followed by a role, as docs/kafka-rights.md says. */
const read = [topics.profiles, topics.weights, topics.rfis, topics.commands, topics.status, topics.notices]

/** The least a worker's user needs: what docs/kafka-rights.md says, and no more. */
export function workerRights(user: string, prefix: string): AclEntry[] {
  const {
    AclResourceTypes: resources,
    AclOperationTypes: operations,
    AclPermissionTypes: permissions,
    ResourcePatternTypes: patterns,
  } = kafkajs()
  const allowed = { principal: `User:${user}`, host: '*', permissionType: permissions.ALLOW }
  const topic = (name: string, operation: number) => ({
    ...allowed,
    resourceType: resources.TOPIC,
    resourceName: prefix + name,
    resourcePatternType: patterns.LITERAL,
    operation,
  })
  return [
    ...read.map(name => topic(name, operations.READ)),
    ...topicNames.filter(name => topicShapes[name].written).map(name => topic(name, operations.WRITE)),
    {
      ...allowed,
      resourceType: resources.GROUP,
      resourceName: `${prefix}referral-router-`,
      resourcePatternType: patterns.PREFIXED,
      operation: operations.READ,
    },
  ]
}
