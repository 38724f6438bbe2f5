/** One grading in a process of its own, to be killed: `grade-once.ts KUBECONFIG CONTEXT TASK`. Prints the verdict as JSON. */

import { readLibrary } from '../../src/cli/files.ts'
import { gradeOnKind } from '../../src/server/kind/grade.ts'
import { connect } from './stack.ts'

const [kubeconfig = '', context = '', id = ''] = process.argv.slice(2)
const library = readLibrary()
const task = library.tasks.find((one) => one.id === id)
if (task === undefined) throw new Error(`no task is named ${id}`)
const connection = await connect(kubeconfig, context)
console.log('grading')
const { rows, leftovers } = await gradeOnKind({ task, library, connection, script: task.solution.script, settleSecondsMax: 10 })
console.log(JSON.stringify({ rows, leftovers }))
connection.close()
