import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { areaNames, conformanceFolder, defaultFiles, loadRunner, readSkips, runFile } from './run-area.ts'

const pinnedPath = join(conformanceFolder, 'pinned.json')
const pinned = (existsSync(pinnedPath) ? JSON.parse(readFileSync(pinnedPath, 'utf8')) : {}) as { [file: string]: number }
const skips = readSkips()

for (const area of areaNames()) {
  const runner = await loadRunner(area)
  describe(`conformance with the recorded answers of ${area}`, () => {
    it('has corpus files', () => {
      expect(defaultFiles(runner)).not.toEqual([])
    })
    for (const path of defaultFiles(runner)) {
      const report = path.replace(`${conformanceFolder}/`, '')
      it(`${report} keeps its number of passing cases`, { timeout: 120_000 }, () => {
        const { file, results } = runFile(runner, path, skips)
        const passing = results.filter((result) => result.ok).length
        const least = pinned[`${area}/${file}`]
        expect(least, `${area}/${file} has no pin: node test/conformance/main.ts --pin`).toBeDefined()
        expect(results.length, `${area}/${file} has no case`).toBeGreaterThan(0)
        expect(passing, `${area}/${file}: fewer cases pass than pinned`).toBeGreaterThanOrEqual(least!)
        if (passing > least!) console.info(`${area}/${file}: ${passing} cases pass, ${least} are pinned. Raise it: node test/conformance/main.ts --pin`)
      })
    }
  })
}
