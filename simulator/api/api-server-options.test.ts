import { describe, expect, it } from 'vitest'
import { addedKinds, openGates, readApiServerOptions } from './api-server-options.ts'

const group = 'admissionregistration.k8s.io'

describe('settings of the API server', () => {
  it('are read from a document, with true as a text or a value', () => {
    expect(readApiServerOptions({ featureGates: { MutatingAdmissionPolicy: true }, runtimeConfig: { [`${group}/v1beta1`]: 'true' } })).toEqual({ featureGates: { MutatingAdmissionPolicy: true }, runtimeConfig: { [`${group}/v1beta1`]: true } })
  })

  const wrong: [name: string, document: unknown, error: string][] = [
    ['an unknown gate', { featureGates: { Nope: true } }, 'unrecognized feature gate: Nope'],
    ['an unknown version', { runtimeConfig: { 'apps/v3': true } }, 'unknown api groups: apps/v3'],
    ['neither true nor false', { featureGates: { MutatingAdmissionPolicy: 'yes' } }, 'invalid value of MutatingAdmissionPolicy=yes, it must be true or false'],
    ['another member', { extraArgs: [] }, 'apiServer has featureGates and runtimeConfig, and no extraArgs'],
  ]
  it.each(wrong)('refuse %s', (_name, document, error) => expect(readApiServerOptions(document)).toBe(error))

  it('add nothing by default', () => {
    expect(addedKinds({})).toEqual([])
    expect(openGates({})).toEqual([])
  })

  it('serve a version by name or by its stage; the name comes first', () => {
    const served = (runtimeConfig: { [version: string]: boolean }): string[] => [...new Set(addedKinds({ runtimeConfig }).map(({ version }) => version))]
    expect(served({ [`${group}/v1beta1`]: true })).toEqual(['v1beta1'])
    expect(served({ 'api/alpha': true })).toEqual(['v1alpha1'])
    expect(served({ 'api/all': true, [`${group}/v1alpha1`]: false })).toEqual(['v1beta1'])
  })
})
