/**
 * Binds volumes and claims. Models kubernetes/pkg/controller/volume/persistentvolume (v1.35).
 * Differs: volumes are never provisioned or wiped; no plugin in the cluster could.
 */

import type { ApiClient } from '../../api/client.ts'
import type { Pod } from '../../api/types.ts'
import { done } from '../../store/component.ts'
import type { ComponentContext, Controller, ReconcileResult } from '../../store/component.ts'
import { keyOf, objectKey } from '../../store/resource-id.ts'
import type { ControllerFlags } from '../flags.ts'
import { isPodFinished } from '../pods.ts'
import { bind, setClaimPhase, setVolumePhase, unbindVolume } from './binding.ts'
import { classOf, findVolume, isBoundTo, mismatchOf } from './matching.ts'
import { bindCompleted, boundByController, claims, selectedNode, volumes } from './types.ts'
import type { Claim, PersistentVolume, StorageClass } from './types.ts'

const claimMark = 'claim|'
const volumeMark = 'volume|'
const builtInPrefix = 'kubernetes.io/'

function storageClass(api: ApiClient, claim: Claim): StorageClass | undefined {
  return api.find<StorageClass>('storageclasses.storage.k8s.io', classOf(claim))
}

/** The scheduler chooses the volume when a pod comes. */
function isDelayed(api: ApiClient, claim: Claim): boolean {
  return claim.metadata.annotations?.[selectedNode] === undefined && storageClass(api, claim)?.volumeBindingMode === 'WaitForFirstConsumer'
}

/** A pod that uses the claim and has no node yet. */
function waitingPod(api: ApiClient, { metadata }: Claim): Pod | undefined {
  return api.list<Pod>('pods', { namespace: metadata.namespace }).find((pod) => !isPodFinished(pod) && (pod.spec.nodeName ?? '') === '' && pod.spec.volumes?.some((volume) => volume.persistentVolumeClaim?.claimName === metadata.name) === true)
}

/** Tells why a claim has no volume. */
function reportUnbound({ api, recorder }: ComponentContext, claim: Claim, delayed: boolean): void {
  if (delayed) {
    const pod = waitingPod(api, claim)
    if (pod === undefined) recorder.record(claim, 'Normal', 'WaitForFirstConsumer', 'waiting for first consumer to be created before binding')
    else recorder.record(claim, 'Normal', 'WaitForPodScheduled', `waiting for pod ${pod.metadata.name!} to be scheduled`)
    return
  }
  const name = classOf(claim)
  if (name === '') return recorder.record(claim, 'Normal', 'FailedBinding', 'no persistent volumes available for this claim and no storage class is set')
  const found = storageClass(api, claim)
  if (found === undefined) return recorder.record(claim, 'Warning', 'ProvisioningFailed', `storageclass.storage.k8s.io "${name}" not found`)
  const { provisioner } = found
  if (provisioner.startsWith(builtInPrefix)) return recorder.record(claim, 'Warning', 'ProvisioningFailed', `no volume plugin matched name: ${provisioner}`)
  recorder.record(claim, 'Normal', 'ExternalProvisioning', `Waiting for a volume to be created either by the external provisioner '${provisioner}' or manually by the system administrator. If volume creation is delayed, please verify that the provisioner is running and correctly registered.`)
}

/** A claim that names its volume. @returns false when it has to be tried again */
function syncNamed({ api, recorder }: ComponentContext, claim: Claim): boolean {
  const name = claim.spec.volumeName!
  const volume = api.find<PersistentVolume>(volumes, name)
  if (volume === undefined) return setClaimPhase(api, claim, 'Pending')
  if (volume.spec.claimRef === undefined) {
    const mismatch = mismatchOf(volume, claim)
    if (mismatch === undefined) return bind(api, volume, claim)
    recorder.record(claim, 'Warning', 'VolumeMismatch', `Cannot bind to requested volume "${name}": ${mismatch}`)
    return setClaimPhase(api, claim, 'Pending')
  }
  if (isBoundTo(volume, claim)) return bind(api, volume, claim)
  if (claim.metadata.annotations?.[boundByController] !== undefined) return false
  recorder.record(claim, 'Warning', 'FailedBinding', `volume "${name}" already bound to a different claim.`)
  return setClaimPhase(api, claim, 'Pending')
}

/** A claim that was bound once. */
function syncBound({ api, recorder }: ComponentContext, claim: Claim): boolean {
  const lose = (reason: string, message: string): boolean => {
    if (claim.status?.phase !== 'Lost') recorder.record(claim, 'Warning', reason, message)
    return setClaimPhase(api, claim, 'Lost')
  }
  const name = claim.spec.volumeName ?? ''
  if (name === '') return lose('ClaimLost', 'Bound claim has lost reference to PersistentVolume. Data on the volume is lost!')
  const volume = api.find<PersistentVolume>(volumes, name)
  if (volume === undefined) return lose('ClaimLost', 'Bound claim has lost its PersistentVolume. Data on the volume is lost!')
  if (volume.spec.claimRef === undefined || isBoundTo(volume, claim)) return bind(api, volume, claim)
  return lose('ClaimMisbound', 'Two claims are bound to the same volume, this one is bound incorrectly')
}

/** @returns false when it has to be tried again */
function syncClaim(context: ComponentContext, claim: Claim): boolean {
  const { api } = context
  if (claim.metadata.annotations?.[bindCompleted] !== undefined) return syncBound(context, claim)
  if ((claim.spec.volumeName ?? '') !== '') return syncNamed(context, claim)
  const delayed = isDelayed(api, claim)
  const volume = findVolume(api.list<PersistentVolume>(volumes), claim, delayed)
  if (volume !== undefined) return bind(api, volume, claim)
  reportUnbound(context, claim, delayed)
  return setClaimPhase(api, claim, 'Pending')
}

/** @returns what else to do */
function syncVolume({ api }: ComponentContext, volume: PersistentVolume): ReconcileResult {
  const reference = volume.spec.claimRef
  const asResult = (isWritten: boolean): ReconcileResult => (isWritten ? done : { failed: true })
  if (reference === undefined || (reference.uid ?? '') === '') return asResult(setVolumePhase(api, volume, 'Available'))
  const claim = api.find<Claim>(claims, objectKey(reference.namespace, reference.name!))
  if (claim === undefined || claim.metadata.uid !== reference.uid) return asResult(volume.status?.phase === 'Failed' || setVolumePhase(api, volume, 'Released'))
  const name = claim.spec.volumeName ?? ''
  if (name === '') return { enqueue: [claimMark + keyOf(claim)] }
  if (name === volume.metadata.name) return asResult(setVolumePhase(api, volume, 'Bound'))
  return asResult(unbindVolume(api, volume))
}

function isUnbound(claim: Claim): boolean {
  return claim.status?.phase === undefined || claim.status.phase === 'Pending'
}

/** A new claim looks for a volume; a claim that goes lets its volume go. */
function keysOfClaim(claim: Claim, isGone: boolean): string[] {
  const name = claim.spec.volumeName ?? ''
  return isGone ? (name === '' ? [] : [volumeMark + name]) : [claimMark + keyOf(claim)]
}

/** The claim of a volume that is gone. */
function keysOfLost({ spec }: PersistentVolume): string[] {
  const { claimRef } = spec
  return claimRef?.name === undefined ? [] : [claimMark + objectKey(claimRef.namespace, claimRef.name)]
}

/** The controller that binds volumes and claims. Claims without a volume are looked at again at each period. */
export function makePersistentVolumeController({ claimBinderSyncPeriodMs }: ControllerFlags): Controller {
  return {
    name: 'persistent-volume-binder',
    component: 'persistentvolume-controller',
    watches: [
      { resource: claims, keysOf: ({ before, after }) => keysOfClaim((after ?? before) as Claim, after === undefined) },
      { resource: volumes, keysOf: ({ key, before, after }) => (after === undefined ? keysOfLost(before as PersistentVolume) : [volumeMark + key]) },
    ],
    reconcile(key, context): ReconcileResult {
      const { api, clock } = context
      if (key.startsWith(volumeMark)) {
        const volume = api.find<PersistentVolume>(volumes, key.slice(volumeMark.length))
        return volume === undefined ? done : syncVolume(context, volume)
      }
      const claimKey = key.slice(claimMark.length)
      const claim = api.find<Claim>(claims, claimKey)
      if (claim === undefined) return done
      if (!syncClaim(context, claim)) return { failed: true }
      const after = api.find<Claim>(claims, claimKey)
      return after !== undefined && isUnbound(after) ? { requeueAfterMs: claimBinderSyncPeriodMs - (clock.nowMs % claimBinderSyncPeriodMs) } : done
    },
  }
}
