/** Binds scheduler, controllers, kubelets, network and metrics to a cluster and to each other. */

import type { ApiClient } from './api/client.ts'
import type { UserInfo } from './api/request.ts'
import type { KubeObject } from './api/types.ts'
import type { EventLog } from './apiserver/event-log.ts'
import type { KubeletDoor, MetricsDoor } from './apiserver/ports.ts'
import { bindScheduler } from './bind-scheduler.ts'
import type { BoundScheduler } from './bind-scheduler.ts'
import type { ClusterConfig } from './cluster-config.ts'
import type { Kernel } from './kernel/kernel.ts'
import type { ClusterState } from './kernel/state.ts'
import type { Timings } from './kernel/timings.ts'
import type { Component, ComponentContext, Controller, StoreChange } from './store/component.ts'
import type { Store } from './store/store.ts'

/** What binding needs of a cluster. */
export interface ClusterParts {
  readonly config: ClusterConfig
  readonly state: ClusterState
  readonly kernel: Kernel
  readonly store: Store
  readonly events: EventLog
  readonly timings: Timings
  clientFor(user: UserInfo): ApiClient
  /** A context with its own tables and event types under `name`, acting as `user`. */
  contextFor(name: string, user: UserInfo, component: string): ComponentContext
}

/** The running components of a cluster. */
export interface Components {
  readonly controllers: readonly Controller[]
  /** Absent when the configuration has no scheduler. */
  readonly scheduler?: BoundScheduler
  readonly doors: { readonly kubelet: KubeletDoor; readonly metrics: MetricsDoor }
  /** Objects that components need before they start, with their resource. */
  readonly bootstrapObjects: readonly { readonly resource: string; readonly object: KubeObject }[]
  onChange(change: StoreChange): void
  start(): void
}

const noKubelet: KubeletDoor = {
  readLogs: () => ({ code: 500, message: 'no kubelet runs in this cluster' }),
  followLogs: (_pod, _container, cursor) => ({ text: '', cursor, isOver: true }),
  logCursor: () => null,
  startExec: () => ({ code: 500, message: 'no kubelet runs in this cluster' }),
  startAttach: () => ({ code: 500, message: 'no kubelet runs in this cluster' }),
  readSession: () => [{ kind: 'end' }],
  writeSession: () => undefined,
  closeSession: () => undefined,
}

/** Users of the control plane's own components. */
const schedulerUser: UserInfo = { name: 'system:kube-scheduler', groups: ['system:authenticated'] }

/** Binds the components that a configuration asks for. */
export function bindComponents(parts: ClusterParts): Components {
  const { config } = parts
  const components: Component[] = []
  const add = <T extends Component>(name: string, component: T): T => {
    for (const type of Object.keys(component.handlers)) parts.kernel.register(`${name}/${type}`, component.handlers[type])
    components.push(component)
    return component
  }
  const scheduler = config.hasScheduler === false ? undefined : add('scheduler', bindScheduler(parts.contextFor('scheduler', schedulerUser, 'default-scheduler')))
  return {
    controllers: [],
    scheduler,
    doors: { kubelet: noKubelet, metrics: { list: () => undefined } },
    bootstrapObjects: [],
    onChange: (change) => {
      for (const component of components) component.onChange?.(change)
    },
    start: () => {
      for (const component of components) component.start?.()
    },
  }
}
