/** Every pod runs as a service account and gets its token. Models plugin/pkg/admission/serviceaccount (v1.35). */

import type { Failure } from '../../api/errors.ts'
import type { ServiceAccount } from '../../api/types.ts'
import type { FullContainer, FullPod, FullVolume } from '../pod/pod-types.ts'
import { syncServiceAccount } from '../pod/defaults.ts'
import { forbid, isMain, isMirrorPod, podOf } from './helpers.ts'
import { nameIsPathSegment } from '../validation/meta.ts'
import type { AdmissionPlugin, PluginRequest } from './plugin.ts'

const tokenMountPath = '/var/run/secrets/kubernetes.io/serviceaccount'
/** Tokens last an hour and seven seconds: the odd number marks tokens that were mounted by this plugin. */
const tokenSeconds = 3607
const volumePrefix = 'kube-api-access-'
const mountableKey = 'kubernetes.io/enforce-mountable-secrets'

/** The volume with the token, the cluster's certificate and the namespace. */
export function tokenVolume(name: string): FullVolume {
  const sources = [
    { serviceAccountToken: { expirationSeconds: tokenSeconds, path: 'token' } },
    { configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
    { downwardAPI: { items: [{ path: 'namespace', fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.namespace' } }] } },
  ]
  return { name, projected: { sources, defaultMode: 420 } }
}

function mountToken(pod: FullPod, request: PluginRequest): void {
  const existing = pod.spec.volumes?.find((volume) => volume.name?.startsWith(volumePrefix))
  const name = existing?.name ?? `${volumePrefix}${request.identity.suffix('tokenVolume')}`
  let isNeeded = false
  const mount = (container: FullContainer): void => {
    if (container.volumeMounts?.some((each) => each.mountPath === tokenMountPath)) return
    container.volumeMounts = [...(container.volumeMounts ?? []), { name, readOnly: true, mountPath: tokenMountPath }]
    isNeeded = true
  }
  pod.spec.initContainers?.forEach(mount)
  pod.spec.containers?.forEach(mount)
  if (existing === undefined && isNeeded) pod.spec.volumes = [...(pod.spec.volumes ?? []), tokenVolume(name)]
}

/** The first secret that the account does not name, when it insists on that. */
function findUnlistedSecret(account: ServiceAccount, pod: FullPod): string | undefined {
  const allowed = (account.secrets ?? []).map((secret) => secret.name)
  const because = `is not allowed because service account ${account.metadata.name} does not reference that secret`
  for (const volume of pod.spec.volumes ?? []) {
    if (volume.secret !== undefined && !allowed.includes(volume.secret.secretName)) return `volume with secret.secretName="${volume.secret.secretName}" ${because}`
  }
  const lists: readonly (readonly [string, readonly FullContainer[] | undefined])[] = [['init container', pod.spec.initContainers], ['container', pod.spec.containers]]
  for (const [what, containers] of lists) {
    for (const container of containers ?? []) {
      const env = container.env?.find((each) => each.valueFrom?.secretKeyRef !== undefined && !allowed.includes(each.valueFrom.secretKeyRef.name))
      if (env !== undefined) return `${what} ${container.name} with envVar ${env.name} referencing secret.secretName="${env.valueFrom!.secretKeyRef!.name}" ${because}`
      const from = container.envFrom?.find((each) => each.secretRef !== undefined && !allowed.includes(each.secretRef.name))
      if (from !== undefined) return `${what} ${container.name} with envFrom referencing secret.secretName="${from.secretRef!.name}" ${because}`
    }
  }
  const pulls = (account.imagePullSecrets ?? []).map((secret) => secret.name)
  const index = (pod.spec.imagePullSecrets ?? []).findIndex((secret) => !pulls.includes(secret.name))
  if (index < 0) return undefined
  return `imagePullSecrets[${index}].name="${pod.spec.imagePullSecrets![index]!.name}" is not allowed because service account ${account.metadata.name} does not reference that imagePullSecret`
}

function checkMirrorPod(pod: FullPod, request: PluginRequest): Failure | undefined {
  if (pod.spec.serviceAccountName) return forbid(request, 'a mirror pod may not reference service accounts')
  if (pod.spec.volumes?.some((volume) => volume.secret !== undefined)) return forbid(request, 'a mirror pod may not reference secrets')
  const hasToken = pod.spec.volumes?.some((volume) => volume.projected?.sources?.some((source) => source.serviceAccountToken !== undefined))
  return hasToken ? forbid(request, 'a mirror pod may not use ServiceAccountToken volume projections') : undefined
}

export const serviceAccount: AdmissionPlugin = {
  name: 'ServiceAccount',
  admit(request) {
    if (request.operation !== 'CREATE' || !isMain(request, 'pods')) return undefined
    const pod = podOf(request)
    if (isMirrorPod(pod)) return checkMirrorPod(pod, request)
    pod.spec.serviceAccountName ||= 'default'
    syncServiceAccount(pod.spec)
    const name = pod.spec.serviceAccountName
    const account = request.reader.get('serviceaccounts', request.namespace, name) as ServiceAccount | undefined
    const unreadable = nameIsPathSegment(name, false)
    if (unreadable.length > 0) return forbid(request, `error looking up service account ${request.namespace}/${name}: invalid resource name "${name}": [${unreadable.join(' ')}]`)
    if (account === undefined) return forbid(request, `error looking up service account ${request.namespace}/${name}: serviceaccount "${name}" not found`)
    if (pod.spec.automountServiceAccountToken ?? account.automountServiceAccountToken ?? true) mountToken(pod, request)
    if ((pod.spec.imagePullSecrets ?? []).length === 0 && (account.imagePullSecrets ?? []).length > 0) pod.spec.imagePullSecrets = account.imagePullSecrets!.map((secret) => ({ ...secret }))
    const isLimited = ['1', 't', 'T', 'TRUE', 'true', 'True'].includes(account.metadata.annotations?.[mountableKey] ?? '')
    const unlisted = isLimited ? findUnlistedSecret(account, pod) : undefined
    return unlisted === undefined ? undefined : forbid(request, unlisted)
  },
}
