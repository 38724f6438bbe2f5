/**
 * The programs of this machine that `podflight kind` may start, with fixed lists of arguments and never through a shell.
 * Grading starts none.
 */

import { spawn } from 'node:child_process'
import { accessSync, constants, statSync } from 'node:fs'
import { delimiter, isAbsolute, join } from 'node:path'

/** Nothing else is ever started. */
export type Program = 'kind' | 'docker' | 'podman'

/** How a program ended. */
export interface Outcome {
  readonly code: number
  readonly output: string
  /** It was stopped after its time. */
  readonly isLate: boolean
}

type Environment = { readonly [name: string]: string | undefined }

const outputMax = 64 * 1024
const askMsMax = 15_000

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return statSync(path).isFile()
  } catch {
    return false
  }
}

/** Where a program lies. Folders of PATH that are relative are left out: they would mean the folder one happens to be in. */
export function findProgram(program: Program, environment: Environment): string | undefined {
  const endings = process.platform === 'win32' ? ['.exe'] : ['']
  const folders = (environment['PATH'] ?? '').split(delimiter).filter((folder) => isAbsolute(folder))
  return folders.flatMap((folder) => endings.map((ending) => join(folder, `${program}${ending}`))).find(isProgram)
}

/** Runs a program and gathers what it says. Never rejects: a program that cannot start has code 127. */
export function ask(path: string, args: readonly string[], environment: Environment): Promise<Outcome> {
  return new Promise((resolve) => {
    let output = ''
    let isLate = false
    const child = spawn(path, args, { env: { ...environment }, shell: false, stdio: ['ignore', 'pipe', 'pipe'] })
    const timer = setTimeout(() => {
      isLate = true
      child.kill('SIGKILL')
    }, askMsMax)
    const gather = (chunk: Buffer): void => {
      if (output.length < outputMax) output += chunk.toString('utf8')
    }
    child.stdout.on('data', gather)
    child.stderr.on('data', gather)
    child.on('error', (error) => {
      clearTimeout(timer)
      resolve({ code: 127, output: error.message, isLate })
    })
    child.on('close', (code) => {
      clearTimeout(timer)
      resolve({ code: code ?? 128, output: output.trim(), isLate })
    })
  })
}

/** Runs a program whose words the person reads as they come. @returns its exit code */
export function follow(path: string, args: readonly string[], environment: Environment): Promise<number> {
  return new Promise((resolve) => {
    const child = spawn(path, args, { env: { ...environment }, shell: false, stdio: ['ignore', 'inherit', 'inherit'] })
    child.on('error', () => resolve(127))
    child.on('close', (code) => resolve(code ?? 128))
  })
}
