/** Secret. Models pkg/registry/core/secret and pkg/apis/core/validation (v1.35). */

import { decodeBase64, encodeBase64 } from '../../api/base64.ts'
import { scanGoJson } from '../../api/go-json.ts'
import { checkConfigMapKey } from '../../api/names.ts'
import type { Secret } from '../../api/types.ts'
import type { AdmittedObject, KindRules } from '../kind-rules.ts'
import { base64Length } from '../schema/literals.ts'
import type { ErrorList } from '../validation/error-list.ts'
import { nameIsDnsSubdomain, sortedKeys, validateImmutable, validateObjectMeta, validateObjectMetaUpdate } from '../validation/meta.ts'
import { dataBytesMax, validateFrozen } from './configmaps.ts'

const accountNameKey = 'kubernetes.io/service-account.name'
const jsonDepthMax = 10_000
const jsonKeys: { readonly [type: string]: string } = { 'kubernetes.io/dockercfg': '.dockercfg', 'kubernetes.io/dockerconfigjson': '.dockerconfigjson' }

function secretOf(object: AdmittedObject): Secret {
  return object as unknown as Secret
}

/** What Go's JSON says of a text that should be an object. */
function jsonError(text: string): string | undefined {
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value === 'object' && !Array.isArray(value)) return undefined
    const name = Array.isArray(value) ? 'array' : typeof value === 'boolean' ? 'bool' : typeof value
    return `json: cannot unmarshal ${name} into Go value of type map[string]interface {}`
  } catch {
    const scan = scanGoJson(text, 0, jsonDepthMax)
    if (scan === undefined) return 'unexpected end of JSON input'
    return 'error' in scan ? scan.error : `invalid character '${text.slice(scan.end).trim()[0]}' after top-level value`
  }
}

function validateType(secret: Secret, errors: ErrorList): void {
  const data = secret.data ?? {}
  const { type = '' } = secret
  const requireKey = (key: string): boolean => {
    if (data[key] === undefined) errors.required(`data[${key}]`)
    return data[key] !== undefined
  }
  const jsonKey = jsonKeys[type]
  if (jsonKey !== undefined && requireKey(jsonKey)) {
    const error = jsonError(decodeBase64(data[jsonKey]!) ?? '')
    if (error !== undefined) errors.invalid(`data[${jsonKey}]`, '<secret contents redacted>', error)
  }
  switch (type) {
    case 'kubernetes.io/service-account-token':
      if (!secret.metadata.annotations?.[accountNameKey]) errors.required(`metadata.annotations[${accountNameKey}]`)
      break
    case 'kubernetes.io/basic-auth':
      if (data['username'] === undefined && data['password'] === undefined) {
        errors.required('data[username]')
        errors.required('data[password]')
      }
      break
    case 'kubernetes.io/ssh-auth': if (!data['ssh-privatekey']) errors.required('data[ssh-privatekey]'); break
    case 'kubernetes.io/tls':
      requireKey('tls.crt')
      requireKey('tls.key')
      break
    default:
  }
}

function validate(object: AdmittedObject, errors: ErrorList): void {
  const secret = secretOf(object)
  validateObjectMeta(object.metadata, true, nameIsDnsSubdomain, errors)
  let bytes = 0
  for (const key of sortedKeys(secret.data)) {
    errors.invalidEach(`data[${key}]`, key, checkConfigMapKey(key))
    bytes += base64Length(secret.data![key]!)
  }
  if (bytes > dataBytesMax) errors.tooLong('data', dataBytesMax)
  validateType(secret, errors)
}

function warnings(object: AdmittedObject): string[] {
  const { type, data } = secretOf(object)
  if (type !== 'kubernetes.io/tls') return []
  const certificate = decodeBase64(data?.['tls.crt'] ?? '') ?? ''
  return certificate.includes('-----BEGIN ') ? [] : ['tls: failed to find any PEM data in certificate input']
}

export const secrets: KindRules = {
  apiVersion: 'v1',
  kind: 'Secret',
  applyDefaults(object) {
    const secret = secretOf(object)
    secret.type ||= 'Opaque'
    if (secret.stringData === undefined) return
    const data = { ...secret.data }
    for (const key of Object.keys(secret.stringData)) data[key] = encodeBase64(secret.stringData[key]!)
    secret.data = data
    delete secret.stringData
  },
  validateCreate: validate,
  warnOnCreate: warnings,
  prepareUpdate(object, old) {
    if (!secretOf(object).type) secretOf(object).type = secretOf(old).type
  },
  validateUpdate(object, old, errors) {
    validateObjectMetaUpdate(object.metadata, old.metadata, errors)
    validateImmutable(secretOf(object).type, secretOf(old).type, 'type', errors)
    validateFrozen(secretOf(object), secretOf(old), ['data'], errors)
    validate(object, errors)
  },
  warnOnUpdate: warnings,
  allowsUnconditionalUpdate: true,
}
