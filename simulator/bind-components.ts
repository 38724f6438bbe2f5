/** Binds scheduler, controllers, kubelets, network and metrics to a cluster and to each other. */

import type { UserInfo } from './api/request.ts'
import { parseTimestamp } from './api/time.ts'
import type { KubeObject } from './api/types.ts'
import type { LocalClient } from './apiserver/client.ts'
import type { KubeletDoor, MetricsDoor } from './apiserver/ports.ts'
import { bindControllers } from './bind-controllers.ts'
import { bindNodes } from './bind-network.ts'
import type { NodeParts } from './bind-network.ts'
import { bindScheduler } from './bind-scheduler.ts'
import type { BoundScheduler } from './bind-scheduler.ts'
import type { ClusterConfig } from './cluster-config.ts'
import type { Kernel } from './kernel/kernel.ts'
import type { Clock, Component, ComponentContext, Controller, StoreChange } from './store/component.ts'

/** What binding needs of a cluster. */
export interface ClusterParts {
  readonly config: ClusterConfig
  readonly kernel: Kernel
  clientFor(user: UserInfo): LocalClient
  /** A context with its own tables and event types under `name`, acting as `user`. */
  contextFor(name: string, user: UserInfo, component: string): ComponentContext
}

/** The running components of a cluster. */
export interface Components extends NodeParts {
  readonly controllers: readonly Controller[]
  /** Absent when the configuration has no scheduler. */
  readonly scheduler?: BoundScheduler
  readonly doors: { readonly kubelet: KubeletDoor; readonly metrics: MetricsDoor }
  /** Objects that components need before they start, with their resource. */
  readonly bootstrapObjects: readonly { readonly resource: string; readonly object: KubeObject }[]
  onChange(change: StoreChange): void
  start(): void
}

/** Users of the control plane's own components. */
const schedulerUser: UserInfo = { name: 'system:kube-scheduler', groups: ['system:authenticated'] }
/** The network, DNS and metrics read the API with every right; they write nothing. */
const readerUser: UserInfo = { name: 'podflight:network', groups: ['system:masters'] }

/** Binds the components that a configuration asks for. */
export function bindComponents(parts: ClusterParts): Components {
  const { config } = parts
  const components: Component[] = []
  const add = <T extends Component>(name: string, component: T): T => {
    for (const type of Object.keys(component.handlers)) parts.kernel.register(`${name}/${type}`, component.handlers[type])
    components.push(component)
    return component
  }
  const scheduler = config.hasScheduler === false ? undefined : add('scheduler', bindScheduler(parts.contextFor('scheduler', schedulerUser, 'default-scheduler'), config))
  const contexts = {
    kubelet: parts.contextFor('kubelet', readerUser, 'kubelet'),
    network: parts.contextFor('network', readerUser, 'network'),
    metrics: parts.contextFor('metrics', readerUser, 'metrics'),
    wire: parts.contextFor('wire', readerUser, 'network'),
    clientFor: (user: UserInfo) => parts.clientFor(user),
  }
  const nodes = bindNodes(contexts, config)
  if (config.kubelet !== 'scripted') add('kubelet', nodes.kubelets)
  add('wire', nodes.wire)
  add('network', nodes.network)
  add('metrics', nodes.metrics)
  return {
    ...nodes,
    controllers: bindControllers(config, nodes.metrics),
    scheduler,
    doors: { kubelet: kubeletDoor(nodes, contexts.kubelet.clock), metrics: nodes.metrics },
    bootstrapObjects: [],
    onChange: (change) => {
      for (const component of components) component.onChange?.(change)
    },
    start: () => {
      for (const component of components) component.start?.()
    },
  }
}

/** The kubelet's own API, with times of the query as simulated ms. */
function kubeletDoor({ kubelets }: NodeParts, clock: Clock): KubeletDoor {
  return {
    readLogs: (pod, container, query) => {
      const { previous, tailLines, limitBytes, timestamps, sinceSeconds, sinceTime } = query
      const fromTimeMs = sinceTime === undefined ? undefined : parseTimestamp(sinceTime, clock.epochMs)
      const sinceMs = sinceSeconds === undefined ? fromTimeMs : clock.nowMs - sinceSeconds * 1000
      return kubelets.readLogs(pod, container, { previous, tailLines, limitBytes, timestamps, sinceMs })
    },
    followLogs: (pod, container, cursor) => kubelets.followLogs(pod, container, cursor),
    logCursor: (pod, container) => kubelets.logCursor(pod, container),
    startExec: (pod, container, command, options) => kubelets.startExec(pod, container, command, options),
    startAttach: (pod, container, options) => kubelets.startAttach(pod, container, options),
    readSession: (sessionId) => kubelets.readSession(sessionId),
    writeSession: (sessionId, text) => kubelets.writeSession(sessionId, text),
    closeSession: (sessionId) => kubelets.closeSession(sessionId),
  }
}
