import { describe, expect, it } from 'vitest'
import { readLibrary } from '../../src/cli/files.ts'
import { proveLab, proveTask } from './prove.ts'

const library = readLibrary()

describe.each(library.tasks.map((task) => ({ id: task.id, task })))('task $id', ({ task }) => {
  it('proves itself', { timeout: 120_000 }, () => {
    const failed = proveTask(library, task).filter((proof) => !proof.ok)
    expect(failed.map((proof) => `${proof.name}\n${proof.detail}`)).toEqual([])
  })
})

describe.each(library.labs.map((lab) => ({ id: lab.id, lab })))('lab $id', ({ lab }) => {
  it('proves itself', { timeout: 120_000 }, () => {
    const failed = proveLab(library, lab).filter((proof) => !proof.ok)
    expect(failed.map((proof) => `${proof.name}\n${proof.detail}`)).toEqual([])
  })
})
