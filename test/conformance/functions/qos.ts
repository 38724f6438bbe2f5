import { evictionMessage, graceText, parseEvictionConfig, rankByProcesses, rankByRequest, resourceOfEvictionSignal, thresholdQuantity } from '../../../simulator/api/eviction.ts'
import { computePodQos, oomScoreAdjust } from '../../../simulator/api/qos.ts'
import { formatQuantity, mustParseQuantity, quantityValue } from '../../../simulator/api/quantity.ts'
import { podLimits, podRequests } from '../../../simulator/api/resources.ts'
import type { Pod, StringMap } from '../../../simulator/api/types.ts'
import { objectOf, verdict } from '../compare.ts'
import type { RowRunner } from '../runner.ts'

interface Input {
  fn: string
  pod?: Pod
  nodeMemory?: string
  pods?: Pod[]
  usage?: StringMap
  containerUsage?: StringMap
  evictionHard?: StringMap
  evictionSoft?: StringMap
  evictionSoftGracePeriod?: StringMap
  evictionMinimumReclaim?: StringMap
  capacity?: string
  available?: string
}

function canonical(list: StringMap): StringMap {
  return Object.fromEntries(Object.entries(list).map(([resource, text]) => [resource, formatQuantity(mustParseQuantity(text))]))
}

function pod(input: Input): unknown {
  const given = input.pod!
  const qosClass = computePodQos(given)
  const answer = { qosClass, requests: canonical(podRequests(given)), limits: canonical(podLimits(given)) }
  if (input.nodeMemory === undefined) return answer
  const memoryBytes = quantityValue(input.nodeMemory)
  const withClass = { ...given, status: { ...given.status, qosClass } }
  const containers = [...(given.spec.initContainers ?? []), ...given.spec.containers]
  return { ...answer, oomScoreAdj: Object.fromEntries(containers.map((container) => [container.name, oomScoreAdjust(withClass, container, memoryBytes)])) }
}

function usageOf(input: Input): (pod: Pod) => number | undefined {
  return (each) => {
    const usage = input.usage?.[each.metadata.name!]
    return usage === undefined ? undefined : quantityValue(usage)
  }
}

function thresholdsOf(input: Input): ReturnType<typeof parseEvictionConfig> {
  return parseEvictionConfig({
    ...(input.evictionHard ? { hard: input.evictionHard } : {}), ...(input.evictionSoft ? { soft: input.evictionSoft } : {}),
    ...(input.evictionSoftGracePeriod ? { softGracePeriod: input.evictionSoftGracePeriod } : {}),
    ...(input.evictionMinimumReclaim ? { minimumReclaim: input.evictionMinimumReclaim } : {}),
  })
}

function thresholds(input: Input): unknown {
  const parsed = thresholdsOf(input)
  if (!Array.isArray(parsed)) return parsed
  return { thresholds: Object.fromEntries(parsed.map((each) => [
    `${each.signal} ${each.graceMs > 0 ? 'soft' : 'hard'}`, { value: String(quantityValue(thresholdQuantity(each, input.capacity!))), grace: graceText(each) },
  ])) }
}

function message(input: Input): unknown {
  const resource = input.evictionHard?.['nodefs.available'] === undefined ? 'memory' : 'ephemeral-storage'
  const parsed = thresholdsOf(input)
  if (!Array.isArray(parsed)) throw new Error(parsed.error)
  const met = parsed.find((each) => resourceOfEvictionSignal(each.signal) === resource)
  const given = input.pod!
  const usage = usageOf(input)(given)
  const names = [...(given.spec.initContainers ?? []), ...given.spec.containers].map((container) => container.name)
  const containers = input.containerUsage === undefined
    ? [{ name: given.spec.containers[0]!.name, bytes: usage ?? 0 }]
    : names.filter((name) => input.containerUsage![name] !== undefined).map((name) => ({ name, bytes: quantityValue(input.containerUsage![name]!) }))
  return evictionMessage(given, {
    resource,
    ...(met === undefined ? {} : { threshold: { quantity: thresholdQuantity(met, input.capacity!), available: formatQuantity(mustParseQuantity(input.available!)) } }),
    ...(usage === undefined ? {} : { usage: { pod: usage, containers } }),
  })
}

function order(pods: readonly Pod[]): unknown {
  return { order: pods.map((each) => each.metadata.name) }
}

const byFunction: { readonly [fn: string]: (input: Input) => unknown } = {
  pod, thresholds, message,
  rankMemory: (input) => order(rankByRequest(input.pods!, usageOf(input), 'memory')),
  rankDisk: (input) => order(rankByRequest(input.pods!, usageOf(input), 'ephemeral-storage')),
  rankPID: (input) => order(rankByProcesses(input.pods!, usageOf(input))),
}

/** Rows of functions/qos.jsonl. */
export const runQos: RowRunner = (row) => {
  const input = objectOf(row['input']) as unknown as Input
  return verdict(row, byFunction[input.fn]!(input))
}
