/** Gives every namespace its `default` ServiceAccount. Models kubernetes/pkg/controller/serviceaccount (v1.35). */

import type { Namespace, ServiceAccount } from '../../api/types.ts'
import { done } from '../../store/component.ts'
import type { Controller } from '../../store/component.ts'
import { isNamespaceTerminating } from '../owners.ts'

/** The ServiceAccount controller. */
export const serviceAccountController: Controller = {
  name: 'service-account-controller',
  watches: [
    { resource: 'namespaces', keysOf: ({ after, key }) => (after === undefined ? [] : [key]) },
    { resource: 'serviceaccounts', keysOf: ({ before, after }) => (after === undefined && before?.metadata.namespace !== undefined ? [before.metadata.namespace] : []) },
  ],
  reconcile(key, { api }) {
    const namespace = api.find<Namespace>('namespaces', key)
    if (namespace === undefined || namespace.status?.phase === 'Terminating' || namespace.metadata.deletionTimestamp !== undefined) return done
    if (api.find('serviceaccounts', `${key}/default`) !== undefined) return done
    const account: ServiceAccount = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default', namespace: key } }
    const result = api.create('serviceaccounts', account)
    return { failed: !result.ok && result.status.reason !== 'AlreadyExists' && !isNamespaceTerminating(result.status) }
  },
}
