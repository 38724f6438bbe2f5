/** The texts of all labs, scenarios, cards and pages, as one chunk that is loaded after the first paint. */

const texts = import.meta.glob<string>(['../../../labs/**/*.{yaml,yml,md,sh}', '../../../scenarios/**/*.{yaml,yml,md,sh}', '../../../docs/cards/*.md', '../../../docs/what-is-simulated.md'], { query: '?raw', import: 'default', eager: true })

/** Texts by path from the top of the project, such as `scenarios/s01-fix-selector/task.yaml`. */
export const contentFiles: ReadonlyMap<string, string> = new Map(Object.entries(texts).map(([path, text]) => [path.replace(/^(?:\.\.\/)+/, ''), text]))
