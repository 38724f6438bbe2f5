/** Programs by name, and which program a command line starts. */

import { batchScorer } from './batch-scorer.ts'
import { curl } from './curl.ts'
import { dataStore } from './data-store.ts'
import { exampleApp } from './example-app.ts'
import { inferenceServer } from './inference-server/program.ts'
import { loadGenerator } from './load-generator/program.ts'
import { nginx } from './nginx/program.ts'
import { pause } from './pause.ts'
import { shell } from './shell/program.ts'
import { sleeper } from './sleeper.ts'
import { tokenProxy } from './token-proxy.ts'
import { trainer } from './trainer/program.ts'
import type { FileView, ImageEntry, Program } from './program.ts'
import { gpuFolder } from './sh/tools/nvidia-smi.ts'

/** All programs, in alphabetical order. */
export const programs: readonly Program[] = [
  batchScorer as unknown as Program,
  curl as unknown as Program,
  dataStore as unknown as Program,
  exampleApp as unknown as Program,
  inferenceServer as unknown as Program,
  loadGenerator as unknown as Program,
  nginx as unknown as Program,
  pause as unknown as Program,
  shell as unknown as Program,
  sleeper as unknown as Program,
  tokenProxy as unknown as Program,
  trainer as unknown as Program,
]

/** The program of a name. One that is not there runs as a sleeper. */
export function findProgram(name: string): Program {
  return programs.find((program) => program.name === name) ?? (sleeper as unknown as Program)
}

/** Why a command cannot be started: not found in $PATH, no such file, a file that is not executable, a directory. */
export type CommandError = 'notInPath' | 'noFile' | 'notExecutable' | 'directory'

/** What a command line starts: a program, or why none. */
export type ResolvedCommand = { readonly program: string } | { readonly error: CommandError }

/** Commands that a program answers to by itself, besides the image's own first words. */
const ownCommands: { readonly [program: string]: readonly string[] } = {
  'example-app': ['/app', 'app'],
  nginx: ['nginx', '/docker-entrypoint.sh', '/usr/sbin/nginx'],
  curl: ['curl', '/usr/bin/curl', '/entrypoint.sh'],
  pause: ['/pause', 'pause'],
}

/** Images whose program stands for an interpreter: what the shell does not know is theirs. */
const interpreters: readonly string[] = ['inference-server', 'trainer', 'queue-worker', 'batch-scorer', 'load-generator', 'drift-check', 'model-fetcher', 'vector-cache', 'sleeper', 'token-proxy', 'data-store']

const shellNames: readonly string[] = ['sh', 'bash', 'ash']

/** Commands of busybox, each an applet or a builtin that exists as a file in /bin. */
export const applets: ReadonlySet<string> = new Set([
  'sh', 'ash', 'awk', 'base64', 'basename', 'cat', 'chmod', 'chown', 'clear', 'cp', 'cut', 'date', 'dd', 'df', 'diff', 'dirname', 'dmesg', 'du', 'echo', 'egrep', 'env', 'expr', 'factor', 'false',
  'fgrep', 'find', 'free', 'grep', 'gunzip', 'gzip', 'head', 'hostname', 'httpd', 'id', 'ifconfig', 'install', 'ip', 'kill', 'killall', 'less', 'ln', 'logger', 'ls', 'md5sum', 'mkdir', 'mktemp',
  'more', 'mount', 'mv', 'nc', 'netstat', 'nohup', 'nproc', 'nslookup', 'od', 'paste', 'pgrep', 'pidof', 'ping', 'pkill', 'printenv', 'printf', 'ps', 'pwd', 'readlink', 'realpath', 'rev', 'rm',
  'rmdir', 'sed', 'seq', 'sha1sum', 'sha256sum', 'sleep', 'sort', 'split', 'stat', 'stty', 'sync', 'tac', 'tail', 'tar', 'tee', 'telnet', 'test', '[', 'time', 'timeout', 'top', 'touch', 'tr',
  'traceroute', 'true', 'truncate', 'tty', 'umask', 'uname', 'uniq', 'unzip', 'uptime', 'usleep', 'vi', 'watch', 'wc', 'wget', 'which', 'who', 'whoami', 'xargs', 'yes', 'zcat',
])

/** True when an image has a shell and its tools. Parameter `shell: false` takes them out. */
export function hasShell(entry: ImageEntry): boolean {
  return entry.parameters['shell'] !== false && findProgram(entry.program).hasShell
}

/** The alpine image of nginx has curl, as curl's own. */
function hasCurl(entry: ImageEntry): boolean {
  return entry.program === 'nginx' || entry.program === 'curl'
}

function isTool(command: string, entry: ImageEntry): boolean {
  const name = command.replace(/^(\/usr)?(\/local)?\/s?bin\//, '')
  if (name.includes('/')) return false
  return applets.has(name) || (name === 'bash' && entry.parameters['bash'] === true)
}

/** Finds what `argv` starts in a container of an image. */
export function resolveCommand(entry: ImageEntry, argv: readonly string[], files: FileView): ResolvedCommand {
  const command = argv[0] ?? ''
  const isOwn = ownCommands[entry.program]?.includes(command) === true || (command === entry.argv[0] && !shellNames.includes(command.replace(/^.*\//, '')))
  if (isOwn && entry.program !== 'shell') return { program: entry.program }
  if (hasCurl(entry) && command.replace(/^\/usr\/bin\//, '') === 'curl') return { program: 'curl' }
  if (hasShell(entry) && isTool(command, entry)) return { program: 'shell' }
  // The NVIDIA runtime brings it, whatever the image is.
  if (command.replace(/^\/usr\/bin\//, '') === 'nvidia-smi' && files.list(gpuFolder) !== undefined) return { program: 'shell' }
  if (command.startsWith('/')) {
    if (files.list(command) !== undefined) return { error: 'directory' }
    const text = files.read(command)
    if (text !== undefined) return text.startsWith('#!') ? { program: 'shell' } : { error: 'notExecutable' }
  }
  if (interpreters.includes(entry.program)) return { program: entry.program }
  return { error: command.includes('/') ? 'noFile' : 'notInPath' }
}
