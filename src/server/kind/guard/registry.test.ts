import { readdirSync, readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { guards } from './registry.ts'

/** The view says what cannot be graded, which is no guard. */
const folders = ['src/server/kind', 'src/server/kind/guard', 'src/server/bridge', 'src/server/serve']

function sources(): readonly string[] {
  return folders.flatMap((folder) => readdirSync(folder).filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts')).map((file) => `${folder}/${file}`))
}

it('names every guard of the bridge, each with its file and with tests that bear its name', () => {
  const written = sources().flatMap((file) => [...readFileSync(file, 'utf8').matchAll(/^export (?:async )?function (refuse\w+)/gm)].map(([, name]) => `${file} ${name}`))
  expect(written.length).toBeGreaterThan(60)
  expect(written.filter((each) => !guards.some(({ file, name }) => `${file} ${name}` === each))).toEqual([])
  const untested = guards.filter(({ name, test }) => !readFileSync(test, 'utf8').includes(name))
  expect(untested.map(({ name }) => name)).toEqual([])
})
