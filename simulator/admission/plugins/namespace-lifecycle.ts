/** Nothing is created in a namespace that is missing or going away. Models apiserver/pkg/admission/plugin/namespace/lifecycle (v1.35). */

import type { Failure } from '../../api/errors.ts'
import { apiErrors } from '../../api/errors.ts'
import { forbid } from './helpers.ts'
import type { AdmissionPlugin } from './plugin.ts'

const immortal: readonly string[] = ['default', 'kube-system', 'kube-public']

export const namespaceLifecycle: AdmissionPlugin = {
  name: 'NamespaceLifecycle',
  admit(request) {
    const isNamespace = request.kind.group === '' && request.kind.resource === 'namespaces'
    if (isNamespace) {
      return request.operation === 'DELETE' && immortal.includes(request.name) ? forbid(request, 'this namespace may not be deleted') : undefined
    }
    if (request.namespace === '' || request.operation === 'DELETE' || request.kind.resource === 'localsubjectaccessreviews') return undefined
    const namespace = request.reader.get('namespaces', undefined, request.namespace)
    if (namespace === undefined) return apiErrors.notFound({ group: '', name: 'namespaces' }, request.namespace)
    const phase = (namespace.status as { phase?: string } | undefined)?.phase
    if (request.operation !== 'CREATE' || phase !== 'Terminating') return undefined
    const refusal = forbid(request, `unable to create new content in namespace ${request.namespace} because it is being terminated`)
    const cause = { reason: 'NamespaceTerminating', message: `namespace ${request.namespace} is being terminated`, field: 'metadata.namespace' }
    return { ...refusal, details: { ...refusal.details, causes: [cause] } } as Failure
  },
}
