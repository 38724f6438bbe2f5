/** A grading on both clusters as text, and as the JUnit report that build servers read. */

import type { KindGrade, ParityRow } from '../session/kind-wire.ts'

/** True when every check that the real cluster could judge holds there. */
export function isPassed({ rows }: KindGrade): boolean {
  return rows.every(({ parity, kind }) => parity === 'not gradable' || kind?.passed === true)
}

function word({ kind, parity }: ParityRow): string {
  return parity === 'not gradable' ? 'not gradable' : kind?.passed === true ? 'holds' : 'fails'
}

/** Rows for people: one check each, with both verdicts and what was found. */
export function parityText(grade: KindGrade): string {
  const lines = grade.rows.flatMap((row) => {
    const { check, parity, simulator, kind, reason } = row
    return [
      `  ${parity.padEnd(12)}  ${check}  ${simulator.title}`,
      `                simulator: ${simulator.passed ? 'holds' : 'fails'}  ${simulator.actual}`,
      ...(parity === 'not gradable' ? [`                kind:      not gradable here: ${reason}`] : [`                kind:      ${word(row)}  ${kind?.actual}`]),
      ...(parity !== 'agree' || simulator.passed ? [] : [`                expected:  ${simulator.expected}`, `                why:       ${simulator.why}`]),
    ]
  })
  const left = grade.leftovers.map((text) => `left on the cluster: ${text}`)
  return [`${grade.task}: simulator ${grade.earnedOnSimulator}, ${grade.context} ${grade.earnedOnKind} of ${grade.points} points`, ...lines, ...left].join('\n')
}

/** XML has no control characters but tab and line ends. */
function isPlain(letter: string): boolean {
  return letter >= ' ' || letter === '\n' || letter === '\t'
}

function escaped(text: string): string {
  return [...text].filter(isPlain).join('').replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;')
}

function testCase(task: string, row: ParityRow): string {
  const { check, parity, simulator, kind, reason } = row
  const head = `    <testcase classname="${escaped(task)}" name="${escaped(`${check}: ${simulator.title}`)}"`
  if (parity === 'not gradable') return `${head}><skipped message="${escaped(reason ?? '')}"/></testcase>`
  const found = `expected: ${simulator.expected}\nkind: ${kind?.actual ?? ''}\nsimulator: ${simulator.actual}\nwhy: ${simulator.why}`
  const note = parity === 'differ' ? '\n      <system-out>the simulator says otherwise</system-out>\n    ' : ''
  if (kind?.passed === true) return note === '' ? `${head}/>` : `${head}>${note}</testcase>`
  return `${head}><failure message="${escaped(simulator.expected)}">${escaped(found)}</failure>${note}</testcase>`
}

/** A JUnit report: a suite for the task, a case for each check; what is not gradable is skipped. */
export function junitReport(grade: KindGrade): string {
  const skipped = grade.rows.filter(({ parity }) => parity === 'not gradable').length
  const failed = grade.rows.filter(({ parity, kind }) => parity !== 'not gradable' && kind?.passed !== true).length
  return [
    '<?xml version="1.0" encoding="UTF-8"?>', '<testsuites>',
    `  <testsuite name="${escaped(`${grade.task} on ${grade.context}`)}" tests="${grade.rows.length}" failures="${failed}" errors="0" skipped="${skipped}">`,
    ...grade.rows.map((row) => testCase(grade.task, row)),
    '  </testsuite>', '</testsuites>', '',
  ].join('\n')
}
