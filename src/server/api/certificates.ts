/** A certificate authority of its own and a server certificate for loopback names. Nothing here leaves the machine. */

import 'reflect-metadata'
import * as x509 from '@peculiar/x509'

/** PEM texts. The authority's key is not kept: it signs once. */
export interface Certificates {
  readonly authority: string
  readonly certificate: string
  readonly key: string
}

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }
const dayMs = 86_400_000
const validDays = 365

function pem(label: string, bytes: ArrayBuffer): string {
  const lines = Buffer.from(bytes).toString('base64').match(/.{1,64}/g) ?? []
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`
}

/** A pair as the library wants it; with and without a DOM the global types differ. */
type KeyPair = NonNullable<Extract<Parameters<typeof x509.X509CertificateGenerator.createSelfSigned>[0], { keys: unknown }>['keys']>

function generateKeys(): Promise<KeyPair> {
  return crypto.subtle.generateKey(algorithm, true, ['sign', 'verify']) as Promise<KeyPair>
}

/** Makes an authority and a certificate for localhost, 127.0.0.1 and ::1, valid for a year from yesterday. */
export async function makeCertificates(nowMs: number): Promise<Certificates> {
  const times = { notBefore: new Date(nowMs - dayMs), notAfter: new Date(nowMs + validDays * dayMs) }
  const authorityKeys = await generateKeys()
  const authority = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: '01', name: 'CN=podflight', ...times, signingAlgorithm: algorithm, keys: authorityKeys,
    extensions: [new x509.BasicConstraintsExtension(true, undefined, true), new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true)],
  })
  const keys = await generateKeys()
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: '02', subject: 'CN=kube-apiserver', issuer: authority.subject, ...times, signingAlgorithm: algorithm, publicKey: keys.publicKey, signingKey: authorityKeys.privateKey,
    extensions: [
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      new x509.SubjectAlternativeNameExtension([{ type: 'dns', value: 'localhost' }, { type: 'dns', value: 'kubernetes.default.svc' }, { type: 'ip', value: '127.0.0.1' }, { type: 'ip', value: '::1' }]),
    ],
  })
  return { authority: `${authority.toString('pem')}\n`, certificate: `${certificate.toString('pem')}\n`, key: pem('PRIVATE KEY', await crypto.subtle.exportKey('pkcs8', keys.privateKey)) }
}
