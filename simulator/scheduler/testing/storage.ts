/** Claims, volumes and classes for tests. */

import type { KubeObject, Pod, StringMap } from '../../api/types.ts'
import { makePod } from './fixture.ts'

/** A pod that mounts claims. */
export function podWithClaims(name: string, claims: string[], nodeName?: string): Pod {
  const volumes = claims.map((claimName, i) => ({ name: `v${i}`, persistentVolumeClaim: { claimName } }))
  return makePod(name, { ...(nodeName !== undefined && { nodeName }), spec: { volumes } })
}

/** A claim of 1Gi; bound when it names a volume. */
export function makeClaim(name: string, { className = 'late', volumeName, modes = ['ReadWriteOnce'] }: { className?: string; volumeName?: string; modes?: string[] } = {}): KubeObject {
  const annotations: StringMap = volumeName === undefined ? {} : { 'pv.kubernetes.io/bind-completed': 'yes' }
  return {
    apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name, namespace: 'default', uid: `default/${name}`, annotations },
    spec: { storageClassName: className, accessModes: modes, resources: { requests: { storage: '1Gi' } }, ...(volumeName !== undefined && { volumeName }) },
    status: { phase: volumeName === undefined ? 'Pending' : 'Bound' },
  }
}

/** An available volume of 2Gi. */
export function makeVolume(name: string, { labels = {}, host, className = 'late', driver }: { labels?: StringMap; host?: string; className?: string; driver?: string } = {}): KubeObject {
  const terms = [{ matchExpressions: [{ key: 'kubernetes.io/hostname', operator: 'In', values: [host ?? ''] }] }]
  return {
    apiVersion: 'v1', kind: 'PersistentVolume', metadata: { name, uid: name, labels },
    spec: {
      capacity: { storage: '2Gi' }, accessModes: ['ReadWriteOnce'], storageClassName: className,
      ...(host !== undefined && { nodeAffinity: { required: { nodeSelectorTerms: terms } } }),
      ...(driver !== undefined && { csi: { driver, volumeHandle: name } }),
    },
    status: { phase: 'Available' },
  } as KubeObject
}

/** A class that binds when the first pod comes. */
export function makeClass(name: string, provisioner = 'kubernetes.io/no-provisioner', volumeBindingMode = 'WaitForFirstConsumer'): KubeObject {
  return { apiVersion: 'storage.k8s.io/v1', kind: 'StorageClass', metadata: { name }, provisioner, volumeBindingMode } as KubeObject
}
