/** Feeds changes into the controllers' work queues and runs what is due. One queue and one event type per controller. */

import { kindByResource } from '../api/kinds.ts'
import type { StoreChange, ComponentContext, Controller, ControllerWatch } from '../store/component.ts'
import type { Kernel } from '../kernel/kernel.ts'
import type { ClusterState } from '../kernel/state.ts'
import { WorkQueue } from '../kernel/work-queue.ts'
import { anyCustom } from './stored-kinds.ts'

interface Running {
  readonly controller: Controller
  readonly context: ComponentContext
  readonly queue: WorkQueue
}

interface Subscription {
  readonly running: Running
  readonly watch: ControllerWatch
}

function isBuiltIn(resource: string): boolean {
  const dot = resource.indexOf('.')
  return kindByResource(resource.slice(dot + 1), resource.slice(0, dot)) !== undefined
}

/**
 * Runs all controllers of a cluster on its kernel. Registers an event type per controller in the order given, so that
 * order is part of the engine's version. A failed sync is tried again with the back-off of `WorkQueue`.
 */
export class ControllerRunner {
  private readonly kernel: Kernel
  private readonly watchDeliveryMs: number
  private readonly all: Running[] = []
  private readonly subscriptions = new Map<string, Subscription[]>()

  /**
   * @param controllers in running order
   * @param contextOf gives each controller its context (own user, own tables)
   */
  constructor(kernel: Kernel, state: ClusterState, controllers: readonly Controller[], contextOf: (controller: Controller) => ComponentContext) {
    this.kernel = kernel
    for (const controller of controllers) {
      const type = `controller/${controller.name}`
      kernel.register(type, (key) => this.run(running, key))
      const typeId = kernel.typeIdOf(type)
      const due = state.table<number>(`${type}/due`)
      const failures = state.table<number>(`${type}/failures`)
      const retries = state.table<number>(`${type}/retries`)
      const queue = new WorkQueue(due, failures, retries, (atMs, key) => kernel.scheduleId(atMs, typeId, key))
      const running: Running = { controller, context: contextOf(controller), queue }
      this.all.push(running)
      for (const watch of controller.watches) {
        const list = this.subscriptions.get(watch.resource) ?? []
        list.push({ running, watch })
        this.subscriptions.set(watch.resource, list)
      }
    }
    const others = this.subscriptions.get(anyCustom) ?? []
    for (const [resource, list] of this.subscriptions) if (resource.includes('.') && !isBuiltIn(resource)) list.push(...others)
    this.watchDeliveryMs = this.all.length === 0 ? 0 : this.all[0].context.timings.watchDeliveryMs
  }

  /** Enqueues each controller's first keys. */
  start(): void {
    for (const { controller, context, queue } of this.all) {
      for (const key of controller.startKeys?.(context) ?? []) queue.addAt(key, this.kernel.nowMs + this.watchDeliveryMs)
    }
  }

  /** Enqueues what a change concerns. */
  onChange(change: StoreChange): void {
    const subscriptions = this.subscriptions.get(change.resource) ?? this.subscriptions.get(anyCustom)
    if (subscriptions === undefined) return
    const deliveredMs = this.kernel.nowMs + this.watchDeliveryMs
    for (const { running, watch } of subscriptions) {
      const atMs = watch.delayMs === undefined ? deliveredMs : deliveredMs + watch.delayMs(change)
      if (watch.keysOf === undefined) {
        running.queue.addAt(change.key, atMs)
        continue
      }
      const keys = watch.keysOf(change, running.context.api)
      for (let i = 0; i < keys.length; i++) running.queue.addAt(keys[i], atMs)
    }
  }

  private run(running: Running, key: string): void {
    const { controller, context, queue } = running
    const { nowMs } = this.kernel
    if (!queue.take(key, nowMs)) return
    const result = controller.reconcile(key, context)
    for (const further of result.enqueue ?? []) queue.addAt(further, nowMs)
    if (result.failed === true) {
      queue.addFailed(key, nowMs)
      return
    }
    queue.forget(key)
    if (result.requeueAfterMs !== undefined) queue.addAt(key, nowMs + Math.max(1, result.requeueAfterMs))
  }
}
