/** CronJob. Models pkg/registry/batch/cronjob and pkg/apis/batch/validation (v1.35). */

import { goList } from '../../api/go-text.ts'
import { checkDns1123Label } from '../../api/names.ts'
import type { ObjectMeta } from '../../api/types.ts'
import type { AdmittedObject, KindRules } from '../kind-rules.ts'
import { countGeneration, statusOnly } from '../kind-rules.ts'
import type { FullJobSpec } from '../pod/job-spec.ts'
import { defaultJobSpec, validateJobSpec } from '../pod/job-spec.ts'
import { dropDisabledTemplateFields, shownSelector } from '../pod/template.ts'
import { podWarnings } from '../pod/warnings.ts'
import { cronScheduleError } from '../validation/cron.ts'
import type { ErrorList } from '../validation/error-list.ts'
import { nameIsDnsSubdomain, validateNonNegative, validateObjectMeta, validateObjectMetaUpdate } from '../validation/meta.ts'
import { timeZoneError } from '../validation/time-zone.ts'

interface Spec {
  schedule?: string
  timeZone?: string
  startingDeadlineSeconds?: number
  concurrencyPolicy?: string
  suspend?: boolean
  jobTemplate: { metadata?: ObjectMeta; spec: FullJobSpec }
  successfulJobsHistoryLimit?: number
  failedJobsHistoryLimit?: number
}
const nameLengthMax = 52

function specOf(object: AdmittedObject): Spec {
  return object['spec'] as Spec
}

/** Refuses a schedule that is wrong or that names its zone in the wrong place. */
export function validateSchedule(spec: Pick<Spec, 'schedule' | 'timeZone'>, allowsZone: boolean, errors: ErrorList): void {
  const schedule = spec.schedule ?? ''
  if (schedule === '') return errors.required('spec.schedule')
  const error = cronScheduleError(schedule)
  if (error !== undefined) errors.invalid('spec.schedule', schedule, error)
  if (!schedule.includes('TZ')) return
  if (!allowsZone) errors.invalid('spec.schedule', schedule, 'cannot use TZ or CRON_TZ in schedule, use timeZone field instead')
  else if (spec.timeZone !== undefined) errors.invalid('spec.schedule', schedule, 'cannot use both timeZone field and TZ or CRON_TZ in schedule')
}

function validateSpec(spec: Spec, old: Spec | undefined, errors: ErrorList): void {
  validateSchedule(spec, old?.schedule?.includes('TZ') ?? false, errors)
  validateNonNegative(spec.startingDeadlineSeconds, 'spec.startingDeadlineSeconds', errors)
  if (spec.timeZone !== undefined && spec.timeZone !== old?.timeZone) for (const text of timeZoneError(spec.timeZone)) errors.invalid('spec.timeZone', spec.timeZone, text)
  errors.oneOf('spec.concurrencyPolicy', spec.concurrencyPolicy, ['Allow', 'Forbid', 'Replace'])
  const job = spec.jobTemplate.spec
  validateJobSpec(job, 'spec.jobTemplate.spec', errors)
  if (job.selector !== undefined) errors.invalid('spec.jobTemplate.spec.selector', shownSelector(job.selector), '`selector` will be auto-generated')
  if (job.manualSelector === true) errors.notSupported('spec.jobTemplate.spec.manualSelector', true, ['nil', 'false'])
  validateNonNegative(spec.successfulJobsHistoryLimit, 'spec.successfulJobsHistoryLimit', errors)
  validateNonNegative(spec.failedJobsHistoryLimit, 'spec.failedJobsHistoryLimit', errors)
}

function warnings(object: AdmittedObject, isNew: boolean): string[] {
  const spec = specOf(object)
  const messages = isNew ? checkDns1123Label(object.metadata.name ?? '') : []
  const list = messages.length === 0 ? [] : [`metadata.name: this is used in Pod names and hostnames, which can result in surprising behavior; a DNS label is recommended: ${goList(messages)}`]
  const { template } = spec.jobTemplate.spec
  list.push(...podWarnings(template.spec ?? {}, template.metadata, 'spec.jobTemplate.spec.template.'))
  if (spec.schedule?.includes('TZ')) list.push('spec.schedule: cannot use TZ or CRON_TZ in schedule, use timeZone instead')
  return list
}

export const cronjobs: KindRules = {
  apiVersion: 'batch/v1',
  kind: 'CronJob',
  applyDefaults(object) {
    const spec = (object['spec'] ??= {}) as Spec
    spec.jobTemplate ??= {} as Spec['jobTemplate']
    defaultJobSpec((spec.jobTemplate.spec ??= {} as FullJobSpec), false)
    spec.concurrencyPolicy ||= 'Allow'
    spec.suspend ??= false
    spec.successfulJobsHistoryLimit ??= 3
    spec.failedJobsHistoryLimit ??= 1
  },
  prepareCreate(object) {
    object['status'] = {}
    object.metadata.generation = 1
    dropDisabledTemplateFields(specOf(object).jobTemplate.spec.template)
  },
  validateCreate(object, errors) {
    validateObjectMeta(object.metadata, true, nameIsDnsSubdomain, errors)
    validateSpec(specOf(object), undefined, errors)
    const { name = '' } = object.metadata
    if (name.length > nameLengthMax) errors.invalid('metadata.name', name, 'must be no more than 52 characters')
  },
  warnOnCreate: (object) => warnings(object, true),
  prepareUpdate(object, old) {
    object['status'] = old['status']
    dropDisabledTemplateFields(specOf(object).jobTemplate.spec.template)
    countGeneration(object, old, ['spec'])
  },
  validateUpdate(object, old, errors) {
    validateObjectMetaUpdate(object.metadata, old.metadata, errors)
    validateSpec(specOf(object), specOf(old), errors)
  },
  warnOnUpdate: (object, old) => (object.metadata.generation === old.metadata.generation ? [] : warnings(object, false)),
  allowsUnconditionalUpdate: true,
  subresources: { status: statusOnly((object, old, errors) => validateObjectMetaUpdate(object.metadata, old.metadata, errors)) },
}
