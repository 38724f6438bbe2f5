/** Texts of the scheduler, exact, since conditions and events show them. Models pkg/scheduler and its plugins (v1.35). */

import { compareText } from '../kernel/text.ts'

export const schedulerReasons = {
  unschedulableNode: 'node(s) were unschedulable',
  nodeName: "node(s) didn't match the requested node name",
  untoleratedTaint: 'node(s) had untolerated taint(s)',
  nodeAffinity: "node(s) didn't match Pod's node affinity/selector",
  enforcedNodeAffinity: "node(s) didn't match scheduler-enforced node affinity",
  affinityConflict: 'pod affinity terms conflict',
  hostPorts: "node(s) didn't have free ports for the requested pod ports",
  tooManyPods: 'Too many pods',
  insufficient: (resource: string) => `Insufficient ${resource}`,
  spread: "node(s) didn't match pod topology spread constraints",
  spreadLabel: "node(s) didn't match pod topology spread constraints (missing required label)",
  podAffinity: "node(s) didn't match pod affinity rules",
  podAntiAffinity: "node(s) didn't match pod anti-affinity rules",
  existingAntiAffinity: "node(s) didn't satisfy existing pods anti-affinity rules",
  claimNotFound: (name: string) => `persistentvolumeclaim "${name}" not found`,
  claimLost: (name: string, volume: string) => `persistentvolumeclaim "${name}" bound to non-existent persistentvolume "${volume}"`,
  claimDeleted: (name: string) => `persistentvolumeclaim "${name}" is being deleted`,
  ephemeralClaimMissing: (name: string) => `waiting for ephemeral volume controller to create the persistentvolumeclaim "${name}"`,
  unboundImmediate: 'pod has unbound immediate PersistentVolumeClaims',
  volumeNotFound: (name: string) => `persistentvolume "${name}" not found`,
  classNotFound: (name: string) => `storageclass.storage.k8s.io "${name}" not found`,
  claimWithoutVolumeAndClass: 'PersistentVolumeClaim had no pv name and storageClass name',
  volumeWithoutName: 'PersistentVolume had no name',
  volumeAffinity: "node(s) didn't match PersistentVolume's node affinity",
  bindConflict: "node(s) didn't find available persistent volumes to bind",
  notEnoughSpace: 'node(s) did not have enough free storage',
  volumeGone: 'node(s) unavailable due to one or more pvc(s) bound to non-existent pv(s)',
  volumeZone: 'node(s) had no available volume zone',
  volumeCount: 'node(s) exceed max volume count',
  diskConflict: 'node(s) had no available disk',
  oncePodConflict: 'node(s) unavailable due to PersistentVolumeClaim with ReadWriteOncePod access mode already in-use by another pod',
  noVictims: 'No preemption victims found for incoming pod',
  preemptionNotHelpful: 'Preemption is not helpful for scheduling',
  preemptionNever: 'not eligible due to preemptionPolicy=Never.',
  terminatingVictim: 'not eligible due to a terminating pod on the nominated node.',
  generatedClaimMissing: (podKey: string) => `pod "${podKey}": ResourceClaim not created yet`,
  resourceClaimMissing: (key: string) => `could not find ResourceClaim "${key}"`,
  resourceClaimDeleted: (name: string) => `resourceclaim "${name}" is being deleted`,
  claimOfOther: (claimKey: string, podKey: string) => `ResourceClaim ${claimKey} was not created for pod ${podKey} (pod is not owner)`,
  resourceClaimInUse: 'resourceclaim in use',
  deviceClassMissing: (request: string, name: string) => `request ${request}: device class ${name} does not exist`,
  cannotAllocate: 'cannot allocate all claims',
  invalidPools: 'invalid resource pools were encountered',
  claimElsewhere: 'resourceclaim not available on the node',
  deallocated: 'deallocation of ResourceClaim completed',
  stillNotSchedulable: 'still not schedulable',
  filterError: (plugin: string, problem: string) => `running "${plugin}" filter plugin: ${problem}`,
  permitError: (plugin: string, problem: string) => `running Permit plugin "${plugin}": ${problem}`,
  preFilterError: (plugin: string, problem: string) => `running PreFilter plugin "${plugin}": ${problem}`,
  scoreError: (plugin: string, problem: string) => `running Score plugins: plugin "${plugin}" failed with: ${problem}`,
  fewAllocations: (count: number) => `number of allocations ${count} is smaller than number of claims`,
  noVictimOn: (node: string) => `expected at least one victim pod on node "${node}"`,
  podGroupNotFound: 'PodGroup not found',
  noPodGroup: 'can not find pod group',
  groupFailedRecently: (groupKey: string) => `podGroup ${groupKey} failed recently`,
  tooFewSiblings: (podName: string, count: number, minMember: number) => `pre-filter pod ${podName} cannot find enough sibling pods, current pods number: ${count}, minMember of group: ${minMember}`,
  groupRejected: (groupKey: string, podName: string) => `PodGroup ${groupKey} gets rejected due to Pod ${podName} is unschedulable even after PostFilter`,
  optimisticRejection: 'optimistic rejection in PostFilter',
  rejectedInUnreserve: 'rejection in Unreserve',
  noClaims: 'no new claims to deallocate',
  notFound: 'not found',
  noNodes: 'no nodes available to schedule pods',
  notInPreFilter: (plugins: readonly string[]) => `node(s) didn't satisfy plugin(s) [${plugins.join(' ')}]`,
  noNodeOfPlugin: (plugin: string) => `node(s) didn't satisfy plugin ${plugin}`,
  noNodeOfAll: (plugins: readonly string[]) => `node(s) didn't satisfy plugin(s) [${plugins.join(' ')}] simultaneously`,
} as const

export const schedulerTexts = {
  scheduled: (podKey: string, nodeName: string) => `Successfully assigned ${podKey} to ${nodeName}`,
  skipDeleting: (podKey: string) => `skip schedule deleting pod: ${podKey}`,
  preempted: (preemptorUid: string, nodeName: string) => `Preempted by pod ${preemptorUid} on node ${nodeName}`,
  preemptedCondition: (schedulerName: string) => `${schedulerName}: preempting to accommodate a higher priority pod`,
} as const

/** What is said about a pod that fits nowhere. */
export interface FitFailure {
  readonly nodeCount: number
  /** Set when a PreFilter plugin rejected the pod: no node was looked at. */
  readonly preFilterMessage?: string
  /** Reason to the number of nodes that gave it. */
  readonly reasonCounts: ReadonlyMap<string, number>
  readonly postFilterMessage: string
}

/** The text of the PodScheduled condition. Models framework.FitError. */
export function fitMessage({ nodeCount, preFilterMessage = '', reasonCounts, postFilterMessage }: FitFailure): string {
  let message = `0/${nodeCount} nodes are available:`
  if (preFilterMessage !== '') message += ` ${preFilterMessage}.`
  else if (reasonCounts.size > 0) {
    const lines = Array.from(reasonCounts, ([reason, count]) => `${count} ${reason}`).sort(compareText)
    message += ` ${lines.join(', ')}.`
  }
  return postFilterMessage === '' ? message : `${message} ${postFilterMessage}`
}

const noteBytesMax = 1024

/** An event note is cut to 1024 bytes; a condition is not. */
export function eventNote(message: string): string {
  if (message.length <= noteBytesMax) return message
  return `${message.slice(0, noteBytesMax - 4)} ...`
}
