/** Reads objects, rights and logs of a real cluster as its owner. */

import type { KindTable } from '../../../../../simulator/api/kinds.ts'
import type { ApiAnswer, KubeList, KubeObject, Pod, Status } from '../../../../../simulator/index.ts'
import { BridgeError } from '../../contract.ts'
import type { BridgeRequest, KindDoor } from '../../contract.ts'
import { sandboxNames } from '../../guard/names.ts'
import { pause } from '../../shell/remote-run.ts'
import { probeLabel } from '../probe-pods.ts'
import { isOnFakeNode, noContainers } from '../node-facts.ts'
import type { NodeFacts } from '../node-facts.ts'
import type { Reader } from '../question.ts'

type Kind = NonNullable<ReturnType<KindTable['byToken']>>

function kindOf(kinds: KindTable, resource: string): Kind | undefined {
  return kinds.byToken(resource)
}

function messageOf(body: unknown): string {
  return (body as Status | null)?.message ?? 'no reason given'
}

/** A server that is busy or restarts is asked again. */
const triesMax = 4
const againMs = 500

/** Reads as the owner; what the server cannot answer now is asked again a few times. */
async function sendPatiently(door: KindDoor, request: BridgeRequest): Promise<ApiAnswer> {
  for (let tries = 1; ; tries++) {
    const answer = await door.send(request, 'owner')
    if (answer.code < 500 || tries === triesMax) return answer
    await pause(againMs * tries)
  }
}

/** An object that the grader put into a namespace of the task. */
function isGraders({ metadata }: KubeObject): boolean {
  return metadata.namespace !== undefined && (metadata.labels?.[probeLabel] !== undefined || metadata.labels?.[sandboxNames.partLabel] !== undefined)
}

/** Lists objects, without those of the grader. */
export function listReader(door: KindDoor, kinds: KindTable): Reader<'list'> {
  return async ({ ref }) => {
    const kind = kindOf(kinds, ref.resource)
    if (kind === undefined) return { notAvailable: `this cluster does not serve ${ref.resource}` }
    const answer = await sendPatiently(door, {
      verb: 'list', group: kind.group, version: kind.version, resource: kind.resource,
      ...(kind.namespaced && ref.namespace !== undefined ? { namespace: ref.namespace } : {}), query: ref.selector === undefined ? {} : { labelSelector: ref.selector },
    })
    if (answer.code === 404) return { notAvailable: `this cluster does not serve ${ref.resource}` }
    if (answer.code !== 200) throw new BridgeError(`reading ${ref.resource} failed: ${messageOf(answer.body)}`)
    const items = (answer.body as KubeList).items.filter((item) => !isGraders(item))
    const whole = items.map((item): KubeObject => ({ ...item, apiVersion: item.apiVersion ?? (kind.group === '' ? kind.version : `${kind.group}/${kind.version}`), kind: item.kind ?? kind.kind }))
    return ref.name === undefined ? whole : whole.filter(({ metadata }) => metadata.name === ref.name)
  }
}

/** Asks the authorizer with a SubjectAccessReview. */
export function canReader(door: KindDoor, kinds: KindTable): Reader<'can'> {
  return async ({ access }) => {
    const { user, groups = [], verb, namespace, name } = access
    const [resourceText = '', subresource] = access.resource.split('/')
    const kind = kindOf(kinds, resourceText)
    if (kind === undefined) return { notAvailable: `this cluster does not serve ${resourceText}` }
    const resourceAttributes = {
      verb, group: kind.group, resource: kind.resource, ...(subresource === undefined ? {} : { subresource }), ...(namespace === undefined ? {} : { namespace }), ...(name === undefined ? {} : { name }),
    }
    const body = { apiVersion: 'authorization.k8s.io/v1', kind: 'SubjectAccessReview', metadata: {}, spec: { user, groups: [...groups, 'system:authenticated'], resourceAttributes } }
    const answer = await sendPatiently(door, { verb: 'create', group: 'authorization.k8s.io', version: 'v1', resource: 'subjectaccessreviews', body: body as KubeObject })
    if (answer.code !== 201 && answer.code !== 200) throw new BridgeError(`the access review of ${user} failed: ${messageOf(answer.body)}`)
    return (answer.body as { readonly status?: { readonly allowed?: boolean } }).status?.allowed === true
  }
}

/** Reads logs. A container that has none yet has empty logs. */
export function logsReader(door: KindDoor, facts: NodeFacts): Reader<'logs'> {
  return async ({ namespace, pod, container, previous }) => {
    const read = await door.send({ verb: 'get', group: '', version: 'v1', resource: 'pods', namespace, name: pod }, 'owner')
    if (read.code === 200 && isOnFakeNode(read.body as Pod, facts)) return { notAvailable: noContainers }
    const answer = await door.send({
      verb: 'get', group: '', version: 'v1', resource: 'pods', namespace, name: pod, subresource: 'log',
      query: { ...(container === undefined ? {} : { container }), ...(previous === undefined ? {} : { previous }) },
    }, 'owner')
    if (answer.code === 200) return typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body)
    return answer.code >= 500 ? { notAvailable: `the logs of ${pod} cannot be read: ${messageOf(answer.body)}` } : ''
  }
}
