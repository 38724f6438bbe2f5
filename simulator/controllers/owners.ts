/** Controlling owners: references, and which objects a controller takes or lets go. */

import type { ApiClient } from '../api/client.ts'
import type { KubeObject, OwnerReference, Pod, PodTemplateSpec, Status } from '../api/types.ts'
import { objectKey } from '../store/resource-id.ts'

const podNameLengthMax = 253

/** The reference of the object that controls this one. */
export function controllerOf(object: KubeObject): OwnerReference | undefined {
  return object.metadata.ownerReferences?.find((reference) => reference.controller === true)
}

/** A reference that makes `owner` the controller and keeps it until this object is gone (foreground deletion). */
export function controllerReference(owner: KubeObject): OwnerReference {
  return { apiVersion: owner.apiVersion, kind: owner.kind, name: owner.metadata.name!, uid: owner.metadata.uid!, controller: true, blockOwnerDeletion: true }
}

/** NAMESPACE/NAME of the controlling owner when it is of this kind. */
export function ownerKey(object: KubeObject | undefined, kind: string): string | undefined {
  if (object === undefined) return undefined
  const reference = controllerOf(object)
  return reference?.kind === kind ? objectKey(object.metadata.namespace, reference.name) : undefined
}

/** A pod of a template, owned by `owner` and without a name. Models controller.GetPodFromTemplate (v1.35). */
export function podFromTemplate(template: PodTemplateSpec, owner: KubeObject): Pod {
  const { labels, annotations, finalizers } = template.metadata ?? {}
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      generateName: generateNamePrefix(owner.metadata.name!),
      namespace: owner.metadata.namespace,
      ...(labels === undefined ? {} : { labels }),
      ...(annotations === undefined ? {} : { annotations }),
      ...(finalizers === undefined ? {} : { finalizers }),
      ownerReferences: [controllerReference(owner)],
    },
    spec: template.spec,
  }
}

/** `NAME-`; without the dash where a pod's name would get too long. */
function generateNamePrefix(ownerName: string): string {
  return ownerName.length < podNameLengthMax ? `${ownerName}-` : ownerName
}

/** Makes `owner` the controller of an object that has none. @returns the refusal, if any */
export function adopt(api: ApiClient, resource: string, object: KubeObject, owner: KubeObject): Status | undefined {
  const ownerReferences = [...(object.metadata.ownerReferences ?? []), controllerReference(owner)]
  return patchOwners(api, resource, object, ownerReferences)
}

/** Takes `owner` out of an object's owners. @returns the refusal, if any; an object that is gone is none */
export function release(api: ApiClient, resource: string, object: KubeObject, owner: KubeObject): Status | undefined {
  const rest = (object.metadata.ownerReferences ?? []).filter((reference) => reference.uid !== owner.metadata.uid)
  return patchOwners(api, resource, object, rest)
}

function patchOwners(api: ApiClient, resource: string, object: KubeObject, ownerReferences: readonly OwnerReference[]): Status | undefined {
  const key = objectKey(object.metadata.namespace, object.metadata.name!)
  const result = api.patch(resource, key, { metadata: { uid: object.metadata.uid, ownerReferences: ownerReferences.length === 0 ? null : ownerReferences } })
  return result.ok || result.status.code === 404 ? undefined : result.status
}

/** True when a namespace that is being deleted refused a write. Such a failure is not reported. */
export function isNamespaceTerminating(status: Status): boolean {
  return status.details?.causes?.some((cause) => cause.reason === 'NamespaceTerminating') === true
}
