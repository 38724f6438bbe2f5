/** `npm run content [-- PATH...]`: proves labs and tasks and prints their grade tables. A path or an id chooses. */

import { readLibrary } from '../../src/cli/files.ts'
import { proveLab, proveTask } from './prove.ts'
import type { Proof } from './prove.ts'

const library = readLibrary()
const wanted = process.argv.slice(2).map((path) => path.replace(/\/+$/, '').split('/').at(-1) ?? path)
const subjects = [
  ...library.tasks.map((task) => ({ id: task.id, prove: () => proveTask(library, task) })),
  ...library.labs.map((lab) => ({ id: lab.id, prove: () => proveLab(library, lab) })),
]
const chosen = subjects.filter(({ id }) => wanted.length === 0 || wanted.includes(id))
if (chosen.length === 0) {
  console.error(`nothing is named ${wanted.join(' ')}; there are: ${subjects.map(({ id }) => id).join(', ')}`)
  process.exit(2)
}
const proofs: Proof[] = []
for (const { prove } of chosen) {
  for (const proof of prove()) {
    proofs.push(proof)
    console.log(`${proof.ok ? 'ok    ' : 'FAILED'} ${proof.name}\n         ${proof.detail}`)
  }
}
const failed = proofs.filter((proof) => !proof.ok).length
console.log(`${proofs.length - failed} passed, ${failed} failed`)
process.exit(failed === 0 ? 0 : 1)
