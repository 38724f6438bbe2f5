/**
 * Webhooks that somebody configured. Nothing in a simulated cluster answers them over TLS, so a call fails as it does
 * where their server cannot be reached, and the failure policy decides.
 * Models apiserver/pkg/admission/plugin/webhook and pkg/util/proxy (v1.35). Differs: matchPolicy is always Exact.
 */

import type { Failure } from '../../api/errors.ts'
import { apiErrors } from '../../api/errors.ts'
import { goQuote } from '../../api/go-text.ts'
import type { EndpointSlice, KubeObject, LabelSelector, Service } from '../../api/types.ts'
import { compareText } from '../../kernel/text.ts'
import type { ResourceRule } from '../kinds/validatingadmissionpolicies.ts'
import { webhooks as answered } from '../webhooks/registry.ts'
import { forbid } from './helpers.ts'
import type { PluginRequest } from './plugin.ts'
import { matchesRequest, policyGroup, worldOf } from './policy-matching.ts'
import { compilePolicy, matchesConditions } from './validating-admission-policy-evaluate.ts'

interface ServiceReference { readonly namespace?: string; readonly name?: string; readonly path?: string; readonly port?: number }
interface CalledWebhook {
  readonly name: string
  readonly clientConfig?: { readonly url?: string; readonly service?: ServiceReference }
  readonly rules?: ResourceRule[]
  readonly failurePolicy?: string
  readonly namespaceSelector?: LabelSelector
  readonly objectSelector?: LabelSelector
  readonly timeoutSeconds?: number
  readonly matchConditions?: { name?: string; expression?: string }[]
}

const answeredConfigurations: ReadonlySet<string> = new Set(answered.map(({ configuration }) => configuration))
const defaultTimeoutSeconds = 10
const httpsPort = 443

function isConcerned(hook: CalledWebhook, request: PluginRequest): boolean | Failure {
  const { rules: resourceRules = [], namespaceSelector, objectSelector, matchConditions = [], failurePolicy } = hook
  if (resourceRules.length === 0 || !matchesRequest({ resourceRules, namespaceSelector, objectSelector }, request, false)) return false
  if (matchConditions.length === 0) return true
  const isMatch = matchesConditions(compilePolicy({ matchConditions, failurePolicy }), { ...worldOf(request), params: null })
  return typeof isMatch === 'boolean' ? isMatch : forbid(request, isMatch.error)
}

/** Whether a Service leads to a pod that takes connections. */
function hasReadyEndpoint({ reader }: PluginRequest, { metadata }: Service): boolean {
  const slices = reader.list('endpointslices.discovery.k8s.io', metadata.namespace) as readonly EndpointSlice[]
  return slices.some((slice) => slice.metadata.labels?.['kubernetes.io/service-name'] === metadata.name && slice.endpoints?.some(({ conditions }) => conditions?.ready !== false))
}

/** Why a Service cannot be called. */
function serviceFailure(request: PluginRequest, { namespace = '', name = '', port = httpsPort }: ServiceReference): string {
  const service = request.reader.get('services', namespace, name) as Service | undefined
  if (service === undefined) return `service ${goQuote(name)} not found`
  const { type = 'ClusterIP', clusterIP = '', ports = [] } = service.spec
  if (type === 'ExternalName') return `dial tcp: lookup ${service.spec.externalName ?? ''}: no such host`
  if (clusterIP === 'None') return 'cannot route to service with ClusterIP "None"'
  if (!ports.some((each) => each.port === port)) return `no service port ${port} found for service ${goQuote(name)}`
  return hasReadyEndpoint(request, service) ? 'http: server gave HTTP response to HTTPS client' : `dial tcp ${clusterIP}:${port}: connect: connection refused`
}

function isAddress(host: string): boolean {
  return /^[\d.]+$/.test(host) || host.startsWith('[') || host === 'localhost'
}

function callFailure(request: PluginRequest, { name, clientConfig: { url, service } = {}, timeoutSeconds = defaultTimeoutSeconds }: CalledWebhook): string {
  const [, host = '', port = String(httpsPort), path = ''] = /^https:\/\/([^/:?#]+|\[[^\]]*\])(?::(\d+))?([^?#]*)/.exec(url ?? '') ?? []
  const { namespace = '', name: serviceName = '', path: servicePath = '', port: servicePort = httpsPort } = service ?? {}
  const target = url ?? `https://${serviceName}.${namespace}.svc:${servicePort}${servicePath === '' ? '/' : servicePath}`
  const shown = `${url !== undefined && path === '' ? `${target}/` : target}?timeout=${timeoutSeconds}s`
  const why = service !== undefined ? serviceFailure(request, service) : isAddress(host) ? `dial tcp ${host === 'localhost' ? '127.0.0.1' : host}:${port}: connect: connection refused` : `dial tcp: lookup ${host}: no such host`
  return `failed calling webhook ${goQuote(name)}: failed to call webhook: Post ${goQuote(shown)}: ${why}`
}

function byName(a: KubeObject, b: KubeObject): number {
  return compareText(a.metadata.name ?? '', b.metadata.name ?? '')
}

/** Calls the webhooks of one kind of configuration in their order. @returns the refusal of the first that must not fail */
export function callWebhooks(request: PluginRequest, step: 'mutate' | 'validate'): Failure | undefined {
  if (request.kind.group === policyGroup) return undefined
  const configurations = request.reader.list(`${step === 'mutate' ? 'mutating' : 'validating'}webhookconfigurations.${policyGroup}`, undefined)
  if (configurations.length === 0) return undefined
  const called = configurations.filter(({ metadata }) => !answeredConfigurations.has(metadata.name ?? '')).sort(byName)
  let index = 0
  for (const hook of called.flatMap((each) => ((each as unknown as { readonly webhooks?: readonly CalledWebhook[] }).webhooks ?? []))) {
    const concerned = isConcerned(hook, request)
    if (typeof concerned !== 'boolean') return concerned
    if (concerned && hook.failurePolicy !== 'Ignore') return apiErrors.internal(callFailure(request, hook))
    if (concerned) request.annotate(`failed-open.${step === 'mutate' ? 'mutation' : 'validating'}.webhook.admission.k8s.io/round_0_index_${index}`, hook.name)
    if (concerned) index++
  }
  return undefined
}
