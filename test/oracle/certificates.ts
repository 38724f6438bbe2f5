/** Certificates of a test cluster as kubeadm would make them: an authority, the API server's and the owner's. */

import 'reflect-metadata'
import { generateKeyPairSync } from 'node:crypto'
import * as x509 from '@peculiar/x509'

/** PEM texts. */
export interface ClusterCertificates {
  readonly authority: string
  readonly server: { readonly certificate: string; readonly key: string }
  /** kubernetes-admin of system:masters. */
  readonly owner: { readonly certificate: string; readonly key: string }
  readonly serviceAccountKey: string
}

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }
const dayMs = 86_400_000

type KeyPair = NonNullable<Extract<Parameters<typeof x509.X509CertificateGenerator.createSelfSigned>[0], { keys: unknown }>['keys']>

function generateKeys(): Promise<KeyPair> {
  return crypto.subtle.generateKey(algorithm, true, ['sign', 'verify']) as Promise<KeyPair>
}

async function keyText(keys: KeyPair): Promise<string> {
  const bytes = Buffer.from(await crypto.subtle.exportKey('pkcs8', keys.privateKey)).toString('base64').match(/.{1,64}/g) ?? []
  return `-----BEGIN PRIVATE KEY-----\n${bytes.join('\n')}\n-----END PRIVATE KEY-----\n`
}

/** @param expired the API server's certificate ended an hour ago */
export async function makeClusterCertificates(expired = false): Promise<ClusterCertificates> {
  const nowMs = Date.now()
  const times = { notBefore: new Date(nowMs - 2 * dayMs), notAfter: new Date(nowMs + 365 * dayMs) }
  const authorityKeys = await generateKeys()
  const authority = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: '01', name: 'CN=kubernetes', ...times, signingAlgorithm: algorithm, keys: authorityKeys,
    extensions: [new x509.BasicConstraintsExtension(true, undefined, true), new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true)],
  })
  const issue = async (subject: string, serialNumber: string, usage: string, extra: x509.Extension[], until: Date): Promise<{ certificate: string; key: string }> => {
    const keys = await generateKeys()
    const certificate = await x509.X509CertificateGenerator.create({
      serialNumber, subject, issuer: authority.subject, notBefore: times.notBefore, notAfter: until, signingAlgorithm: algorithm,
      publicKey: keys.publicKey, signingKey: authorityKeys.privateKey,
      extensions: [new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true), new x509.ExtendedKeyUsageExtension([usage]), ...extra],
    })
    return { certificate: `${certificate.toString('pem')}\n`, key: await keyText(keys) }
  }
  const names = new x509.SubjectAlternativeNameExtension([
    ...['localhost', 'kubernetes', 'kubernetes.default', 'kubernetes.default.svc', 'podflight-oracle-control-plane'].map((value) => ({ type: 'dns' as const, value })),
    ...['127.0.0.1', '10.96.0.1'].map((value) => ({ type: 'ip' as const, value })),
  ])
  return {
    authority: `${authority.toString('pem')}\n`,
    server: await issue('CN=kube-apiserver', '02', x509.ExtendedKeyUsage.serverAuth, [names], expired ? new Date(nowMs - 3_600_000) : times.notAfter),
    owner: await issue('O=system:masters, CN=kubernetes-admin', '03', x509.ExtendedKeyUsage.clientAuth, [], times.notAfter),
    serviceAccountKey: generateKeyPairSync('rsa', { modulusLength: 2048, privateKeyEncoding: { type: 'pkcs1', format: 'pem' }, publicKeyEncoding: { type: 'pkcs1', format: 'pem' } }).privateKey,
  }
}
