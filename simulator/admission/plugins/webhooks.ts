/** Calls the webhooks of add-ons whose configuration exists, then those of everybody else. Models apiserver/pkg/admission/plugin/webhook (v1.35); the servers answer at once. */

import type { Failure } from '../../api/errors.ts'
import { fieldErrorsText } from '../../api/field-error.ts'
import type { Webhook } from '../webhooks/webhook.ts'
import { webhooks } from '../webhooks/registry.ts'
import { callWebhooks } from './called-webhooks.ts'
import type { AdmissionPlugin, PluginRequest } from './plugin.ts'

const configurationGroup = 'admissionregistration.k8s.io'

function concerned({ kind, subresource, reader, operation }: PluginRequest, step: 'mutate' | 'validate'): readonly Webhook[] {
  if (subresource !== '' || operation === 'DELETE') return []
  const resource = `${step === 'mutate' ? 'mutating' : 'validating'}webhookconfigurations.${configurationGroup}`
  return webhooks.filter((hook) => hook[step] !== undefined && hook.resource === kind.resource && hook.group === kind.group && reader.get(resource, undefined, hook.configuration) !== undefined)
}

function denied(name: string, why: string): Failure {
  return { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', reason: 'Forbidden', message: `admission webhook "${name}" denied the request: ${why}`, code: 403 }
}

/** Webhooks that change objects; they are called for creations only, as those of the add-ons ask. */
export const mutatingWebhooks: AdmissionPlugin = {
  name: 'MutatingAdmissionWebhook',
  admit(request) {
    if (request.operation === 'CREATE') for (const hook of concerned(request, 'mutate')) hook.mutate?.(request)
    return callWebhooks(request, 'mutate')
  },
}

export const validatingWebhooks: AdmissionPlugin = {
  name: 'ValidatingAdmissionWebhook',
  validate(request) {
    for (const hook of concerned(request, 'validate')) {
      const errors = hook.validate?.(request) ?? []
      if (errors.length > 0) return denied(hook.name, fieldErrorsText(errors))
    }
    return callWebhooks(request, 'validate')
  },
}
