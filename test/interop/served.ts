/** A served cluster in a process of its own, as a user starts it. */

import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { existsSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { setTimeout as sleep } from 'node:timers/promises'

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..')
const startTries = 2400
const pollMs = 50

export interface Served {
  readonly kubeconfig: string
  readonly folder: string
  /** Ends the process: 'SIGKILL' without a warning. */
  stop(signal?: NodeJS.Signals): Promise<void>
}

/** Starts `podflight api` on a free port. @param folder where kubeconfig and state are, for a second start */
export async function serve(folder = mkdtempSync(join(tmpdir(), 'podflight-interop-')), more: readonly string[] = []): Promise<Served> {
  const kubeconfig = join(folder, `kubeconfig-${process.hrtime.bigint()}`)
  const args = ['--disable-warning=ExperimentalWarning', join(root, 'src/cli/main.ts'), 'api', '--port', '0', '--kubeconfig', kubeconfig, '--state', join(folder, 'state'), ...more]
  const child: ChildProcess = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'inherit'] })
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  for (let i = 0; i < startTries && !existsSync(kubeconfig); i++) {
    if (child.exitCode !== null) throw new Error(`the server ended with code ${child.exitCode}`)
    await sleep(pollMs)
  }
  if (!existsSync(kubeconfig)) throw new Error('the server did not start in time')
  return {
    kubeconfig, folder,
    async stop(signal = 'SIGTERM') {
      child.kill(signal)
      await ended
    },
  }
}
