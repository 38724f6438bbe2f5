import { describe, expect, it } from 'vitest'
import { formatFieldSelector, matchesFields, parseFieldSelector } from './field-selector.ts'
import { compilePreferences, matchesRequiredNodeAffinity, matchNodeSelectorTerms, scorePreferences } from './node-selector.ts'
import { formatLabelSelector, formatSelector, isSelectorError, matchesLabelSelector, matchesSelector, parseSelector, toSelector } from './selector.ts'
import { findUntoleratedTaint, formatTaint, hardEffects, toleratesTaint } from './tolerations.ts'

const labels = { app: 'llama', tier: 'serving', gpus: '8' }

describe('a label selector as text', () => {
  const cases: [text: string, matches: boolean][] = [
    ['', true],
    ['app=llama', true],
    ['app==llama,tier!=training', true],
    ['app in (llama, bert),tier notin (training)', true],
    ['missing notin (a)', true],
    ['!missing,app', true],
    ['!app', false],
    ['gpus>4', true],
    ['gpus<8', false],
    ['app>1', false],
  ]
  it.each(cases)('"%s" matches: %s', (text, matches) => {
    const selector = parseSelector(text)
    if (isSelectorError(selector)) throw new Error(selector.error)
    expect(matchesSelector(selector, labels)).toBe(matches)
  })

  it('prints in the order of keys', () => {
    const selector = parseSelector('tier notin (b,a), app')
    expect(isSelectorError(selector) ? '' : formatSelector(selector)).toBe('app,tier notin (a,b)')
  })

  const errors: [text: string, error: string][] = [
    ['app=,', "found '', expected: identifier after ','"],
    ['app in llama', "unable to parse requirement: found 'llama' expected: '('"],
    ['=x', "found '=', expected: !, identifier, or 'end of string'"],
  ]
  it.each(errors)('"%s" is refused with the real text', (text, error) => expect(parseSelector(text)).toEqual({ error }))
})

describe('a label selector as object', () => {
  it('matches everything when empty and nothing when absent', () => {
    expect(matchesLabelSelector({}, labels)).toBe(true)
    expect(matchesLabelSelector(undefined, labels)).toBe(false)
  })
  it('needs labels and expressions together', () => {
    const selector = { matchLabels: { app: 'llama' }, matchExpressions: [{ key: 'tier', operator: 'In', values: ['serving'] }, { key: 'old', operator: 'DoesNotExist' }] }
    expect(matchesLabelSelector(selector, labels)).toBe(true)
    expect(matchesLabelSelector(selector, { ...labels, old: '' })).toBe(false)
    expect(formatLabelSelector(selector)).toBe('app=llama,!old,tier in (serving)')
  })
  it('refuses an operator that is none', () => {
    expect(toSelector({ matchExpressions: [{ key: 'a', operator: 'Near' }] })).toEqual({ error: '"Near" is not a valid label selector operator' })
  })
})

describe('a field selector', () => {
  it('compares the fields it is told', () => {
    const selector = parseFieldSelector('status.phase!=Running,spec.nodeName=gpu-1')
    if (isSelectorError(selector)) throw new Error(selector.error)
    const fields: { readonly [field: string]: string } = { 'status.phase': 'Pending', 'spec.nodeName': 'gpu-1' }
    expect(matchesFields(selector, (field) => fields[field] ?? '')).toBe(true)
    expect(formatFieldSelector(selector)).toBe('spec.nodeName=gpu-1,status.phase!=Running')
  })
  it('refuses a term without an operator', () => {
    expect(parseFieldSelector('status.phase')).toEqual({ error: `invalid selector: 'status.phase'; can't understand 'status.phase'` })
  })
})

describe('node affinity', () => {
  const node = { metadata: { name: 'gpu-1', labels: { zone: 'a', gpus: '8' } } }
  it('needs one of its terms', () => {
    const inZone = (zone: string) => ({ matchExpressions: [{ key: 'zone', operator: 'In' as const, values: [zone] }] })
    expect(matchNodeSelectorTerms({ nodeSelectorTerms: [inZone('b'), inZone('a')] }, node)).toBe(true)
    expect(matchNodeSelectorTerms({ nodeSelectorTerms: [inZone('b')] }, node)).toBe(false)
  })
  it('matches nothing with an empty term', () => expect(matchNodeSelectorTerms({ nodeSelectorTerms: [{}] }, node)).toBe(false))
  it('matches a node by its name', () => {
    expect(matchNodeSelectorTerms({ nodeSelectorTerms: [{ matchFields: [{ key: 'metadata.name', operator: 'In', values: ['gpu-1'] }] }] }, node)).toBe(true)
  })
  it('needs the node selector as well', () => {
    expect(matchesRequiredNodeAffinity({ nodeSelector: { zone: 'a' } }, node)).toBe(true)
    expect(matchesRequiredNodeAffinity({ nodeSelector: { zone: 'b' } }, node)).toBe(false)
  })
  it('adds up the weights of what it prefers', () => {
    const preferences = compilePreferences([
      { weight: 10, preference: { matchExpressions: [{ key: 'gpus', operator: 'Gt', values: ['4'] }] } },
      { weight: 5, preference: { matchExpressions: [{ key: 'zone', operator: 'NotIn', values: ['a'] }] } },
    ])
    expect('error' in preferences ? -1 : scorePreferences(preferences, node)).toBe(10)
  })
})

describe('a toleration', () => {
  const taint = { key: 'nvidia.com/gpu', value: 'present', effect: 'NoSchedule' } as const
  const cases: [name: string, toleration: Parameters<typeof toleratesTaint>[0], tolerates: boolean][] = [
    ['of the same key, value and effect', { key: 'nvidia.com/gpu', value: 'present', effect: 'NoSchedule' }, true],
    ['with Exists needs no value', { key: 'nvidia.com/gpu', operator: 'Exists' }, true],
    ['with Exists and no key tolerates all', { operator: 'Exists' }, true],
    ['of another value', { key: 'nvidia.com/gpu', value: 'no' }, false],
    ['of another effect', { key: 'nvidia.com/gpu', operator: 'Exists', effect: 'NoExecute' }, false],
  ]
  it.each(cases)('%s', (_name, toleration, tolerates) => expect(toleratesTaint(toleration, taint)).toBe(tolerates))
  it('leaves the first taint that nothing tolerates', () => {
    const soft = { key: 'soft', effect: 'PreferNoSchedule' } as const
    expect(findUntoleratedTaint([soft, taint], [], hardEffects)).toBe(taint)
    expect(formatTaint(taint)).toBe('nvidia.com/gpu=present:NoSchedule')
  })
})
