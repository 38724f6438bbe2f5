/**
 * Lets deleted claims, volumes and classes of volume attributes go once nothing uses them.
 * Models kubernetes/pkg/controller/volume/{pvcprotection,pvprotection,vacprotection} (v1.35).
 */

import type { ApiClient } from '../../api/client.ts'
import type { KubeObject, Pod } from '../../api/types.ts'
import { done } from '../../store/component.ts'
import type { ComponentContext, Controller, ReconcileResult } from '../../store/component.ts'

const classes = 'volumeattributesclasses.storage.k8s.io'

/** Takes the finalizer off an object that is being deleted. By an update: the controllers may not patch. */
function release(resource: string, object: KubeObject, finalizer: string, { api }: ComponentContext): ReconcileResult {
  const { finalizers = [], ...metadata } = object.metadata
  const left = finalizers.filter((each) => each !== finalizer)
  return { failed: !api.update(resource, { ...object, metadata: left.length === 0 ? metadata : { ...metadata, finalizers: left } }).ok }
}

function isHeld(object: KubeObject | undefined, finalizer: string): object is KubeObject {
  return object?.metadata.deletionTimestamp !== undefined && object.metadata.finalizers?.includes(finalizer) === true
}

function claimsOf(pod: Pod): string[] {
  return (pod.spec.volumes ?? []).flatMap((volume) => {
    if (volume.persistentVolumeClaim !== undefined) return [volume.persistentVolumeClaim.claimName]
    return (volume as { ephemeral?: unknown }).ephemeral === undefined ? [] : [`${pod.metadata.name}-${volume.name}`]
  })
}

/** Pods count once they have a node, ended ones too. */
function isClaimUsed(claim: KubeObject, api: ApiClient): boolean {
  const { name = '', namespace } = claim.metadata
  return api.list<Pod>('pods', { namespace }).some((pod) => pod.spec.nodeName !== undefined && pod.spec.nodeName !== '' && claimsOf(pod).includes(name))
}

export const claimProtection: Controller = {
  name: 'pvc-protection-controller',
  watches: [
    { resource: 'persistentvolumeclaims' },
    { resource: 'pods', keysOf: ({ before, after }) => (after === undefined && before !== undefined ? claimsOf(before as Pod).map((claim) => `${before.metadata.namespace}/${claim}`) : []) },
  ],
  reconcile(key, context) {
    const finalizer = 'kubernetes.io/pvc-protection'
    const claim = context.api.find('persistentvolumeclaims', key)
    return isHeld(claim, finalizer) && !isClaimUsed(claim, context.api) ? release('persistentvolumeclaims', claim, finalizer, context) : done
  },
}

export const volumeProtection: Controller = {
  name: 'pv-protection-controller',
  watches: [{ resource: 'persistentvolumes' }],
  reconcile(key, context) {
    const finalizer = 'kubernetes.io/pv-protection'
    const volume = context.api.find('persistentvolumes', key)
    return isHeld(volume, finalizer) && (volume.status as { phase?: string } | undefined)?.phase !== 'Bound' ? release('persistentvolumes', volume, finalizer, context) : done
  },
}

interface Attributed { readonly volumeAttributesClassName?: string }

function classNames(object: KubeObject | undefined): string[] {
  const names = [(object?.spec as Attributed | undefined)?.volumeAttributesClassName, (object?.status as { currentVolumeAttributesClassName?: string } | undefined)?.currentVolumeAttributesClassName]
  return names.filter((name) => name !== undefined && name !== '') as string[]
}

export const classProtection: Controller = {
  name: 'vac-protection-controller',
  serviceAccount: 'volumeattributesclass-protection-controller',
  watches: [
    { resource: classes },
    { resource: 'persistentvolumeclaims', keysOf: ({ before }) => classNames(before) },
    { resource: 'persistentvolumes', keysOf: ({ before }) => classNames(before) },
  ],
  reconcile(key, context) {
    const finalizer = 'kubernetes.io/vac-protection'
    const { api } = context
    const held = api.find(classes, key)
    if (!isHeld(held, finalizer)) return done
    const isUsed = [...api.list('persistentvolumeclaims'), ...api.list('persistentvolumes')].some((object) => classNames(object).includes(key))
    return isUsed ? done : release(classes, held, finalizer, context)
  },
}
