/** Kubeconfigs as kind writes them, for tests: a context of kind at loopback is all that the guards ask for. */

import { makeCertificates } from '../../api/certificates.ts'
import type { Certificates } from '../../api/certificates.ts'

/** Name of the context in tests. */
export const testContext = 'kind-oracle'
const dayMs = 86_400_000

/** Certificates that are good today. */
export const freshCertificates: Certificates = makeCertificates(Date.now())
/** Certificates that ended a month ago. */
export const expiredCertificates: Certificates = makeCertificates(Date.now() - 396 * dayMs)

export function base64(text: string): string {
  return Buffer.from(text).toString('base64')
}

export interface KubeconfigParts {
  readonly context?: string
  readonly cluster?: object
  readonly user?: object
}

/** The text of a kubeconfig with one context. */
export function kubeconfigText({ context = testContext, cluster = {}, user = {} }: KubeconfigParts = {}, port = 6443, certificates = freshCertificates): string {
  return JSON.stringify({
    apiVersion: 'v1', kind: 'Config', 'current-context': context,
    clusters: [{ name: context, cluster: { server: `https://127.0.0.1:${port}`, 'certificate-authority-data': base64(certificates.authority), ...cluster } }],
    users: [{ name: context, user: { 'client-certificate-data': base64(certificates.certificate), 'client-key-data': base64(certificates.key), ...user } }],
    contexts: [{ name: context, context: { cluster: context, user: context } }],
  })
}
