/** `npm run oracle:build [-- --node]`: builds the real programs; `--node` those of a real node, too. */

import { buildPrograms, programsFolder } from './programs.ts'

const problem = buildPrograms(process.argv.includes('--node'), (line) => console.log(line))
console.log(problem ?? `built in ${programsFolder()}`)
process.exit(problem === undefined ? 0 : 1)
