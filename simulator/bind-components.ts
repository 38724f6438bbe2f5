/** Binds scheduler, controllers, kubelets, network and metrics to a cluster and to each other. */

import type { ApiClient } from './api/client.ts'
import type { UserInfo } from './api/request.ts'
import type { KubeObject } from './api/types.ts'
import type { EventLog } from './apiserver/event-log.ts'
import type { KubeletDoor, MetricsDoor } from './apiserver/ports.ts'
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

/** Binds the components that a configuration asks for. */
export function bindComponents(parts: ClusterParts): Components {
  const components: Component[] = []
  for (const [name, component] of named(parts, components)) {
    for (const type of Object.keys(component.handlers)) parts.kernel.register(`${name}/${type}`, component.handlers[type])
    components.push(component)
  }
  return {
    controllers: [],
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

function named(_parts: ClusterParts, _running: readonly Component[]): [string, Component][] {
  return []
}
