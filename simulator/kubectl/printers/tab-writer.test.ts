import { expect, it } from 'vitest'
import { alignTabs, describeTabs, tableTabs, TabWriter } from './tab-writer.ts'

it.each([
  ['pads the columns of a table', 'NAME\tREADY\tAGE\nweb\t1/1\t5s\nlonger-name\t0/1\t3m\n', 'NAME          READY   AGE\nweb           1/1     5s\nlonger-name   0/1     3m\n'],
  ['leaves the last cell alone', 'A\tB\nlong\tx\n', 'A      B\nlong   x\n'],
])('%s', (_name, text, want) => {
  expect(alignTabs(text, tableTabs)).toBe(want)
})

it('aligns only neighboring lines with the same column', () => {
  expect(alignTabs('Name:\tweb\nLabels:\tapp=web\nno column\nIP:\t10.0.0.1\n', describeTabs)).toBe('Name:    web\nLabels:  app=web\nno column\nIP:  10.0.0.1\n')
})

it('writes nothing when nothing was given', () => {
  expect(new TabWriter(tableTabs).flush()).toBe('')
})
