/**
 * Tokens of service accounts: JSON web tokens, signed with a hash whose secret is the uid of namespace kube-system, which
 * no client can choose. Models pkg/serviceaccount/{claims,legacy,jwt}.go (v1.35).
 */

import type { JsonObject } from '../kernel/json.ts'
import { isJsonObject } from '../kernel/json.ts'
import { decodeBase64, encodeBase64 } from './base64.ts'
import { serviceAccountPrefix } from './credentials.ts'
import type { KubeObject } from './types.ts'
import { keyedHash } from './x509/certificates.ts'

/** The issuer of tokens that are kept in Secrets. */
const legacyIssuer = 'kubernetes/serviceaccount'
/** The type of such Secrets, and what they say of their account. */
export const tokenSecretType = 'kubernetes.io/service-account-token'
export const accountNameAnnotation = 'kubernetes.io/service-account.name'
export const accountUidAnnotation = 'kubernetes.io/service-account.uid'

const legacyPrefix = 'kubernetes.io/serviceaccount'

function toBase64Url(text: string): string {
  return encodeBase64(text).replace(/=+$/, '').replaceAll('+', '-').replaceAll('/', '_')
}

function fromBase64Url(text: string): string | undefined {
  const plain = text.replaceAll('-', '+').replaceAll('_', '/')
  return decodeBase64(plain.padEnd(Math.ceil(plain.length / 4) * 4, '='))
}

/** A token of claims. @param secret the uid of namespace kube-system */
export function signClaims(claims: object, secret: string): string {
  const header = { alg: 'RS256', kid: keyedHash('key', secret).slice(0, 43) }
  const signed = `${toBase64Url(JSON.stringify(header))}.${toBase64Url(JSON.stringify(claims))}`
  return `${signed}.${toBase64Url(keyedHash(signed, secret))}`
}

/** Whether a token is signed with a secret. */
export function isSignedWith(token: string, secret: string): boolean {
  const dot = token.lastIndexOf('.')
  return token.slice(dot + 1) === toBase64Url(keyedHash(token.slice(0, dot), secret))
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** What a token claims, signed or not; undefined for a text that is no token. */
export function claimsOf(token: string): JsonObject | undefined {
  const text = fromBase64Url(token.split('.')[1] ?? '')
  const claims = text === undefined ? undefined : readJson(text)
  return isJsonObject(claims) ? claims : undefined
}

/** The claims of a token that is kept in a Secret: it has no end. */
export function legacyClaims(account: KubeObject, secret: KubeObject): JsonObject {
  const { name = '', namespace = '', uid = '' } = account.metadata
  return {
    iss: legacyIssuer, [`${legacyPrefix}/namespace`]: namespace, [`${legacyPrefix}/secret.name`]: secret.metadata.name ?? '', [`${legacyPrefix}/service-account.name`]: name,
    [`${legacyPrefix}/service-account.uid`]: uid, sub: `${serviceAccountPrefix}${namespace}:${name}`,
  }
}

/** What the claims of such a token name; undefined for those of another one. */
export function readLegacyClaims(claims: JsonObject): { readonly namespace: string; readonly secret: string; readonly account: string; readonly uid: string } | undefined {
  const [namespace, secret, account, uid] = ['namespace', 'secret.name', 'service-account.name', 'service-account.uid'].map((name) => claims[`${legacyPrefix}/${name}`])
  if (claims['iss'] !== legacyIssuer || typeof namespace !== 'string' || typeof secret !== 'string' || typeof account !== 'string' || typeof uid !== 'string') return undefined
  return claims['sub'] === `${serviceAccountPrefix}${namespace}:${account}` ? { namespace, secret, account, uid } : undefined
}
