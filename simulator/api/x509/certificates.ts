/**
 * Keys, certificate requests and client certificates: real ASN.1 around keys and signatures that are drawn from a hash.
 * Modelling assumption: nothing in a cluster does cryptography, so a signature is a keyed hash that only its cluster knows.
 * Models Go crypto/x509 and k8s.io/kubernetes/pkg/controller/certificates/authority (v1.35).
 */

import { fnv32a, mix32 } from '../../kernel/hash.ts'
import { utf8Bytes, utf8Text } from '../base64.ts'
import { daysFromEpoch } from '../time.ts'
import { encodeDer, encodeOid, oidText, readDer, readParts, tags } from './der.ts'
import type { DerValue } from './der.ts'
import { decodePem, encodePem } from './pem.ts'

/** One part of a distinguished name, such as CN=jane. */
export interface NamePart { readonly type: string; readonly value: string }

/** What a certificate or a request for one says. */
export interface Subject {
  readonly subject: readonly NamePart[]
  /** SubjectPublicKeyInfo, encoded. */
  readonly publicKey: readonly number[]
}

/** What a certificate says beside that. Times are Unix ms. */
export interface Certificate extends Subject {
  readonly serial: string
  readonly issuer: readonly NamePart[]
  readonly notBeforeMs: number
  readonly notAfterMs: number
  /** The signed part, and the signature. */
  readonly signed: readonly number[]
  readonly signature: readonly number[]
}

const nameOids: { readonly [type: string]: string } = { C: '2.5.4.6', O: '2.5.4.10', OU: '2.5.4.11', L: '2.5.4.7', ST: '2.5.4.8', street: '2.5.4.9', postalCode: '2.5.4.17', CN: '2.5.4.3', serialNumber: '2.5.4.5', emailAddress: '1.2.840.113549.1.9.1' }
const rsaKey = encodeDer(tags.sequence, encodeOid('1.2.840.113549.1.1.1'), encodeDer(tags.null))
const rsaSignature = encodeDer(tags.sequence, encodeOid('1.2.840.113549.1.1.11'), encodeDer(tags.null))
const exponent = encodeDer(tags.integer, [1, 0, 1])
const version0 = encodeDer(tags.integer, [0])
const signatureLength = 256

/** Bytes that belong to a text. */
function hashedBytes(text: string, count: number): number[] {
  const base = fnv32a(text)
  return Array.from({ length: count }, (_none, i) => mix32(base + Math.imul((i >> 2) + 1, 0x9e3779b9)) >>> ((i & 3) * 8) & 255)
}

/** A positive number of a fixed length: its first bit is not set, its first byte not 0. */
function hashedInteger(text: string, count: number): number[] {
  const bytes = hashedBytes(text, count)
  bytes[0] = (bytes[0] & 0x7f) | 0x40
  bytes[count - 1] |= 1
  return encodeDer(tags.integer, bytes[0] >= 0x80 ? [0, ...bytes] : bytes)
}

function modulus(text: string, bits: number): number[] {
  const bytes = hashedBytes(`${text}/n`, bits / 8)
  bytes[0] |= 0x80
  bytes[bytes.length - 1] |= 1
  return encodeDer(tags.integer, [0, ...bytes])
}

/** A private RSA key in PEM (PKCS #8). Equal seeds give equal keys. */
export function makePrivateKey(seed: string, bits: number): string {
  const half = bits / 16
  const numbers = [modulus(seed, bits), exponent, hashedInteger(`${seed}/d`, bits / 8), ...['p', 'q', 'dp', 'dq', 'qinv'].map((part) => hashedInteger(`${seed}/${part}`, half))]
  const key = encodeDer(tags.sequence, version0, ...numbers)
  return encodePem('PRIVATE KEY', encodeDer(tags.sequence, version0, rsaKey, encodeDer(tags.octets, key)))
}

/** The public key (SubjectPublicKeyInfo) of a private RSA key in PEM; undefined for what is none. */
export function publicKeyOf(privateKey: string): readonly number[] | undefined {
  const block = decodePem(privateKey)
  if (block === undefined) return undefined
  const outer = partsAt(block.bytes, 0)
  const inner = block.type === 'RSA PRIVATE KEY' ? outer : block.type === 'PRIVATE KEY' && outer?.[2]?.tag === tags.octets ? partsAt(block.bytes, outer[2].from) : undefined
  const [, n, e] = inner ?? []
  if (n?.tag !== tags.integer || e?.tag !== tags.integer) return undefined
  const key = encodeDer(tags.sequence, block.bytes.slice(n.start, n.to), block.bytes.slice(e.start, e.to))
  return encodeDer(tags.sequence, rsaKey, encodeDer(tags.bits, [0], key))
}

function partsAt(bytes: readonly number[], at: number): DerValue[] | undefined {
  const value = readDer(bytes, at)
  return value?.tag === tags.sequence ? readParts(bytes, value) : undefined
}

function encodeName(parts: readonly NamePart[]): number[] {
  return encodeDer(tags.sequence, ...parts.map(({ type, value }) => encodeDer(tags.set, encodeDer(tags.sequence, encodeOid(nameOids[type]), encodeDer(tags.utf8, utf8Bytes(value))))))
}

function readName(bytes: readonly number[], name: DerValue): NamePart[] | undefined {
  const parts: NamePart[] = []
  for (const set of readParts(bytes, name) ?? []) {
    for (const pair of readParts(bytes, set) ?? []) {
      const [oid, value] = readParts(bytes, pair) ?? []
      if (oid?.tag !== tags.oid || value === undefined) return undefined
      const known = oidText(bytes.slice(oid.from, oid.to))
      parts.push({ type: Object.keys(nameOids).find((type) => nameOids[type] === known) ?? known, value: utf8Text(bytes.slice(value.from, value.to)) })
    }
  }
  return parts
}

/** A request for a certificate in PEM (PKCS #10), for the holder of a private key. */
export function makeRequest(subject: readonly NamePart[], publicKey: readonly number[]): string {
  const info = encodeDer(tags.sequence, version0, encodeName(subject), publicKey, encodeDer(0xa0))
  return encodePem('CERTIFICATE REQUEST', encodeDer(tags.sequence, info, rsaSignature, encodeDer(tags.bits, [0], hashedBytes(info.join(), signatureLength))))
}

/** True when a name's parts are all known, so that they can be written. */
export function isNamePart(type: string): boolean {
  return Object.hasOwn(nameOids, type)
}

/** Reads a request in PEM; `error` in the words of the API server. Models pkg/apis/certificates ParseCSR. */
export function readRequest(text: string): Subject | { readonly error: string } {
  const block = decodePem(text)
  if (block === undefined || block.type !== 'CERTIFICATE REQUEST') return { error: 'PEM block type must be CERTIFICATE REQUEST' }
  const malformed = { error: 'asn1: structure error: tags don\'t match' }
  const [info] = partsAt(block.bytes, 0) ?? []
  const [, name, key] = info === undefined ? [] : readParts(block.bytes, info) ?? []
  const subject = name === undefined ? undefined : readName(block.bytes, name)
  if (subject === undefined || key === undefined) return malformed
  return { subject, publicKey: block.bytes.slice(key.start, key.to) }
}

/** What a certificate is issued for. Times are Unix ms. */
export interface Issue {
  readonly request: Subject
  readonly issuer: readonly NamePart[]
  readonly serial: string
  readonly notBeforeMs: number
  readonly notAfterMs: number
  /** Texts of UTC times, as `YYMMDDHHMMSSZ`. */
  utcTime(unixMs: number): string
  /** What only the cluster knows. */
  readonly secret: string
}

/** Parts of a name in the order in which Go writes them. */
function inGoOrder(parts: readonly NamePart[]): NamePart[] {
  return Object.keys(nameOids).flatMap((type) => parts.filter((part) => part.type === type))
}

/** A certificate in PEM for authentication of a client. */
export function makeCertificate(issue: Issue): string {
  const time = (unixMs: number): number[] => encodeDer(tags.utcTime, utf8Bytes(issue.utcTime(unixMs)))
  const clientAuth = encodeDer(tags.sequence, encodeOid('2.5.29.37'), encodeDer(tags.octets, encodeDer(tags.sequence, encodeOid('1.3.6.1.5.5.7.3.2'))))
  const noAuthority = encodeDer(tags.sequence, encodeOid('2.5.29.19'), encodeDer(0x01, [255]), encodeDer(tags.octets, encodeDer(tags.sequence)))
  const signed = encodeDer(tags.sequence,
    encodeDer(0xa0, encodeDer(tags.integer, [2])), hashedInteger(`serial/${issue.serial}`, 16), rsaSignature, encodeName(issue.issuer),
    encodeDer(tags.sequence, time(issue.notBeforeMs), time(issue.notAfterMs)), encodeName(inGoOrder(issue.request.subject)), issue.request.publicKey,
    encodeDer(0xa3, encodeDer(tags.sequence, clientAuth, noAuthority)))
  return encodePem('CERTIFICATE', encodeDer(tags.sequence, signed, rsaSignature, encodeDer(tags.bits, [0], signatureOf(signed, issue.secret))))
}

function signatureOf(signed: readonly number[], secret: string): number[] {
  return hashedBytes(`${secret}/${signed.join()}/${secret}`, signatureLength)
}

function readUtcTime(bytes: readonly number[], { from, to }: DerValue): number {
  const [year, month, day, hour, minute, second] = utf8Text(bytes.slice(from, to)).match(/\d\d/g)?.map(Number) ?? []
  return daysFromEpoch(2000 + year, month, day) * 86_400_000 + ((hour * 60 + minute) * 60 + second) * 1000
}

/** Reads a certificate in PEM; undefined for what is none. */
export function readCertificate(text: string): Certificate | undefined {
  const block = decodePem(text)
  if (block?.type !== 'CERTIFICATE') return undefined
  const { bytes } = block
  const [info, , signature] = partsAt(bytes, 0) ?? []
  const [, serial, , issuer, validity, name, key] = info === undefined ? [] : readParts(bytes, info) ?? []
  if (key === undefined || validity === undefined || signature === undefined) return undefined
  const [from, to] = readParts(bytes, validity) ?? []
  const issuerName = readName(bytes, issuer!)
  const subject = readName(bytes, name!)
  if (from === undefined || to === undefined || subject === undefined || issuerName === undefined) return undefined
  return {
    subject, issuer: issuerName, publicKey: bytes.slice(key.start, key.to),
    serial: bytes.slice(serial!.from, serial!.to).map((byte) => byte.toString(16).padStart(2, '0')).join(''),
    notBeforeMs: readUtcTime(bytes, from), notAfterMs: readUtcTime(bytes, to),
    signed: bytes.slice(info!.start, info!.to), signature: bytes.slice(signature.from + 1, signature.to),
  }
}

/** True when a cluster issued the certificate. */
export function isIssuedBy(certificate: Certificate, secret: string): boolean {
  const expected = signatureOf(certificate.signed, secret)
  return certificate.signature.length === expected.length && expected.every((byte, i) => byte === certificate.signature[i])
}

/** A keyed hash of a text as hexadecimal digits, such as the signature of a token. */
export function keyedHash(text: string, secret: string): string {
  return hashedBytes(`${secret}/${text}/${secret}`, 32).map((byte) => byte.toString(16).padStart(2, '0')).join('')
}

/** Values of one type of a name. */
export function namesOf(subject: readonly NamePart[], type: string): string[] {
  return subject.filter((part) => part.type === type).map(({ value }) => value)
}
