/** Binds kubelets, network and metrics to each other: requests out of containers, flows, usage. */

import type { ApiClient } from './api/client.ts'
import type { UserInfo } from './api/request.ts'
import type { ClusterConfig } from './cluster-config.ts'
import { createKubelets } from './kubelet/kubelets.ts'
import type { KubeletPorts, Kubelets, Origin } from './kubelet/ports.ts'
import { Metrics } from './metrics/metrics.ts'
import { Network, isFailure } from './network/network.ts'
import type { Component, ComponentContext } from './store/component.ts'
import type { EffectAnswer } from './workloads/program.ts'

interface PendingAnswer {
  readonly origin: Origin
  readonly id: string
  readonly answer: EffectAnswer
}

/** Contexts of the parts, each with its own tables and user. */
export interface NodeContexts {
  readonly kubelet: ComponentContext
  readonly network: ComponentContext
  readonly metrics: ComponentContext
  /** For answers on their way back. */
  readonly wire: ComponentContext
  clientFor(user: UserInfo): ApiClient
}

/** What runs on and between the nodes. */
export interface NodeParts {
  readonly kubelets: Kubelets
  readonly network: Network
  readonly metrics: Metrics
  readonly wire: Component
}

/** The user of a node's kubelet. */
export function nodeUser(nodeName: string): UserInfo {
  return { name: `system:node:${nodeName}`, groups: ['system:nodes', 'system:authenticated'] }
}

/** Time of a name lookup. Modelling assumption. */
const lookupMs = 2

/** Servers that ask each other in a ring stop here. */
const fetchDepthMax = 8

/** Requests that are answered at once, for servers that ask others while they answer. */
function makeFetch(send: Network['send']): NonNullable<KubeletPorts['fetch']> {
  let depth = 0
  return (podKey, request, timeoutMs) => {
    if (depth === fetchDepthMax) return { failure: 'timeout', message: `Operation timed out after ${timeoutMs} milliseconds with 0 bytes received` }
    depth += 1
    const result = send(podKey.slice(0, podKey.indexOf('/')), request, timeoutMs)
    depth -= 1
    return result
  }
}

/** Makes kubelets, network and metrics of a cluster. */
export function bindNodes(contexts: NodeContexts, config: ClusterConfig): NodeParts {
  const pending = contexts.wire.table<PendingAnswer>('pending')
  const counters = contexts.wire.table<number>('counters')
  const deliver = (origin: Origin, id: string, afterMs: number, answer: EffectAnswer): void => {
    const key = String(counters.get('answers') ?? 0)
    counters.set('answers', Number(key) + 1)
    pending.set(key, { origin, id, answer })
    contexts.wire.schedule(contexts.wire.clock.nowMs + afterMs, 'deliver', key)
  }
  const clients = new Map<string, ApiClient>()
  const namespaceOf = (origin: Origin): string => origin.podKey.slice(0, origin.podKey.indexOf('/'))

  const ports: KubeletPorts = {
    clientFor: (nodeName) => {
      let client = clients.get(nodeName)
      if (client === undefined) {
        client = contexts.clientFor(nodeUser(nodeName))
        clients.set(nodeName, client)
      }
      return client
    },
    request: (origin, id, request, timeoutMs) => {
      const result = network.send(namespaceOf(origin), request, timeoutMs)
      deliver(origin, id, result.latencyMs, isFailure(result) ? { kind: 'failure', failure: { failure: result.failure, message: result.message } } : { kind: 'response', response: result.response, latencyMs: result.latencyMs })
    },
    fetch: makeFetch((namespace, request, timeoutMs) => network.send(namespace, request, timeoutMs)),
    lookup: (origin, id, name) => {
      const found = network.lookup(name, namespaceOf(origin))
      deliver(origin, id, lookupMs, { kind: 'addresses', addresses: 'failure' in found ? [] : found.addresses })
    },
    flow: (origin, flow) => network.startFlow(`${origin.podKey}/${origin.container}`, namespaceOf(origin), flow, origin.podKey),
    stopped: (origin) => {
      network.stopFlow(`${origin.podKey}/${origin.container}`)
      metrics.observe(origin.podKey)
      network.touch()
    },
    changed: (podKey) => {
      metrics.observe(podKey)
      network.touch()
    },
  }
  const kubelets = createKubelets(contexts.kubelet, ports, { seed: config.seed, images: config.images, cachedImages: config.cachedImages, runsUnknownImages: config.runsUnknownImages })
  const metrics = new Metrics(contexts.metrics, {
    usageOf: (podKey) => kubelets.usageOf(podKey, contexts.kubelet.clock.nowMs),
    idleRun: (podKey, container) => kubelets.idleRun(podKey, container),
    idleContainers: () => kubelets.idleContainers(),
  })
  const network: Network = new Network(contexts.network, kubelets, metrics.series)
  const wire: Component = {
    handlers: {
      deliver: (key) => {
        const waiting = pending.get(key)
        if (waiting === undefined) return
        pending.delete(key)
        kubelets.answer(waiting.origin, waiting.id, waiting.answer)
      },
    },
  }
  return { kubelets, network, metrics, wire }
}
