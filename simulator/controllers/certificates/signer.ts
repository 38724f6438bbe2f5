/** Issues certificates for approved requests, and takes old requests away. Models kubernetes/pkg/controller/certificates/{signer,cleaner} (v1.35). */

import { decodeBase64, encodeBase64 } from '../../api/base64.ts'
import type { KubeObject } from '../../api/types.ts'
import { makeCertificate, readRequest } from '../../api/x509/certificates.ts'
import { done } from '../../store/component.ts'
import type { Clock, ComponentContext, Controller, ReconcileResult } from '../../store/component.ts'

const resource = 'certificatesigningrequests.certificates.k8s.io'
const clientSigner = 'kubernetes.io/kube-apiserver-client'
const signers = [clientSigner, 'kubernetes.io/kube-apiserver-client-kubelet', 'kubernetes.io/kubelet-serving', 'kubernetes.io/legacy-unknown']
const hourMs = 3_600_000
/** --cluster-signing-duration. */
const durationMsMax = 8760 * hourMs
const durationMsMin = 600_000
const backdateMs = 300_000
/** Certificates of a shorter life have it in full. */
const shortMs = 8 * hourMs

interface Condition { readonly type: string; readonly status: string; readonly reason?: string; readonly message?: string; readonly lastUpdateTime?: string }
interface SigningRequest extends KubeObject {
  readonly spec: { readonly request: string; readonly signerName: string; readonly usages?: readonly string[]; readonly expirationSeconds?: number }
  readonly status?: { readonly conditions?: readonly Condition[]; readonly certificate?: string }
}

function usageError(usages: readonly string[]): string | undefined {
  const wrong = usages.find((usage) => !['digital signature', 'key encipherment', 'client auth'].includes(usage))
  if (wrong !== undefined) return `invalid usage for client certificate: ${wrong}`
  return usages.includes('client auth') ? undefined : 'missing required usage for client certificate: client auth'
}

function conditionOf({ status }: SigningRequest, type: string): Condition | undefined {
  return status?.conditions?.find((condition) => condition.type === type && condition.status === 'True')
}

/** YYMMDDHHMMSSZ of a Unix time. */
function utcTime(clock: Clock, unixMs: number): string {
  return clock.timestamp(unixMs - clock.epochMs).replace(/[-:T]/g, '').slice(2)
}

function issue(request: SigningRequest, { api, clock }: ComponentContext): string | undefined {
  const read = readRequest(decodeBase64(request.spec.request) ?? '')
  if ('error' in read) return undefined
  const nowMs = clock.epochMs + Math.floor(clock.nowMs / 1000) * 1000
  const { expirationSeconds } = request.spec
  const lifeMs = expirationSeconds === undefined ? durationMsMax : Math.min(Math.max(expirationSeconds * 1000, durationMsMin), durationMsMax)
  const notBeforeMs = nowMs - backdateMs
  return makeCertificate({
    request: read, issuer: [{ type: 'CN', value: 'kubernetes' }], serial: request.metadata.uid ?? '', notBeforeMs, notAfterMs: (lifeMs < shortMs ? nowMs : notBeforeMs) + lifeMs,
    utcTime: (unixMs) => utcTime(clock, unixMs), secret: api.find('namespaces', 'kube-system')?.metadata.uid ?? '',
  })
}

function sign(request: SigningRequest, context: ComponentContext): ReconcileResult {
  const { api, clock } = context
  if (conditionOf(request, 'Approved') === undefined || conditionOf(request, 'Failed') !== undefined || !signers.includes(request.spec.signerName)) return done
  if ((request.status?.certificate ?? '') !== '') return done
  const wrong = request.spec.signerName === clientSigner ? usageError(request.spec.usages ?? []) : undefined
  if (wrong !== undefined) {
    const failed = { type: 'Failed', status: 'True', reason: 'SignerValidationFailure', message: wrong, lastUpdateTime: clock.timestamp(clock.nowMs) }
    return { failed: !api.updateStatus(resource, { ...request, status: { ...request.status, conditions: [...(request.status?.conditions ?? []), failed] } }).ok }
  }
  const certificate = issue(request, context)
  if (certificate === undefined) return { failed: true }
  return { failed: !api.updateStatus(resource, { ...request, status: { ...request.status, certificate: encodeBase64(certificate) } }).ok }
}

/** The controller that signs. */
export const certificateSigner: Controller = {
  name: 'csrsigning',
  serviceAccount: 'certificate-controller',
  watches: [{ resource }],
  reconcile(key, context) {
    const request = context.api.find<SigningRequest>(resource, key)
    return request === undefined || request.metadata.deletionTimestamp !== undefined ? done : sign(request, context)
  },
}

const pollingMs = 600_000
const decidedMs = hourMs
const pendingMs = 24 * hourMs

/** When a request may go: an hour after its decision, a day after it was made. */
function expiryMs(request: SigningRequest, clock: Clock): number {
  const decided = ['Approved', 'Denied', 'Failed'].flatMap((type) => conditionOf(request, type)?.lastUpdateTime ?? [])
  if (decided.length > 0) return Math.min(...decided.map((time) => clock.parse(time))) + decidedMs
  return clock.parse(request.metadata.creationTimestamp ?? '') + pendingMs
}

/** The controller that cleans up. It looks every ten minutes. */
export const certificateCleaner: Controller = {
  name: 'csrcleaner',
  serviceAccount: 'certificate-controller',
  watches: [{ resource }],
  reconcile(key, { api, clock }) {
    const request = api.find<SigningRequest>(resource, key)
    if (request === undefined) return done
    const leftMs = expiryMs(request, clock) - clock.nowMs
    if (leftMs > 0) return { requeueAfterMs: Math.ceil(leftMs / pollingMs) * pollingMs }
    return { failed: !api.delete(resource, key).ok }
  },
}
