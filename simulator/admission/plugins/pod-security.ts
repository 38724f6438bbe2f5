/** Pods must keep to the Pod Security level of their namespace. Models pod-security-admission/admission (v1.35). */

import type { Failure } from '../../api/errors.ts'
import { apiErrors } from '../../api/errors.ts'
import type { Pod, StringMap } from '../../api/types.ts'
import { compareText } from '../../kernel/text.ts'
import type { CheckedPod } from '../pod-security/check.ts'
import { evaluatePod, findingsText } from '../pod-security/evaluate.ts'
import { compareLevels, levelText, policyOf, validatePolicyLabels } from '../pod-security/policy.ts'
import type { LevelVersion } from '../pod-security/policy.ts'
import { equalSemantic } from '../validation/equal.ts'
import { ErrorList } from '../validation/error-list.ts'
import { forbid } from './helpers.ts'
import type { AdmissionPlugin, PluginRequest } from './plugin.ts'

const annotationPrefix = 'pod-security.kubernetes.io'
const templateKinds: readonly string[] = ['Deployment', 'ReplicaSet', 'StatefulSet', 'DaemonSet', 'Job', 'CronJob', 'ReplicationController', 'PodTemplate']
const ignoredSubresources: readonly string[] = ['exec', 'attach', 'binding', 'eviction', 'log', 'portforward', 'proxy', 'status']

interface Template { readonly metadata?: { readonly annotations?: StringMap }; readonly spec?: CheckedPod['spec'] }
type Imaged = readonly { readonly name?: string; readonly image?: string }[] | undefined

function asChecked(template: Template | undefined): CheckedPod {
  return { annotations: template?.metadata?.annotations ?? {}, spec: template?.spec ?? {} }
}

function templateOf(object: { readonly [field: string]: unknown }, kind: string): Template | undefined {
  const spec = object['spec'] as { template?: Template; jobTemplate?: { spec?: { template?: Template } } } | undefined
  return kind === 'CronJob' ? spec?.jobTemplate?.spec?.template : kind === 'PodTemplate' ? (object['template'] as Template) : spec?.template
}

/** Only new images make an update of a pod worth a look. */
function isSignificant(object: { readonly [field: string]: unknown }, old: { readonly [field: string]: unknown }): boolean {
  const [spec, before] = [object['spec'] as { [field: string]: Imaged }, old['spec'] as { [field: string]: Imaged }]
  const images = (list: Imaged): unknown => (list ?? []).map((container) => container.image ?? '')
  return ['containers', 'initContainers', 'ephemeralContainers'].some((field) => !equalSemantic(images(spec[field]), images(before[field])))
}

function namespaceLabels(request: PluginRequest): StringMap | undefined {
  return request.reader.get('namespaces', undefined, request.namespace)?.metadata.labels
}

function warnOf(request: PluginRequest, warn: LevelVersion, pod: CheckedPod): void {
  const findings = evaluatePod(warn, pod)
  if (findings.length > 0) request.warnings.push(`would violate PodSecurity "${levelText(warn)}": ${findingsText(findings)}`)
}

function auditOf(request: PluginRequest, audit: LevelVersion, pod: CheckedPod): void {
  const findings = evaluatePod(audit, pod)
  if (findings.length > 0) request.annotate(`${annotationPrefix}/audit-violations`, `would violate PodSecurity "${levelText(audit)}": ${findingsText(findings)}`)
}

function validatePod(request: PluginRequest): Failure | undefined {
  if (ignoredSubresources.includes(request.subresource)) return undefined
  const { enforce, audit, warn } = policyOf(namespaceLabels(request))
  const isFree = [enforce, audit, warn].every(({ level }) => level === 'privileged')
  if (!isFree && request.old !== undefined && !isSignificant(request.object, request.old)) return undefined
  request.annotate(`${annotationPrefix}/enforce-policy`, levelText(enforce))
  if (isFree) return undefined
  const pod = asChecked(request.object as Template)
  const findings = evaluatePod(enforce, pod)
  auditOf(request, audit, pod)
  if (findings.length > 0) return forbid(request, `violates PodSecurity "${levelText(enforce)}": ${findingsText(findings)}`)
  warnOf(request, warn, pod)
  return undefined
}

/** Pods that would be refused from now on, grouped by what they do. */
function existingPods(request: PluginRequest, enforce: LevelVersion): string[] {
  const byReason = new Map<string, string[]>()
  for (const pod of request.reader.list('pods', request.name) as readonly Pod[]) {
    const findings = evaluatePod(enforce, asChecked(pod as unknown as Template))
    if (findings.length === 0) continue
    const reason = findings.map((finding) => finding.reason).join(', ')
    byReason.set(reason, [...(byReason.get(reason) ?? []), pod.metadata.name ?? ''])
  }
  if (byReason.size === 0) return []
  const lines = [...byReason].map(([reason, names]) => {
    const [first] = [...names].sort(compareText)
    const others = names.length - 1
    return `${first}${others === 0 ? '' : others === 1 ? ' (and 1 other pod)' : ` (and ${others} other pods)`}: ${reason}`
  })
  return [`existing pods in namespace "${request.name}" violate the new PodSecurity enforce level "${levelText(enforce)}"`, ...lines.sort(compareText)]
}

function validateNamespace(request: PluginRequest): Failure | undefined {
  if (request.subresource !== '') return undefined
  const [errors, oldErrors] = [new ErrorList(), new ErrorList()]
  validatePolicyLabels(request.object.metadata.labels, errors)
  validatePolicyLabels(request.old?.metadata.labels, oldErrors)
  if (errors.size > 0 && (request.old === undefined || !equalSemantic(errors.list, oldErrors.list))) return apiErrors.invalid({ group: '', name: 'Namespace' }, request.name, errors.list)
  if (request.old === undefined) return undefined
  const now = policyOf(request.object.metadata.labels).enforce
  const before = policyOf(request.old.metadata.labels).enforce
  const isSameVersion = now.minor === before.minor
  if (now.level === 'privileged' || (isSameVersion && compareLevels(now.level, before.level) <= 0)) return undefined
  request.warnings.push(...existingPods(request, now))
  return undefined
}

export const podSecurity: AdmissionPlugin = {
  name: 'PodSecurity',
  validate(request) {
    const { group, kind, resource } = request.kind
    if (group === '' && resource === 'namespaces') return validateNamespace(request)
    if (group === '' && resource === 'pods') return validatePod(request)
    if (request.subresource !== '' || !templateKinds.includes(kind)) return undefined
    const template = templateOf(request.object, kind)
    const { audit, warn } = policyOf(namespaceLabels(request))
    if (template === undefined) return undefined
    if (audit.level !== 'privileged') auditOf(request, audit, asChecked(template))
    if (warn.level !== 'privileged') warnOf(request, warn, asChecked(template))
    return undefined
  },
}
