import { expect, test } from 'vitest'
import { clampSize, sizeAfterKey } from './split-size.ts'

const limits = { min: 320, max: 560, initial: 396 }

test.each([['ArrowRight', 1, 412], ['ArrowLeft', 1, 380], ['ArrowRight', -1, 380], ['Home', 1, 320], ['End', 1, 560], ['x', 1, undefined]] as const)('%s in direction %i gives %s', (key, direction, size) => { expect(sizeAfterKey(key, 396, limits, direction)).toBe(size) })
test('a size stays inside its limits', () => { expect([clampSize(100, limits), clampSize(900, limits), clampSize(400.4, limits)]).toEqual([320, 560, 400]) })
