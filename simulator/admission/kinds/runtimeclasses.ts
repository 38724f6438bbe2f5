/** RuntimeClass. Models pkg/registry/node/runtimeclass and pkg/apis/node/validation (v1.35). */

import { checkDns1123Label } from '../../api/names.ts'
import type { ResourceList, StringMap, Toleration } from '../../api/types.ts'
import { validateTolerations } from '../pod/validate-affinity.ts'
import { validateContainerResources } from '../pod/validate-resources.ts'
import { validateImmutable, validateLabels } from '../validation/meta.ts'
import { smallKind } from './small-kind.ts'

interface RuntimeClass { handler?: string; overhead?: { podFixed?: ResourceList }; scheduling?: { nodeSelector?: StringMap; tolerations?: Toleration[] } }

function tolerationKey({ key, operator, value, effect }: Toleration): string {
  return [key, operator, value, effect].map((part) => part ?? '').join('|')
}

/** A toleration as Go prints it. */
function shown({ key = '', operator = '', value = '', effect = '', tolerationSeconds = null }: Omit<Toleration, 'tolerationSeconds'> & { tolerationSeconds?: number | null }): object {
  return { Key: key, Operator: operator, Value: value, Effect: effect, TolerationSeconds: tolerationSeconds }
}

export const runtimeclasses = smallKind({
  apiVersion: 'node.k8s.io/v1',
  kind: 'RuntimeClass',
  takesAnyFinalizer: true,
  validate(object, errors) {
    const { handler = '', overhead, scheduling } = object as unknown as RuntimeClass
    errors.invalidEach('handler', handler, checkDns1123Label(handler))
    if (overhead?.podFixed !== undefined) validateContainerResources({ limits: overhead.podFixed }, [], 'overhead', errors)
    if (scheduling === undefined) return
    validateLabels(scheduling.nodeSelector, 'scheduling.nodeSelector', errors)
    const { tolerations = [] } = scheduling
    validateTolerations(tolerations, 'scheduling.tolerations', errors)
    const keys = tolerations.map(tolerationKey)
    tolerations.forEach((toleration, i) => {
      if (keys.indexOf(keys[i]) < i) errors.duplicate(`scheduling.tolerations[${i}]`, shown(toleration))
    })
  },
  updateChecks: ['meta', 'rest', 'metaChange', 'change'],
  validateChange: (object, old, errors) => validateImmutable(object['handler'] ?? '', old['handler'] ?? '', 'handler', errors),
  allowsCreateOnUpdate: true,
})
