/** Publishes the cluster's certificate authority in every namespace. Models kubernetes/pkg/controller/certificates/rootcacertpublisher (v1.35). */

import type { ConfigMap, Namespace } from '../../api/types.ts'
import { equalJson } from '../../kernel/equal.ts'
import { done } from '../../store/component.ts'
import type { Controller } from '../../store/component.ts'
import { isNamespaceTerminating } from '../owners.ts'

const mapName = 'kube-root-ca.crt'
const annotations = { 'kubernetes.io/description': 'Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such as the internal service IP or kubernetes.default.svc. No other usage is guaranteed across distributions of Kubernetes clusters.' }

/** The root CA publisher. */
export function makeRootCaController(rootCertificate: string): Controller {
  const data = { 'ca.crt': rootCertificate }
  return {
    name: 'root-ca-cert-publisher',
    watches: [
      { resource: 'namespaces', keysOf: ({ after, key }) => (after === undefined ? [] : [key]) },
      { resource: 'configmaps', keysOf: ({ before, after }) => {
        const { name, namespace } = (after ?? before)!.metadata
        return name === mapName && before !== undefined && namespace !== undefined ? [namespace] : []
      } },
    ],
    reconcile(key, { api }) {
      const namespace = api.find<Namespace>('namespaces', key)
      if (namespace === undefined || namespace.status?.phase === 'Terminating' || namespace.metadata.deletionTimestamp !== undefined) return done
      const current = api.find<ConfigMap>('configmaps', `${key}/${mapName}`)
      if (current === undefined) {
        const map: ConfigMap = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: mapName, namespace: key, annotations }, data }
        const result = api.create('configmaps', map)
        return { failed: !result.ok && !isNamespaceTerminating(result.status) }
      }
      if (equalJson(current.data, data) && current.metadata.annotations?.['kubernetes.io/description'] !== undefined) return done
      return { failed: !api.update('configmaps', { ...current, metadata: { ...current.metadata, annotations: { ...current.metadata.annotations, ...annotations } }, data }).ok }
    },
  }
}
