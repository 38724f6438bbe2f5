import { describe, expect, it } from 'vitest'
import { openStream } from './random.ts'
import { Table } from './table.ts'

const draw = (positions: Table<number>, name: string, count: number, seed = 7): number[] => {
  const stream = openStream(positions, seed, name)
  return Array.from({ length: count }, () => stream.nextInt(1000))
}

describe('random streams', () => {
  it('give the same numbers for the same seed and name, others for others', () => {
    const first = draw(new Table(), 'kubelet', 20)
    expect(draw(new Table(), 'kubelet', 20)).toEqual(first)
    expect(draw(new Table(), 'kubelet', 20, 8)).not.toEqual(first)
    expect(draw(new Table(), 'scheduler', 20)).not.toEqual(first)
  })

  it('do not move one another: a draw elsewhere changes nothing here', () => {
    const alone = draw(new Table(), 'kubelet', 6)
    const positions = new Table<number>()
    const first = draw(positions, 'kubelet', 3)
    draw(positions, 'scheduler', 11)
    expect([...first, ...draw(positions, 'kubelet', 3)]).toEqual(alone)
  })

  it('go on where the saved position stands', () => {
    const positions = new Table<number>()
    draw(positions, 'a', 4)
    const copy = new Table<number>()
    copy.restore(positions.save())
    expect(draw(copy, 'a', 5)).toEqual(draw(positions, 'a', 5))
  })

  it('stay in their bounds and reach every value', () => {
    const stream = openStream(new Table(), 3, 'x')
    const seen = new Set(Array.from({ length: 400 }, () => stream.nextInt(6)))
    expect([...seen].sort((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5])
    const units = Array.from({ length: 400 }, () => stream.nextUnit())
    expect(units.every((unit) => unit >= 0 && unit < 1)).toBe(true)
    expect(units.reduce((sum, unit) => sum + unit, 0) / 400).toBeCloseTo(0.5, 1)
  })
})
