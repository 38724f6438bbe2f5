/** Pods that wait for victims to leave their node. Models pkg/scheduler/backend/queue/nominator.go (v1.35). */

import type { Pod } from '../api/types.ts'
import { podKeyOf } from './pod-class.ts'

interface Nomination { readonly pod: Pod; readonly nodeName: string }

/** Which pods are nominated to which node. A pod has one nomination at most; adding it again, or with no node, replaces it. */
export class Nominator {
  private readonly nominations = new Map<string, Nomination>()
  private readonly byNode = new Map<string, Pod[]>()

  get size(): number { return this.nominations.size }

  /** Pods nominated to a node, in the order of their nominations. */
  podsOn(nodeName: string): readonly Pod[] { return this.byNode.get(nodeName) ?? [] }

  /** Node to which a pod is nominated. */
  nodeOf(podKey: string): string | undefined { return this.nominations.get(podKey)?.nodeName }

  add(pod: Pod, nodeName: string): void {
    this.remove(podKeyOf(pod))
    if (nodeName === '') return
    this.nominations.set(podKeyOf(pod), { pod, nodeName })
    const pods = this.byNode.get(nodeName)
    if (pods === undefined) this.byNode.set(nodeName, [pod])
    else pods.push(pod)
  }

  remove(podKey: string): void {
    if (this.nominations.size === 0) return
    const known = this.nominations.get(podKey)
    if (known === undefined) return
    this.nominations.delete(podKey)
    const left = (this.byNode.get(known.nodeName) ?? []).filter((pod) => pod !== known.pod)
    if (left.length === 0) this.byNode.delete(known.nodeName)
    else this.byNode.set(known.nodeName, left)
  }
}
