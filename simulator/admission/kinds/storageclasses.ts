/** StorageClass. Models pkg/registry/storage/storageclass and pkg/apis/storage/validation (v1.35). */

import { checkQualifiedName } from '../../api/names.ts'
import type { StringMap } from '../../api/types.ts'
import type { AdmittedObject, KindRules } from '../kind-rules.ts'
import { equalSemantic } from '../validation/equal.ts'
import { compareText } from '../../kernel/text.ts'
import type { ErrorList } from '../validation/error-list.ts'
import { nameIsDnsSubdomain, sortedKeys, validateImmutable, validateLabelName, validateObjectMeta, validateObjectMetaUpdate } from '../validation/meta.ts'

interface Topology { matchLabelExpressions?: { key?: string; values?: string[] }[] }
interface StorageClass extends AdmittedObject { provisioner?: string; parameters?: StringMap; reclaimPolicy?: string; volumeBindingMode?: string; allowedTopologies?: Topology[] }

const parametersMax = 512
const parameterBytesMax = 256 * 1024

function classOf(object: AdmittedObject): StorageClass {
  return object as StorageClass
}

function validateParameters(parameters: StringMap = {}, errors: ErrorList): void {
  const keys = sortedKeys(parameters)
  if (keys.length > parametersMax) errors.tooLong('parameters', parametersMax)
  for (const key of keys) if (key === '') errors.invalid('parameters', key, 'field can not be empty.')
  if (keys.reduce((sum, key) => sum + key.length + parameters[key]!.length, 0) > parameterBytesMax) errors.tooLong('parameters', parameterBytesMax)
}

function validateTopology({ matchLabelExpressions = [] }: Topology, path: string, errors: ErrorList): void {
  matchLabelExpressions.forEach(({ key = '', values = [] }, index) => {
    const at = `${path}.matchLabelExpressions[${index}]`
    if (values.length === 0) errors.required(`${at}.values`)
    values.forEach((value, each) => { if (values.indexOf(value) < each) errors.duplicate(`${at}.values[${each}]`, value) })
    validateLabelName(key, `${at}.key`, errors)
    if (matchLabelExpressions.findIndex((other) => other.key === key) < index) errors.duplicate(`${at}.key`, key)
  })
}

/** The values of each key, whatever their order. */
function valuesByKey({ matchLabelExpressions = [] }: Topology): { [key: string]: string[] } {
  return Object.fromEntries(matchLabelExpressions.map(({ key = '', values = [] }) => [key, [...new Set(values)].sort(compareText)]))
}

function validate(object: AdmittedObject, errors: ErrorList): void {
  const { provisioner = '', parameters, reclaimPolicy, volumeBindingMode, allowedTopologies = [] } = classOf(object)
  validateObjectMeta(object.metadata, false, nameIsDnsSubdomain, errors)
  if (provisioner === '') errors.required('provisioner')
  else errors.invalidEach('provisioner', provisioner, checkQualifiedName(provisioner.toLowerCase()))
  validateParameters(parameters, errors)
  if (reclaimPolicy) errors.oneOf('reclaimPolicy', reclaimPolicy, ['Delete', 'Retain'])
  errors.oneOf('volumeBindingMode', volumeBindingMode, ['Immediate', 'WaitForFirstConsumer'])
  allowedTopologies.forEach((topology, index) => {
    validateTopology(topology, `allowedTopologies[${index}]`, errors)
    // Before the first term there are empty ones, as many as there are terms.
    const earlier = [{}, ...allowedTopologies.slice(0, index)]
    if (earlier.some((other) => equalSemantic(valuesByKey(other), valuesByKey(topology)))) errors.duplicate(`allowedTopologies[${index}].matchLabelExpressions`, '')
  })
}

export const storageclasses: KindRules = {
  apiVersion: 'storage.k8s.io/v1',
  kind: 'StorageClass',
  applyDefaults(object) {
    const storageClass = classOf(object)
    storageClass.reclaimPolicy ??= 'Delete'
    storageClass.volumeBindingMode ??= 'Immediate'
  },
  validateCreate: validate,
  validateUpdate(object, old, errors) {
    const [now, before] = [classOf(object), classOf(old)]
    validate(object, errors)
    validateObjectMetaUpdate(object.metadata, old.metadata, errors)
    for (const field of ['parameters', 'provisioner', 'reclaimPolicy'] as const) {
      // Parameters that are empty are another thing than none.
      const isEmptied = field === 'parameters' && (now.parameters === undefined) !== (before.parameters === undefined)
      if (isEmptied || !equalSemantic(now[field], before[field])) errors.forbidden(field, `updates to ${field} are forbidden.`)
    }
    validateImmutable(now.volumeBindingMode, before.volumeBindingMode, 'volumeBindingMode', errors)
  },
  allowsUnconditionalUpdate: true,
}
