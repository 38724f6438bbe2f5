import { describe, expect, it } from 'vitest'
import { parseImageReference } from './image-reference.ts'
import { formatIp, maskIp, parseCidr, parseIp } from './ip.ts'
import { checkConfigMapKey, checkDns1035Label, checkDns1123Label, checkDns1123Subdomain, checkEnvVarName, checkLabelValue, checkPortName, checkPortNumber, checkQualifiedName } from './names.ts'
import { annotationsBytesMax, checkAnnotations, checkLabels } from './object-meta.ts'

describe('a name', () => {
  const good: [name: string, check: (value: string) => string[], value: string][] = [
    ['DNS label', checkDns1123Label, 'a-1'],
    ['DNS label of 63 characters', checkDns1123Label, 'a'.repeat(63)],
    ['DNS subdomain', checkDns1123Subdomain, 'gpu-1.example.com'],
    ['service name', checkDns1035Label, 'web'],
    ['label key with prefix', checkQualifiedName, 'app.kubernetes.io/Name'],
    ['empty label value', checkLabelValue, ''],
    ['environment variable', checkEnvVarName, 'MY_VAR.x-1'],
    ['key of a ConfigMap', checkConfigMapKey, 'train.yaml'],
    ['port name', checkPortName, 'http-2'],
  ]
  it.each(good)('may be a %s', (_name, check, value) => expect(check(value)).toEqual([]))

  const bad: [name: string, check: (value: string) => string[], value: string][] = [
    ['upper case DNS label', checkDns1123Label, 'A'],
    ['DNS label of 64 characters', checkDns1123Label, 'a'.repeat(64)],
    ['DNS subdomain with an empty label', checkDns1123Subdomain, 'a..b'],
    ['service name that begins with a digit', checkDns1035Label, '1a'],
    ['label key with two slashes', checkQualifiedName, 'a/b/c'],
    ['label value with blanks', checkLabelValue, 'a b'],
    ['ConfigMap key that leaves the folder', checkConfigMapKey, '..'],
    ['port name without a letter', checkPortName, '80'],
  ]
  it.each(bad)('may not be a %s', (_name, check, value) => expect(check(value)).not.toEqual([]))

  it('tells what a label must look like', () => {
    expect(checkDns1123Label('Web')).toEqual([
      "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')",
    ])
    expect(checkPortNumber(0)).toEqual(['must be between 1 and 65535, inclusive'])
  })

  it('of a label points to the label', () => {
    expect(checkLabels({ 'a b': 'x' }, 'metadata.labels').map((error) => error.field)).toEqual(['metadata.labels'])
    expect(checkAnnotations({ a: 'x'.repeat(annotationsBytesMax) }, 'metadata.annotations').map((error) => error.type)).toEqual(['FieldValueTooLong'])
  })
})

describe('an address', () => {
  const cases: [given: string, text: string | undefined][] = [
    ['10.0.0.1', '10.0.0.1'],
    ['2001:DB8:0:0::1', '2001:db8::1'],
    ['::ffff:1.2.3.4', '1.2.3.4'],
    ['1.2.3', undefined],
    ['1.2.3.256', undefined],
  ]
  it.each(cases)('%s is %s', (given, text) => {
    const ip = parseIp(given)
    expect(ip === undefined ? undefined : formatIp(ip)).toBe(text)
  })
  it('is masked to its network', () => expect(formatIp(maskIp(parseCidr('10.1.2.3/16')!))).toBe('10.1.0.0'))
})

describe('an image reference', () => {
  const cases: [given: string, repository: string, tag: string][] = [
    ['nginx', 'docker.io/library/nginx', 'latest'],
    ['ghcr.io/acme/llm:1.2', 'ghcr.io/acme/llm', '1.2'],
    ['localhost:5000/a', 'localhost:5000/a', 'latest'],
    [`a@sha256:${'0'.repeat(64)}`, 'docker.io/library/a', ''],
  ]
  it.each(cases)('%s is %s with tag "%s"', (given, repository, tag) => expect(parseImageReference(given)).toMatchObject({ repository, tag }))
  it('may not be upper case', () => {
    expect(parseImageReference('Nginx')).toEqual({ error: `couldn't parse image name "Nginx": invalid reference format: repository name (library/Nginx) must be lowercase` })
  })
})
