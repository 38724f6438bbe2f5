/**
 * What names may look like, with the texts that say why one may not. Each check gives the list of what is wrong.
 * Models apimachinery/pkg/util/validation and pkg/api/validate/content (v1.35).
 */

import { utf8Length } from './go-text.ts'

const dnsLabel = '[a-z0-9]([-a-z0-9]*[a-z0-9])?'
const dnsSubdomain = `${dnsLabel}(\\.${dnsLabel})*`
const dns1035Label = '[a-z]([-a-z0-9]*[a-z0-9])?'
const wildcard = `\\*\\.${dnsSubdomain}`
const labelKey = '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]'
const labelValue = `(${labelKey})?`
const envVarName = '[-._a-zA-Z][-._a-zA-Z0-9]*'
const configMapKey = '[-._a-zA-Z0-9]+'
const percent = '[0-9]+%'
const httpHeader = '[-A-Za-z0-9]+'
const httpPath = "[A-Za-z0-9/\\-._~%!$&'()*+,;=:]+"

const dnsLabelPattern = /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?$/
const dnsSubdomainPattern = /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*$/
const labelKeyPattern = /^(?:[A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$/

/** The texts that several checks share. */
export const nameTexts = {
  empty: 'must be non-empty',
  maxLength: (length: number) => `must be no more than ${length} characters`,
  maxBytes: (length: number) => `must be no more than ${length} bytes`,
  between: (low: number, high: number) => `must be between ${low} and ${high}, inclusive`,
  regex: (text: string, regex: string, ...examples: string[]) =>
    examples.length === 0 ? `${text} (regex used for validation is '${regex}')`
      : `${text} (e.g. ${examples.map((example) => `'${example}', `).join(' or ')}regex used for validation is '${regex}')`,
} as const

const labelCharsText = "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character"

const patternTexts = {
  dnsLabel: nameTexts.regex("a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character", dnsLabel, 'my-name', '123-abc'),
  dnsSubdomain: nameTexts.regex("a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character", dnsSubdomain, 'example.com'),
  dns1035Label: nameTexts.regex("a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character", dns1035Label, 'my-name', 'abc-123'),
  wildcard: nameTexts.regex("a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, which must consist of lower case alphanumeric characters, '-' or '.' and end with an alphanumeric character", wildcard, '*.example.com'),
  labelKey: nameTexts.regex(labelCharsText, labelKey, 'MyName', 'my.name', '123-abc'),
  labelValue: nameTexts.regex(`a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character`, labelValue, 'MyValue', 'my_value', '12345'),
  envVarName: nameTexts.regex("a valid environment variable name must consist of alphabetic characters, digits, '_', '-', or '.', and must not start with a digit", envVarName, 'my.env-name', 'MY_ENV.NAME', 'MyEnvName1'),
  configMapKey: nameTexts.regex("a valid config key must consist of alphanumeric characters, '-', '_' or '.'", configMapKey, 'key.name', 'KEY_NAME', 'key-name'),
  percent: nameTexts.regex("a valid percent string must be a numeric string followed by an ending '%'", percent, '1%', '93%'),
  httpHeader: nameTexts.regex("a valid HTTP header must consist of alphanumeric characters or '-'", httpHeader, 'X-Header-Name'),
} as const

function check(value: string, lengthMax: number, pattern: RegExp, text: string): string[] {
  const errors: string[] = []
  if (utf8Length(value) > lengthMax) errors.push(nameTexts.maxLength(lengthMax))
  if (!pattern.test(value)) errors.push(text)
  return errors
}

/** Names of pods' containers, volumes, namespaces and the like. */
export function checkDns1123Label(value: string): string[] {
  const text = dnsSubdomainPattern.test(value) ? 'must not contain dots' : patternTexts.dnsLabel
  return check(value, 63, dnsLabelPattern, text)
}

/** Names of most objects. */
export function checkDns1123Subdomain(value: string): string[] {
  return check(value, 253, dnsSubdomainPattern, patternTexts.dnsSubdomain)
}

/** Names of Services. */
export function checkDns1035Label(value: string): string[] {
  return check(value, 63, /^[a-z](?:[-a-z0-9]*[a-z0-9])?$/, patternTexts.dns1035Label)
}

/** Hosts such as `*.example.com`. */
export function checkWildcardDns1123Subdomain(value: string): string[] {
  return check(value, 253, new RegExp(`^${wildcard}$`), patternTexts.wildcard)
}

/** Keys of labels and annotations, names of resources: an optional DNS prefix, a slash, a name. */
export function checkQualifiedName(value: string): string[] {
  const parts = value.split('/')
  if (parts.length > 2) return [`a valid label key ${patternTexts.labelKey} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`]
  const name = parts[parts.length - 1]!
  const errors: string[] = []
  if (parts.length === 2) errors.push(...checkPrefix(parts[0]!))
  if (name === '') errors.push(`name part ${nameTexts.empty}`)
  else if (utf8Length(name) > 63) errors.push(`name part ${nameTexts.maxBytes(63)}`)
  if (!labelKeyPattern.test(name)) errors.push(`name part ${patternTexts.labelKey}`)
  return errors
}

function checkPrefix(prefix: string): string[] {
  if (prefix === '') return [`prefix part ${nameTexts.empty}`]
  const errors: string[] = []
  if (utf8Length(prefix) > 253) errors.push(`prefix part ${nameTexts.maxBytes(253)}`)
  if (!dnsSubdomainPattern.test(prefix)) errors.push(`prefix part ${patternTexts.dnsSubdomain}`)
  return errors
}

/** Values of labels. */
export function checkLabelValue(value: string): string[] {
  const errors: string[] = []
  if (utf8Length(value) > 63) errors.push(nameTexts.maxBytes(63))
  if (value !== '' && !labelKeyPattern.test(value)) errors.push(patternTexts.labelValue)
  return errors
}

function checkChangesDirectory(value: string): string[] {
  if (value === '.') return ["must not be '.'"]
  if (value === '..') return ["must not be '..'"]
  return value.startsWith('..') ? ["must not start with '..'"] : []
}

/** Names of environment variables in the strict form. */
export function checkEnvVarName(value: string): string[] {
  const errors = /^[-._a-zA-Z][-._a-zA-Z0-9]*$/.test(value) ? [] : [patternTexts.envVarName]
  return [...errors, ...checkChangesDirectory(value)]
}

/** Names of environment variables as pods may have them since 1.34: printable ASCII without `=`. */
export function checkRelaxedEnvVarName(value: string): string[] {
  if (value === '') return [`environment variable name ${nameTexts.empty}`]
  return /^[ -<>-~]*$/.test(value) ? [] : ["a valid environment variable name must consist only of printable ASCII characters other than '='"]
}

/** Keys of ConfigMaps and Secrets. */
export function checkConfigMapKey(value: string): string[] {
  return [...check(value, 253, /^[-._a-zA-Z0-9]+$/, patternTexts.configMapKey), ...checkChangesDirectory(value)]
}

/** Names of container ports and of target ports. */
export function checkPortName(value: string): string[] {
  const errors: string[] = []
  if (utf8Length(value) > 15) errors.push(nameTexts.maxLength(15))
  if (!/^[-a-z0-9]+$/.test(value)) errors.push('must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)')
  if (!/[a-z]/.test(value)) errors.push('must contain at least one letter (a-z)')
  if (value.includes('--')) errors.push('must not contain consecutive hyphens')
  if (value.startsWith('-') || value.endsWith('-')) errors.push('must not begin or end with a hyphen')
  return errors
}

/** A whole number between two bounds. */
export function checkRange(value: number, low: number, high: number): string[] {
  return value >= low && value <= high ? [] : [nameTexts.between(low, high)]
}

/** Port numbers. */
export function checkPortNumber(value: number): string[] {
  return checkRange(value, 1, 65535)
}

/** Texts such as `25%`. */
export function checkPercent(value: string): string[] {
  return /^[0-9]+%$/.test(value) ? [] : [patternTexts.percent]
}

/** Names of HTTP headers. */
export function checkHttpHeaderName(value: string): string[] {
  return /^[-A-Za-z0-9]+$/.test(value) ? [] : [patternTexts.httpHeader]
}

/** Whole numbers without leading zeros or plus sign. */
export function checkDecimalInteger(value: string): string[] {
  if (value === '') return [nameTexts.empty]
  return /^(?:0|-?[1-9][0-9]*)$/.test(value) ? [] : ['must be a valid decimal integer in canonical form']
}

/** The path part of `domain/path` texts. */
export function checkHttpPath(value: string): string[] {
  return new RegExp(`^${httpPath}$`).test(value) ? [] : [nameTexts.regex('Invalid path', httpPath)]
}
