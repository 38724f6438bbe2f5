import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { areaNames, conformanceFolder, corpusGroups, countPassing, loadRunner, readSkips } from './run-area.ts'

const pinnedPath = join(conformanceFolder, 'pinned.json')
const pinned = (existsSync(pinnedPath) ? JSON.parse(readFileSync(pinnedPath, 'utf8')) : {}) as { [file: string]: number }
const skips = readSkips()

for (const area of areaNames()) {
  const runner = await loadRunner(area)
  describe(`conformance with the recorded answers of ${area}`, () => {
    const groups = corpusGroups(runner)
    it('has corpus files', () => {
      expect(groups.size).toBeGreaterThan(0)
    })
    for (const [id, paths] of groups) {
      it(`${id} keeps its number of passing cases`, { timeout: 120_000 }, () => {
        const { passed, all } = countPassing(runner, paths, skips)
        const least = pinned[id]
        expect(least, `${id} has no pin: npm run conform -- --pin`).toBeDefined()
        expect(all, `${id} has no case`).toBeGreaterThan(0)
        expect(passed, `${id}: fewer cases pass than pinned`).toBeGreaterThanOrEqual(least!)
        if (passed > least!) console.info(`${id}: ${passed} cases pass, ${least} are pinned. Raise it: npm run conform -- --pin`)
      })
    }
  })
}
