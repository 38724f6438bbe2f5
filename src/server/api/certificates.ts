/**
 * A certificate authority of its own and a server certificate for loopback names. Nothing here leaves the machine.
 * Keys and signatures are those of Node's OpenSSL; the few fields of X.509 (RFC 5280) are put together here, since a
 * library of certificates takes longer to read than the rest of the server.
 */

import { createHash, generateKeyPairSync, sign } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import { encodeDer, encodeOid, tags } from '../../../simulator/api/x509/der.ts'
import { encodePem } from '../../../simulator/api/x509/pem.ts'

/** PEM texts. The authority's key is not kept: it signs once. */
export interface Certificates {
  readonly authority: string
  readonly certificate: string
  readonly key: string
}

const dayMs = 86_400_000
const validDays = 365
const curve = 'P-256'
const ecdsaWithSha256 = encodeDer(tags.sequence, encodeOid('1.2.840.10045.4.3.2'))
const version3 = encodeDer(0xa0, encodeDer(tags.integer, [2]))
const isTrue = encodeDer(0x01, [255])
/** Context tags of a SubjectAlternativeName. */
const dnsName = 0x82
const ipAddress = 0x87
const oids = { commonName: '2.5.4.3', keyIdentifier: '2.5.29.14', keyUsage: '2.5.29.15', alternativeName: '2.5.29.17', basicConstraints: '2.5.29.19', authorityIdentifier: '2.5.29.35', extendedKeyUsage: '2.5.29.37', serverAuth: '1.3.6.1.5.5.7.3.1' } as const

type Bytes = readonly number[]

function bytesOf(text: string): Bytes {
  return [...Buffer.from(text)]
}

function nameOf(commonName: string): Bytes {
  return encodeDer(tags.sequence, encodeDer(tags.set, encodeDer(tags.sequence, encodeOid(oids.commonName), encodeDer(tags.utf8, bytesOf(commonName)))))
}

/** `YYMMDDHHMMSSZ`: the form of times before 2050. */
function utcTime(unixMs: number): Bytes {
  return encodeDer(tags.utcTime, bytesOf(`${new Date(unixMs).toISOString().slice(2, 19).replace(/[-T:]/g, '')}Z`))
}

function extension(oid: string, value: Bytes, isCritical = false): Bytes {
  return encodeDer(tags.sequence, encodeOid(oid), ...(isCritical ? [isTrue] : []), encodeDer(tags.octets, value))
}

interface Plan {
  readonly serial: number
  readonly subject: string
  readonly nowMs: number
  readonly publicKey: KeyObject
  readonly signingKey: KeyObject
  readonly extensions: readonly Bytes[]
}

const issuer = nameOf('podflight')

function certificateOf({ serial, subject, nowMs, publicKey, signingKey, extensions }: Plan): string {
  const info = encodeDer(tags.sequence,
    version3, encodeDer(tags.integer, [serial]), ecdsaWithSha256, issuer, encodeDer(tags.sequence, utcTime(nowMs - dayMs), utcTime(nowMs + validDays * dayMs)), nameOf(subject),
    [...publicKey.export({ type: 'spki', format: 'der' })], encodeDer(0xa3, encodeDer(tags.sequence, ...extensions)))
  const signature = sign('sha256', Uint8Array.from(info), signingKey)
  return encodePem('CERTIFICATE', encodeDer(tags.sequence, info, ecdsaWithSha256, encodeDer(tags.bits, [0], [...signature])))
}

/** A name for a key. */
function identifierOf(key: KeyObject): Bytes {
  return [...createHash('sha256').update(key.export({ type: 'spki', format: 'der' })).digest().subarray(0, 20)]
}

/** Makes an authority and a certificate for localhost, 127.0.0.1 and ::1, valid for a year from yesterday. */
export function makeCertificates(nowMs: number): Certificates {
  const authority = generateKeyPairSync('ec', { namedCurve: curve })
  const server = generateKeyPairSync('ec', { namedCurve: curve })
  const common = { nowMs, signingKey: authority.privateKey }
  const authorityIdentifier = identifierOf(authority.publicKey)
  const mayOnlySign = [
    extension(oids.basicConstraints, encodeDer(tags.sequence, isTrue), true),
    // keyCertSign and cRLSign: the sixth and the seventh bit.
    extension(oids.keyUsage, encodeDer(tags.bits, [1, 0b0000_0110]), true),
    extension(oids.keyIdentifier, encodeDer(tags.octets, authorityIdentifier)),
  ]
  const names = encodeDer(tags.sequence,
    encodeDer(dnsName, bytesOf('localhost')), encodeDer(dnsName, bytesOf('kubernetes.default.svc')), encodeDer(ipAddress, [127, 0, 0, 1]), encodeDer(ipAddress, Array.from({ length: 16 }, (_none, i) => (i === 15 ? 1 : 0))))
  const mayServe = [
    // digitalSignature: the first bit.
    extension(oids.keyUsage, encodeDer(tags.bits, [7, 0b1000_0000]), true),
    extension(oids.extendedKeyUsage, encodeDer(tags.sequence, encodeOid(oids.serverAuth))),
    extension(oids.authorityIdentifier, encodeDer(tags.sequence, encodeDer(0x80, authorityIdentifier))),
    extension(oids.alternativeName, names),
  ]
  return {
    authority: certificateOf({ ...common, serial: 1, subject: 'podflight', publicKey: authority.publicKey, extensions: mayOnlySign }),
    certificate: certificateOf({ ...common, serial: 2, subject: 'kube-apiserver', publicKey: server.publicKey, extensions: mayServe }),
    key: server.privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
  }
}
