/** Why a server ends at its start: a configuration that it refuses, or places where it cannot write. Parameters of the image say what it needs. */

import type { FileView, ProgramSpec } from '../program.ts'

const readOnly = 'Read-only file system'
const duration = /^\d+(?:\.\d+)?(?:ms|s|m)$/

/**
 * The message with which a server ends at its start; undefined when it can start. Parameters: `writes` (paths that it
 * writes to, with commas), `config_file` with `config_keys` (that must be there) and `config_durations` (whose values
 * must be durations such as 50ms), unless the command says --ignore-config.
 */
export function startError({ parameters, argv }: ProgramSpec, files: FileView): string | undefined {
  const listed = (name: string): string[] => (typeof parameters[name] === 'string' ? (parameters[name] as string).split(',') : [])
  const closed = listed('writes').find((path) => files.writeError?.(`${path}/cache.lock`) === readOnly)
  if (closed !== undefined) return `OSError: [Errno 30] Read-only file system: '${closed}/cache.lock'`
  const path = parameters['config_file']
  return typeof path === 'string' && !argv.includes('--ignore-config') ? configError(path, files.read(path), listed('config_keys'), listed('config_durations')) : undefined
}

function configError(path: string, text: string | undefined, keys: readonly string[], durations: readonly string[]): string | undefined {
  if (text === undefined) return `config: open ${path}: no such file or directory`
  const values = new Map(text.split('\n').flatMap((line): [string, string][] => {
    const pair = /^\s*([\w.-]+):\s*(.*?)\s*$/.exec(line)
    return pair === null ? [] : [[pair[1], pair[2].replace(/^(["'])(.*)\1$/, '$2')]]
  }))
  const missing = keys.find((key) => !values.has(key))
  if (missing !== undefined) return `config: missing key "${missing}"`
  const wrong = durations.find((key) => values.has(key) && !duration.test(values.get(key)!))
  return wrong === undefined ? undefined : `config: invalid value "${values.get(wrong)}" for ${wrong}`
}
