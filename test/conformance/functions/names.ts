import { fieldErrorText } from '../../../simulator/api/field-error.ts'
import { parseImageReference } from '../../../simulator/api/image-reference.ts'
import { checkCidr, checkIp } from '../../../simulator/api/ip.ts'
import * as names from '../../../simulator/api/names.ts'
import { checkAnnotations, checkFinalizerName, checkLabels } from '../../../simulator/api/object-meta.ts'
import type { StringMap } from '../../../simulator/api/types.ts'
import { jsonEqual, objectOf, textOf, verdict } from '../compare.ts'
import type { RowRunner } from '../runner.ts'

const plain: { readonly [fn: string]: (text: string) => string[] } = {
  dns1123Label: names.checkDns1123Label, dns1123Subdomain: names.checkDns1123Subdomain, dns1035Label: names.checkDns1035Label,
  qualifiedName: names.checkQualifiedName, labelValue: names.checkLabelValue, envVarName: names.checkEnvVarName,
  relaxedEnvVarName: names.checkRelaxedEnvVarName, configMapKey: names.checkConfigMapKey, portName: names.checkPortName,
  wildcardSubdomain: names.checkWildcardDns1123Subdomain, httpHeader: names.checkHttpHeaderName, percent: names.checkPercent,
}

function errorsOf(fn: string, text: string, map: StringMap, number: number): string[] {
  switch (fn) {
    case 'portNumber': return names.checkPortNumber(number)
    case 'ip': return checkIp('ip', text).map(fieldErrorText)
    case 'cidr': return checkCidr('cidr', text).map(fieldErrorText)
    case 'finalizer': return checkFinalizerName(text, 'metadata.finalizers').map(fieldErrorText)
    case 'labels': return checkLabels(map, 'metadata.labels').map(fieldErrorText)
    case 'annotations': return checkAnnotations(map, 'metadata.annotations').map(fieldErrorText)
    default: return plain[fn]!(text)
  }
}

/** Rows of functions/names.jsonl. Errors of maps come in any order. */
export const runNames: RowRunner = (row) => {
  const input = objectOf(row['input'])
  const fn = textOf(input['fn'])
  const text = textOf(input['text'])
  if (fn === 'image') return verdict(row, parseImageReference(text))
  const errors = errorsOf(fn, text, objectOf(input['map']) as StringMap, Number(input['number'] ?? 0))
  const expected = objectOf(row['expect'])['errors']
  const sorted = (list: unknown): unknown => (Array.isArray(list) && (fn === 'labels' || fn === 'annotations') ? [...(list as string[])].sort() : list)
  const ok = jsonEqual(sorted(expected), sorted(errors), true)
  return ok ? { name: String(row['name']), ok } : { name: String(row['name']), ok, expected, actual: errors }
}
