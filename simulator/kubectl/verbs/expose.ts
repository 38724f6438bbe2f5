/** kubectl expose. Models k8s.io/kubectl/pkg/cmd/expose (v1.35). */

import { kindByKind } from '../../api/kinds.ts'
import { isSelectorError, toSelector } from '../../api/selector.ts'
import type { ContainerPort, KubeObject, Service, ServicePort, StringMap } from '../../api/types.ts'
import { aggregateFailure, fail } from '../failures.ts'
import { overridden } from '../overrides.ts'
import { writeQuery } from '../generators/common.ts'
import { withLastApplied } from '../last-applied.ts'
import { podSpecOf, selectorOf } from '../pod-template.ts'
import { operationPrinter } from '../printers/output.ts'
import { visit } from '../resource-builder.ts'
import type { Info } from '../resource-builder.ts'
import type { Run, Session } from '../session.ts'

const exposable = ['ReplicationController', 'Service', 'Pod', 'Deployment', 'ReplicaSet']

/** `key=value,...` as a map. */
export function readLabelSpec(text: string): StringMap {
  if (text === '') throw fail('no label spec passed')
  const labels: StringMap = {}
  for (const part of text.split(',')) {
    const pieces = part.split('=')
    if (pieces.length !== 2) throw fail(`unexpected label spec: ${part}`)
    if (pieces[0] === '') throw fail('unexpected empty label key')
    labels[pieces[0] ?? ''] = pieces[1] ?? ''
  }
  return labels
}

function selectorFor(object: KubeObject): StringMap {
  if (object.kind === 'Pod') {
    const labels = object.metadata.labels ?? {}
    if (Object.keys(labels).length === 0) throw fail("couldn't retrieve selectors via --selector flag or introspection: the pod has no labels and cannot be exposed")
    return labels
  }
  const selector = selectorOf(object)
  const problem = (text: string) => fail(`couldn't retrieve selectors via --selector flag or introspection: ${text}`)
  if (object.kind === 'Service' && selector === undefined) throw problem('the service has no pod selector set')
  if (selector === undefined) throw problem(`invalid ${object.kind.toLowerCase()}: no selectors, therefore cannot be exposed`)
  if ((selector.matchExpressions ?? []).length > 0) throw problem(`couldn't convert expressions - "${JSON.stringify(selector.matchExpressions)}" to map-based selector format`)
  if (isSelectorError(toSelector(selector))) throw problem('invalid selector')
  return selector.matchLabels ?? {}
}

function portsOfObject(object: KubeObject): { readonly port: number; readonly protocol: string }[] {
  if (object.kind === 'Service') return ((object as Service).spec.ports ?? []).map(({ port, protocol = 'TCP' }) => ({ port, protocol }))
  return (podSpecOf(object)?.containers ?? []).flatMap((container) => (container.ports ?? []).map(({ containerPort, protocol = 'TCP' }: ContainerPort) => ({ port: containerPort, protocol })))
}

function targetOf(text: string, port: number): number | string {
  return text === '' ? port : /^\d+$/.test(text) ? Number(text) : text
}

function servicePorts(session: Session, object: KubeObject): ServicePort[] {
  const { flags } = session
  const known = portsOfObject(object)
  const given = flags.text('port')
  const numbers = given !== '' ? given.split(',') : [...new Set(known.map(({ port }) => String(port)))]
  if (numbers.length === 0) {
    if (flags.text('cluster-ip') !== 'None') throw fail("couldn't find port via --port flag or introspection")
    return []
  }
  return numbers.flatMap((text, index) => {
    if (!/^[+-]?\d+$/.test(text)) throw fail(`strconv.Atoi: parsing ${JSON.stringify(text)}: invalid syntax`)
    const port = Number(text)
    const protocols = flags.text('protocol') !== '' ? [flags.text('protocol')] : known.filter((one) => one.port === port).map(({ protocol }) => protocol)
    const distinct = protocols.length === 0 ? ['TCP'] : [...new Set(protocols)]
    return distinct.map((protocol): ServicePort => {
      const name = distinct.length > 1 ? `port-${index + 1}-${protocol.toLowerCase()}` : numbers.length > 1 ? `port-${index + 1}` : undefined
      return { ...(name === undefined ? {} : { name }), protocol, port, targetPort: targetOf(flags.text('target-port'), port) }
    })
  })
}

function serviceOf(session: Session, info: Info): KubeObject {
  const { flags } = session
  const object = info.object as KubeObject
  if (!exposable.includes(info.kind.kind)) throw fail(`cannot expose a ${info.kind.kind}${info.kind.group === '' ? '' : `.${info.kind.group}`}`)
  const selector = flags.text('selector') === '' ? selectorFor(object) : readLabelSpec(flags.text('selector'))
  const ports = servicePorts(session, object)
  const labels = flags.text('labels') === '' ? object.metadata.labels ?? {} : readLabelSpec(flags.text('labels'))
  const affinity = flags.text('session-affinity')
  if (affinity !== '' && affinity !== 'None' && affinity !== 'ClientIP') throw fail(`unknown session affinity: ${affinity}`)
  const type = flags.text('type')
  const clusterIP = flags.text('cluster-ip')
  const externalIp = flags.text('external-ip')
  const balancerIp = flags.text('load-balancer-ip')
  return {
    kind: 'Service', apiVersion: 'v1',
    metadata: { name: flags.text('name') === '' ? info.name.slice(0, 63) : flags.text('name'), ...(Object.keys(labels).length === 0 ? {} : { labels }) },
    spec: {
      ...(ports.length === 0 ? {} : { ports }), selector, ...(clusterIP === '' ? {} : { clusterIP }), ...(type === '' ? {} : { type }),
      ...(externalIp === '' ? {} : { externalIPs: [externalIp] }), ...(affinity === '' ? {} : { sessionAffinity: affinity }),
      ...(type === 'LoadBalancer' && balancerIp !== '' ? { loadBalancerIP: balancerIp } : {}),
    },
    status: { loadBalancer: {} },
  } as KubeObject
}

/** kubectl expose: creates a Service with the selector and ports of a pod, Service or workload; --port is needed when it has none. */
export function* expose(session: Session): Run<number> {
  const dryRun = session.dryRun()
  const printer = operationPrinter(session, 'exposed', { dryRun, isTyped: dryRun === 'client' })
  const failures = yield* visit(session, { args: session.args, useFiles: true, isLatest: true, continuesOnError: true }, function* (info) {
    const made = overridden(session, serviceOf(session, info))
    const { name: namespace, isExplicit } = session.namespace()
    if (dryRun === 'client') return session.out(printer(isExplicit ? { ...made, metadata: { ...made.metadata, namespace } } : made))
    const kind = kindByKind('v1', 'Service')
    if (kind === undefined) throw fail('the server doesn\'t have a resource type "services"')
    const object = session.flags.bool('save-config') ? withLastApplied(made) : made
    session.out(printer(yield* session.call({ verb: 'create', kind, namespace, body: object, contentType: 'application/json', query: writeQuery(session) })))
  })
  if (failures.length > 0) throw aggregateFailure(failures)
  return 0
}
