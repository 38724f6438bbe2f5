/**
 * Time budgets for calculations on what a real cluster holds. Regular expressions and CEL of a check run over texts that
 * the learner chose, and neither library can be stopped by itself. V8 can: a calculation inside a script with a timeout is
 * ended wherever it is, also within a regular expression.
 */

import { createContext, Script } from 'node:vm'
import { BridgeError } from '../contract.ts'

/** Longest calculation of one check, in ms. Those of the course take less than one. */
export const checkMsMax = 2000

const script = new Script('work()')

/** What `work()` is inside the script. The calculation itself runs in the realm of this program. */
const globals: { work: () => void } = { work: () => undefined }
const context = createContext(globals)

function isTimeout(error: unknown): boolean {
  return (error as NodeJS.ErrnoException | null)?.code === 'ERR_SCRIPT_EXECUTION_TIMEOUT'
}

/** Runs a calculation, and ends it after `msMax`. */
export function runLimited(work: () => void, msMax: number): void {
  globals.work = work
  script.runInContext(context, { timeout: msMax })
}

/**
 * What a synchronous calculation returns.
 * @throws BridgeError when it takes longer than `msMax`; what it throws itself otherwise
 */
export function withinBudget<T>(work: () => T, msMax = checkMsMax): T {
  let result: { readonly value: T } | undefined
  try {
    runLimited(() => {
      result = { value: work() }
    }, msMax)
  } catch (error) {
    if (isTimeout(error)) throw new BridgeError(`a calculation took longer than ${msMax / 1000} s and was ended`)
    throw error
  }
  return result!.value
}
