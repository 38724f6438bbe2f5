/**
 * The client certificates that the served cluster has issued. A simulated signature proves nothing to somebody who knows
 * the seed, so a certificate counts only if this server has seen it leave, by its fingerprint.
 */

import { X509Certificate } from 'node:crypto'
import type { Cluster } from '../../../simulator/index.ts'
import type { KubeObject } from '../../../simulator/api/types.ts'
import type { Journal } from './journal.ts'

const requests = 'certificatesigningrequests.certificates.k8s.io'
const keptName = 'issuedCertificates'

/** The fingerprint of the certificate that a request has got; undefined before, and for what is no certificate. */
function fingerprintOf(request: KubeObject): string | undefined {
  const { certificate } = (request.status ?? {}) as { certificate?: string }
  if (certificate === undefined) return undefined
  try {
    return new X509Certificate(Buffer.from(certificate, 'base64')).fingerprint256
  } catch {
    // A signer of the user's own may write what it likes; such a certificate opens nothing.
    return undefined
  }
}

/** Knows every certificate that the cluster was seen to issue, by its SHA-256 fingerprint; the journal, if any, keeps them, so that a restart forgets none. */
export class IssuedCertificates {
  private readonly fingerprints: Set<string>
  private readonly journal: Journal | undefined

  constructor(cluster: Cluster, journal: Journal | undefined) {
    this.journal = journal
    this.fingerprints = new Set((journal?.read(keptName) as readonly string[] | undefined) ?? [])
    for (const request of cluster.peek<KubeObject>(requests)) this.note(request)
    cluster.onCommit(({ resource, after }) => {
      if (resource === requests && after !== undefined) this.note(after)
    })
  }

  /** Whether the cluster has issued it, also when its request is gone. */
  has(certificate: X509Certificate): boolean {
    return this.fingerprints.has(certificate.fingerprint256)
  }

  private note(request: KubeObject): void {
    const fingerprint = fingerprintOf(request)
    if (fingerprint === undefined || this.fingerprints.has(fingerprint)) return
    this.fingerprints.add(fingerprint)
    this.journal?.keep(keptName, [...this.fingerprints])
  }
}
