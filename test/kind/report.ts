/** What the kind tests print: a line a claim, as the other test programs do. */

export const count = { passed: 0, failed: 0, skipped: 0 }
const shownCharacters = 1500

export function pass(name: string): void {
  count.passed++
  console.log(`ok      ${name}`)
}

export function fail(name: string, problem: string): void {
  count.failed++
  console.log(`FAILED  ${name}\n        ${problem.slice(0, shownCharacters).replaceAll('\n', '\n        ')}`)
}

export function skip(name: string, reason: string): void {
  count.skipped++
  console.log(`skipped ${name}: ${reason}`)
}

/** Runs a claim; what it returns or throws is the problem. */
export async function check(name: string, run: () => Promise<string | undefined>): Promise<void> {
  const startedMs = performance.now()
  const problem = await run().catch((error: unknown) => (error instanceof Error ? (error.stack ?? error.message) : String(error)))
  const seconds = ((performance.now() - startedMs) / 1000).toFixed(1)
  if (problem === undefined) pass(`${name} (${seconds} s)`)
  else fail(`${name} (${seconds} s)`, problem)
}
