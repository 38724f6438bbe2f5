import { describe, expect, it } from 'vitest'
import { readArchive, writeArchive } from './archive.ts'

describe('tar archives', () => {
  it.each([
    { name: 'files and folders', entries: [{ name: 'd' }, { name: 'd/a.txt', text: 'one\n' }, { name: 'd/empty', text: '' }] },
    { name: 'text of more than one byte a letter', entries: [{ name: 'ü.txt'.replace('ü', 'u'), text: 'zwei ü €\n' }] },
    { name: 'a file of a whole block', entries: [{ name: 'a', text: 'x'.repeat(512) }, { name: 'b', text: 'y' }] },
    { name: 'a name of more than a hundred letters', entries: [{ name: `${'f'.repeat(60)}/${'g'.repeat(60)}`, text: 'deep' }] },
  ])('keep $name', ({ entries }) => { expect(readArchive(writeArchive(entries))).toEqual(entries) })

  it('have the sums that other programs check', () => {
    const header = writeArchive([{ name: 'a', text: 'b' }]).slice(0, 512)
    const blank = `${header.slice(0, 148)}        ${header.slice(156)}`
    expect(Number.parseInt(header.slice(148, 154), 8)).toBe([...blank].reduce((sum, letter) => sum + letter.charCodeAt(0), 0))
  })

  it('are not read from other text', () => { expect(readArchive('x'.repeat(600))).toBeUndefined() })
  it('may be empty', () => { expect(readArchive(writeArchive([]))).toEqual([]) })
})
