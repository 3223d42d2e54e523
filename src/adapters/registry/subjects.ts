import type { Topic } from '../../roles/topics.ts'

/** By Confluent's TopicNameStrategy, which its serializers use unless told otherwise. */
export function subjectOf(topicPrefix: string, topic: Topic): string {
  return `${topicPrefix}${topic}-value`
}
