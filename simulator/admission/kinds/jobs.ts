/** Job. Models pkg/registry/batch/job and pkg/apis/batch/validation (v1.35). */

import { sortKeys } from '../../api/go-text.ts'
import { checkDns1123Label } from '../../api/names.ts'
import type { Condition, JobStatus, StringMap } from '../../api/types.ts'
import type { AdmittedObject, KindRules } from '../kind-rules.ts'
import { countGeneration, statusOnly } from '../kind-rules.ts'
import { internalPart, internalTemplate } from '../pod/internal.ts'
import type { FullJobSpec } from '../pod/job-spec.ts'
import { defaultJobSpec, parseIndexes, validateJobSpec } from '../pod/job-spec.ts'
import { dropDisabledTemplateFields, shownSelector, validateFixedSelector, validateSelected, workloadWarnings } from '../pod/template.ts'
import { equalSemantic } from '../validation/equal.ts'
import type { ErrorList } from '../validation/error-list.ts'
import { immutableText, nameIsDnsSubdomain, validateImmutable, validateLabelSelector, validateNonNegative, validateObjectMeta, validateObjectMetaUpdate } from '../validation/meta.ts'

const nameLabels = ['job-name', 'batch.kubernetes.io/job-name']
const uidLabels = ['controller-uid', 'batch.kubernetes.io/controller-uid']

function specOf(object: AdmittedObject): FullJobSpec {
  return object['spec'] as FullJobSpec
}

function generateSelector(object: AdmittedObject): void {
  const spec = specOf(object)
  if (spec.manualSelector === true) return
  const meta = (spec.template.metadata ??= {})
  const labels = (meta.labels ??= {})
  const { name = '', uid = '' } = object.metadata
  for (const label of nameLabels) labels[label] ??= name
  for (const label of uidLabels) labels[label] ??= uid
  const selector = (spec.selector ??= {})
  selector.matchLabels = { 'batch.kubernetes.io/controller-uid': uid, ...selector.matchLabels }
}

function validateHasLabel(labels: StringMap, key: string, value: string, errors: ErrorList): void {
  const path = `spec.template.metadata.labels[${key}]`
  if (labels[key] === undefined) errors.required(path, `must be '${value}'`)
  else if (labels[key] !== value) errors.invalid(path, sortKeys(labels), `must be '${value}'`)
}

function validateGeneratedSelector(object: AdmittedObject, errors: ErrorList): void {
  const spec = specOf(object)
  if (spec.manualSelector === true || spec.selector === undefined) return
  const { name = '', uid = '' } = object.metadata
  const labels = spec.template.metadata?.labels ?? {}
  validateHasLabel(labels, 'controller-uid', uid, errors)
  validateHasLabel(labels, 'job-name', name, errors)
  validateHasLabel(labels, 'batch.kubernetes.io/controller-uid', uid, errors)
  validateHasLabel(labels, 'batch.kubernetes.io/job-name', name, errors)
  const expected: StringMap = {}
  for (const label of nameLabels) expected[label] = name
  for (const label of uidLabels) expected[label] = uid
  const isGenerated = Object.keys(spec.selector.matchLabels ?? {}).every((key) => expected[key] === spec.selector!.matchLabels![key]) && (spec.selector.matchExpressions ?? []).length === 0
  if (!isGenerated) errors.invalid('spec.selector', shownSelector(spec.selector), '`selector` not auto-generated')
}

function validateSpec(spec: FullJobSpec, errors: ErrorList): void {
  validateJobSpec(spec, 'spec', errors)
  if (spec.selector === undefined) errors.required('spec.selector')
  else validateLabelSelector(spec.selector, 'spec.selector', errors)
  validateSelected(spec.selector, spec.template, 'spec.template', errors)
}

function validateJob(object: AdmittedObject, errors: ErrorList): void {
  validateObjectMeta(object.metadata, true, nameIsDnsSubdomain, errors)
  validateGeneratedSelector(object, errors)
  validateSpec(specOf(object), errors)
  const { completionMode, completions = 0 } = specOf(object)
  if (completionMode !== 'Indexed' || completions <= 0) return
  const hostname = `${object.metadata.name ?? ''}-${completions - 1}`
  if (checkDns1123Label(hostname).length > 0) errors.invalid('metadata.name', object.metadata.name ?? '', `will not able to create pod with invalid DNS label: ${hostname}`)
}

/** While a job is suspended and has never started, what steers its pods' scheduling may change. */
function schedulingTemplate(spec: FullJobSpec, old: FullJobSpec): FullJobSpec['template'] {
  const now = spec.template.spec ?? {}
  const before = old.template.spec ?? {}
  const affinity = { ...before.affinity, nodeAffinity: now.affinity?.nodeAffinity }
  return {
    ...old.template,
    metadata: { ...old.template.metadata, labels: spec.template.metadata?.labels, annotations: spec.template.metadata?.annotations },
    spec: { ...before, affinity: before.affinity === undefined && now.affinity === undefined ? undefined : affinity, nodeSelector: now.nodeSelector, tolerations: now.tolerations, schedulingGates: now.schedulingGates },
  }
}

function validateCompletions(spec: FullJobSpec, old: FullJobSpec, errors: ErrorList): void {
  if (spec.completionMode !== 'Indexed') return validateImmutable(spec.completions, old.completions, 'spec.completions', errors)
  if (spec.completions === old.completions || spec.completions === undefined) return
  if (spec.completions !== spec.parallelism) errors.invalid('spec.completions', spec.completions, 'can only be modified in tandem with spec.parallelism')
}

/** Fields that refusals print as the server's own types. */
const policyTypes: { readonly [field: string]: string | undefined } = { podFailurePolicy: 'PodFailurePolicy', successPolicy: 'SuccessPolicy' }

function validateSpecUpdate(spec: FullJobSpec, old: FullJobSpec, hasStarted: boolean, errors: ErrorList): void {
  validateSpec(spec, errors)
  validateCompletions(spec, old, errors)
  validateFixedSelector(spec.selector, old.selector, 'spec.selector', errors)
  const isOpen = old.suspend === true && !hasStarted
  const allowed = isOpen ? schedulingTemplate(spec, old) : old.template
  if (!equalSemantic(spec.template, allowed)) errors.invalid('spec.template', internalTemplate(spec.template), 'field is immutable')
  for (const field of ['completionMode', 'podFailurePolicy', 'backoffLimitPerIndex', 'managedBy', 'successPolicy'] as const) {
    const type = policyTypes[field]
    if (!equalSemantic(spec[field], old[field])) errors.invalid(`spec.${field}`, type === undefined ? spec[field] : internalPart(type, spec[field]), immutableText)
  }
}

function isTrue(status: JobStatus, type: string): boolean {
  return status.conditions?.some((condition: Condition) => condition.type === type && condition.status === 'True') ?? false
}

function omitted(path: string, detail: string): Parameters<ErrorList['add']>[0] {
  return [{ type: 'FieldValueInvalid', field: path, detail }]
}

function validateUncounted(status: JobStatus, isFinished: boolean, errors: ErrorList): void {
  const { uncountedTerminatedPods: uncounted } = status as { uncountedTerminatedPods?: { succeeded?: string[]; failed?: string[] } }
  const { succeeded = [], failed = [] } = uncounted ?? {}
  if (isFinished && succeeded.length + failed.length > 0) errors.invalid('status.uncountedTerminatedPods', { Succeeded: succeeded, Failed: failed }, 'must be empty for finished job')
}

/** Completed and failed indexes, where they changed. */
function validateStatusIndexes(status: JobStatus, before: JobStatus, spec: FullJobSpec, errors: ErrorList): void {
  const { completedIndexes = '', failedIndexes } = status as { completedIndexes?: string; failedIndexes?: string }
  const isCompletedNew = completedIndexes !== (before.completedIndexes ?? '')
  const isFailedNew = failedIndexes !== (before as { failedIndexes?: string }).failedIndexes
  const check = (field: string, text: string): void => {
    const parsed = parseIndexes(text, spec.completions ?? 0)
    if (typeof parsed === 'string') errors.invalid(`status.${field}`, text, `error parsing ${field}: ${parsed}`)
  }
  if (isCompletedNew && spec.completions !== undefined) check('completedIndexes', completedIndexes)
  if (isFailedNew && failedIndexes !== undefined && spec.completions !== undefined && spec.backoffLimitPerIndex !== undefined) check('failedIndexes', failedIndexes)
  if (isCompletedNew && completedIndexes !== '' && spec.completionMode !== 'Indexed') errors.invalid('status.completedIndexes', completedIndexes, 'cannot set non-empty completedIndexes when non-indexed completion mode')
  if (isFailedNew && failedIndexes !== undefined && spec.backoffLimitPerIndex === undefined) errors.invalid('status.failedIndexes', failedIndexes, 'cannot set non-null failedIndexes when backoffLimitPerIndex is null')
}

function validateStatus(object: AdmittedObject, old: AdmittedObject, errors: ErrorList): void {
  const status = (object['status'] ?? {}) as JobStatus
  const before = (old['status'] ?? {}) as JobStatus
  const spec = specOf(object)
  for (const field of ['active', 'succeeded', 'failed', 'ready', 'terminating'] as const) validateNonNegative(status[field], `status.${field}`, errors)
  const [isComplete, isFailed, isMet] = [isTrue(status, 'Complete'), isTrue(status, 'Failed'), isTrue(status, 'SuccessCriteriaMet')]
  if (isComplete && isFailed) errors.add(omitted('status.conditions', 'cannot set Complete=True and Failed=true conditions'))
  if (isComplete && isTrue(status, 'FailureTarget')) errors.add(omitted('status.conditions', 'cannot set Complete=True and FailureTarget=true conditions'))
  if (status.completionTime !== undefined && !isComplete) errors.invalid('status.completionTime', status.completionTime, 'cannot set completionTime when there is no Complete=True condition')
  if (status.completionTime === undefined && isComplete) errors.required('status.completionTime', 'completionTime is required for Complete jobs')
  if (status.startTime !== undefined && status.completionTime !== undefined && status.completionTime < status.startTime) errors.invalid('status.completionTime', status.completionTime, 'must be equal to or after `startTime`')
  if (isFailed && !isTrue(before, 'Failed') && !isTrue(status, 'FailureTarget')) errors.add(omitted('status.conditions', 'cannot set Failed=True condition without the FailureTarget=true condition'))
  if (isComplete && !isTrue(before, 'Complete') && !isMet) errors.add(omitted('status.conditions', 'cannot set Complete=True condition without the SuccessCriteriaMet=true condition'))
  const isFinished = isComplete || isFailed
  if (isFinished && (status.active ?? 0) > 0) errors.invalid('status.active', status.active, 'active>0 is invalid for finished job')
  if (isFinished && status.startTime === undefined && !(spec.suspend === true && spec.completions === 0)) errors.required('status.startTime', 'startTime is required for finished job')
  validateUncounted(status, isFinished, errors)
  validateStatusIndexes(status, before, spec, errors)
  if (isFinished && (status.terminating ?? 0) > 0) errors.invalid('status.terminating', status.terminating, 'terminating>0 is invalid for finished job')
  if ((status.ready ?? 0) > (status.active ?? 0)) errors.invalid('status.ready', status.ready, 'cannot set more ready pods than active')
  if (isMet && isFailed) errors.add(omitted('status.conditions', 'cannot set SuccessCriteriaMet=True and Failed=true conditions'))
  if (isMet && isTrue(status, 'FailureTarget')) errors.add(omitted('status.conditions', 'cannot set SuccessCriteriaMet=True and FailureTarget=true conditions'))
  if (spec.successPolicy !== undefined && !isMet && isComplete) errors.add(omitted('status.conditions', 'cannot set Complete=True for Job with SuccessPolicy unless SuccessCriteriaMet=True'))
  for (const type of ['Failed', 'Complete', 'FailureTarget']) if (isTrue(before, type) && !isTrue(status, type)) errors.add(omitted('status.conditions', `cannot disable the terminal ${type}=True condition`))
  if ((status.failed ?? 0) < (before.failed ?? 0) && isFinished) errors.invalid('status.failed', status.failed ?? 0, 'cannot decrease the failed counter')
  if ((status.succeeded ?? 0) < (before.succeeded ?? 0) && isFinished) errors.invalid('status.succeeded', status.succeeded ?? 0, 'cannot decrease the succeeded counter')
}

export const jobs: KindRules = {
  apiVersion: 'batch/v1',
  kind: 'Job',
  applyDefaults(object) {
    const spec = (object['spec'] ??= {}) as FullJobSpec
    defaultJobSpec(spec, true)
    const labels = spec.template.metadata?.labels
    // One map for both, as in the real server: what is generated for the template later is seen in both.
    if (labels !== undefined && Object.keys(object.metadata.labels ?? {}).length === 0) object.metadata.labels = labels
  },
  prepareCreate(object) {
    generateSelector(object)
    object['status'] = {}
    object.metadata.generation = 1
    dropDisabledTemplateFields(specOf(object).template)
  },
  validateCreate: validateJob,
  warnOnCreate: (object) => workloadWarnings(object.metadata.name ?? '', specOf(object).template),
  prepareUpdate(object, old) {
    object['status'] = old['status']
    dropDisabledTemplateFields(specOf(object).template)
    countGeneration(object, old, ['spec'])
  },
  validateUpdate(object, old, errors) {
    validateJob(object, errors)
    validateObjectMetaUpdate(object.metadata, old.metadata, errors)
    const hasStarted = ((old['status'] ?? {}) as JobStatus).startTime !== undefined
    validateSpecUpdate(specOf(object), specOf(old), hasStarted, errors)
  },
  warnOnUpdate: (object, old) => (object.metadata.generation === old.metadata.generation ? [] : workloadWarnings('x', specOf(object).template)),
  allowsUnconditionalUpdate: true,
  subresources: {
    status: statusOnly((object, old, errors) => {
      validateObjectMetaUpdate(object.metadata, old.metadata, errors)
      validateStatus(object, old, errors)
    }),
  },
}
