/** The classes of pods that one cache knows. */

import type { Pod } from '../api/types.ts'
import { classKeyOf, hasNamedVolume, isSameShape, makePodClass } from './pod-class.ts'
import type { PodClass } from './pod-class.ts'

/** Classes that no pod uses any more are dropped when there are this many in all. */
const classesMax = 4096

/**
 * Gives each pod its class: pods that no filter and no score can tell apart share one. Ids are never given twice; from
 * 4096 classes on those out of use are dropped.
 */
export class ClassRegistry {
  private classes = new Map<string, PodClass>()
  private nextId = 1
  private limit = classesMax
  /** The pod that came last, with its class: the next one often is of the same template. */
  private last: { readonly pod: Pod; readonly podClass: PodClass } | undefined

  /**
   * The class of a pod, known or new.
   * @param users what uses classes now; the others may be dropped
   */
  of(pod: Pod, users: Iterable<{ readonly podClass: PodClass }>): PodClass {
    const { last } = this
    if (last !== undefined && last.pod.metadata.namespace === pod.metadata.namespace && isSameShape(last.pod, pod) && !hasNamedVolume(pod)) return last.podClass
    const podClass = this.find(pod, users)
    this.last = { pod, podClass }
    return podClass
  }

  private find(pod: Pod, users: Iterable<{ readonly podClass: PodClass }>): PodClass {
    const key = classKeyOf(pod)
    const known = this.classes.get(key)
    if (known !== undefined) return known
    if (this.classes.size >= this.limit) this.dropUnused(users)
    const podClass = makePodClass(this.nextId++, key, pod)
    this.classes.set(key, podClass)
    return podClass
  }

  private dropUnused(users: Iterable<{ readonly podClass: PodClass }>): void {
    this.classes = new Map()
    this.last = undefined
    for (const { podClass } of users) this.classes.set(podClass.key, podClass)
    this.limit = Math.max(classesMax, 2 * this.classes.size)
  }
}
