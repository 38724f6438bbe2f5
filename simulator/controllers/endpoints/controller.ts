/** Endpoints of Services with a selector. Models kubernetes/pkg/controller/endpoint (v1.35). */

import type { Endpoints, Pod, Service, StringMap } from '../../api/types.ts'
import { equalJson } from '../../kernel/equal.ts'
import { done } from '../../store/component.ts'
import type { ComponentContext, Controller, ReconcileResult } from '../../store/component.ts'
import { isNamespaceTerminating } from '../owners.ts'
import { isPodReady } from '../pods.ts'
import { addressesOf, hasClusterIP, headlessLabel, hostnameFor, isPodInEndpoints, podsOf, selectsPods, serviceKeysOfPod, targetPortOf, triggerTime, withTriggerTime } from '../service-pods.ts'
import { packSubsets } from './subsets.ts'
import type { PortAddress, Subset } from './subsets.ts'

const managedByLabel = 'endpoints.kubernetes.io/managed-by'
const controllerName = 'endpoint-controller'

/** A pod's addresses behind each of the Service's ports that it has. */
function entriesOf(pod: Pod, service: Service): PortAddress[] {
  const family = service.spec.ipFamilies?.[0] === 'IPv6' ? 'IPv6' : 'IPv4'
  const ip = addressesOf(pod, family)[0]
  if (ip === undefined) return []
  const hostname = hostnameFor(pod, service)
  const { namespace, name, uid } = pod.metadata
  const address = {
    ip,
    ...(hostname === undefined ? {} : { hostname }),
    ...(pod.spec.nodeName === undefined ? {} : { nodeName: pod.spec.nodeName }),
    targetRef: { kind: 'Pod', namespace, name, uid },
  }
  const isReady = service.spec.publishNotReadyAddresses === true || isPodReady(pod)
  const ports = service.spec.ports ?? []
  if (ports.length === 0) return hasClusterIP(service) ? [] : [{ address, isReady }]
  return ports.flatMap((servicePort) => {
    const number = targetPortOf(pod, servicePort)
    if (number === undefined) return []
    const { name: portName = '', protocol = 'TCP', appProtocol } = servicePort
    const port = { ...(portName === '' ? {} : { name: portName }), port: number, protocol, ...(appProtocol === undefined ? {} : { appProtocol }) }
    return [{ address, port, isReady }]
  })
}

function subsetsOf(service: Service, pods: readonly Pod[]): Subset[] {
  const withTerminating = service.spec.publishNotReadyAddresses === true
  return packSubsets(pods.filter((pod) => isPodInEndpoints(pod, withTerminating)).flatMap((pod) => entriesOf(pod, service)))
}

function labelsFor(service: Service): StringMap {
  const { [headlessLabel]: _headless, ...labels } = service.metadata.labels ?? {}
  return { ...labels, ...(hasClusterIP(service) ? {} : { [headlessLabel]: '' }), [managedByLabel]: controllerName }
}

function hasRightLabels(labels: StringMap | undefined, service: Service): boolean {
  const own = Object.fromEntries(Object.entries(labels ?? {}).filter(([key]) => key !== headlessLabel && key !== managedByLabel))
  return labels?.[managedByLabel] === controllerName && equalJson(own, service.metadata.labels ?? {})
}

/** Uids with their readiness, as a set of subsets names them. */
function uidsOf(subsets: readonly Subset[] | undefined): Set<string> {
  const uids = new Set<string>()
  for (const { addresses, notReadyAddresses } of subsets ?? []) {
    for (const { targetRef } of addresses ?? []) uids.add(`${targetRef?.uid ?? ''} ready`)
    for (const { targetRef } of notReadyAddresses ?? []) uids.add(`${targetRef?.uid ?? ''} unready`)
  }
  return uids
}

function sync(service: Service, key: string, { api, recorder }: ComponentContext): ReconcileResult {
  const pods = podsOf(service, api)
  const subsets = subsetsOf(service, pods)
  const current = api.find<Endpoints>('endpoints', key)
  if (current !== undefined && equalJson(current.subsets ?? [], subsets) && hasRightLabels(current.metadata.labels, service)) return done
  const before = uidsOf(current?.subsets)
  const after = uidsOf(subsets)
  const changed = pods.filter(({ metadata: { uid } }) => ['ready', 'unready'].some((word) => after.has(`${uid!} ${word}`) && !before.has(`${uid!} ${word}`)))
  const annotations = withTriggerTime(current?.metadata.annotations, triggerTime(changed, service, current === undefined))
  const base = current ?? { apiVersion: 'v1', kind: 'Endpoints', metadata: { name: service.metadata.name, namespace: service.metadata.namespace } }
  const { subsets: _old, ...rest } = base as Endpoints
  const endpoints: Endpoints = { ...rest, metadata: { ...base.metadata, labels: labelsFor(service), annotations }, ...(subsets.length === 0 ? {} : { subsets }) }
  const result = current === undefined ? api.create('endpoints', endpoints) : api.update('endpoints', endpoints)
  if (result.ok || (current === undefined && isNamespaceTerminating(result.status))) return done
  const place = `${service.metadata.namespace!}/${service.metadata.name!}: ${result.status.message ?? ''}`
  if (current === undefined) recorder.record(endpoints, 'Warning', 'FailedToCreateEndpoint', `Failed to create endpoint for service ${place}`)
  else recorder.record(endpoints, 'Warning', 'FailedToUpdateEndpoint', `Failed to update endpoint ${place}`)
  return { failed: true }
}

/** The Endpoints controller. */
export const endpointsController: Controller = {
  name: 'endpoint-controller',
  watches: [
    { resource: 'services' },
    { resource: 'pods', keysOf: serviceKeysOfPod },
  ],
  reconcile(key, context): ReconcileResult {
    const service = context.api.find<Service>('services', key)
    if (service === undefined) {
      const endpoints = context.api.find<Endpoints>('endpoints', key)
      if (endpoints === undefined) return done
      const result = context.api.delete('endpoints', key)
      return { failed: !result.ok && result.status.code !== 404 }
    }
    return selectsPods(service) ? sync(service, key, context) : done
  },
}
