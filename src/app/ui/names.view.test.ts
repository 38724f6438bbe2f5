import { describe, expect, test } from 'vitest'
import { cutName, splitName } from './names.view.ts'

describe('names keep their ends', () => {
  test.each([['mock-inference-7b54d9f6c9-hxq2m', '-hxq2m'], ['web-1', 'web-1'], ['averylongnamewithoutdashes', 'dashes']])('%s ends in %s', (name, tail) => { expect(splitName(name).tail).toBe(tail) })
  test('head and tail make the name', () => { const { head, tail } = splitName('kube-apiserver-flight-control-plane'); expect(head + tail).toBe('kube-apiserver-flight-control-plane') })
  test.each([[20, 'mock-inferenc…-hxq2m'], [40, 'mock-inference-7b54d9f6c9-hxq2m']])('cut to %i characters', (max, text) => { expect(cutName('mock-inference-7b54d9f6c9-hxq2m', max)).toBe(text); expect(text.length).toBeLessThanOrEqual(max) })
})
