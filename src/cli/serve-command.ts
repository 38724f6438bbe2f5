/** `podflight serve`: the app on loopback and, with --kind, the bridge to clusters of kind. */

import { RealBackend } from '../server/bridge/kind-backend.ts'
import { BridgeError } from '../server/kind/contract.ts'
import { buildFolder, ensureBuild } from '../server/serve/build.ts'
import { startServe } from '../server/serve/serve.ts'
import type { Served } from '../server/serve/serve.ts'
import type { KindContexts } from '../session/kind-wire.ts'
import { readOptions } from './arguments.ts'
import { readLibrary } from './files.ts'
import { kubeconfigPlace, readImages } from './grade-on-kind.ts'
import { UsageError } from './user-input.ts'

const defaultPort = 4180

function portOf(text: string | undefined): number {
  const port = Number(text ?? defaultPort)
  if (text?.trim() === '' || !Number.isInteger(port) || port < 0 || port > 65_535) throw new UsageError(`--port takes a port number, not ${text}`)
  return port
}

/** What the terminal says once the server listens. */
function greeting({ address }: Served, hasBridge: boolean, { contexts, problem }: KindContexts): string {
  if (!hasBridge) return `Podflight: ${address}`
  const rows = contexts.map(({ name, refused }) => (refused === undefined ? `  ${name}` : `  ${name} is not used: ${refused}`))
  return [
    `Podflight with the kind bridge: ${address}`, 'Open this very address: what stands behind # lets the page use the bridge. Keep it to yourself.',
    rows.length === 0 ? `Contexts of kind: none yet${problem === undefined ? '' : ` (${problem})`}; podflight kind up makes one` : 'Contexts of kind:', ...rows, 'Ctrl+C stops gradings, cleans up and ends.',
  ].join('\n')
}

function untilStopped(served: Served): Promise<number> {
  return new Promise((done) => {
    const stop = (): void => {
      console.log('Stopping; what a grading created is removed first.')
      void served.stop().then(() => done(0))
    }
    process.once('SIGINT', stop)
    process.once('SIGTERM', stop)
  })
}

function backendOf(options: { readonly [name: string]: string | undefined }): RealBackend {
  const { '--kubeconfig': named, '--images': images } = options
  return new RealBackend({ library: readLibrary(), place: kubeconfigPlace(named), ...(images === undefined ? {} : { images: readImages(images) }) })
}

/** The command. @returns the exit code, when the server was stopped */
export async function serveCommand(argv: readonly string[]): Promise<number> {
  const { values, flags, rest } = readOptions(argv, { values: ['--port', '--kubeconfig', '--images'], flags: ['--kind'] })
  if (rest.length > 0) throw new UsageError(`serve takes no ${rest[0]}`)
  const hasBridge = flags.has('--kind')
  if (!hasBridge && (values['--kubeconfig'] !== undefined || values['--images'] !== undefined)) throw new UsageError('--kubeconfig and --images belong to --kind')
  const port = portOf(values['--port'])
  try {
    const backend = hasBridge ? backendOf(values) : undefined
    const contexts = (await backend?.contexts()) ?? { contexts: [] }
    if (!ensureBuild()) return 1
    const served = await startServe({ root: buildFolder, port, ...(backend === undefined ? {} : { backend }) }).catch((error: Error) => {
      throw new UsageError(`cannot listen on port ${port}: ${error.message}`)
    })
    console.log(greeting(served, hasBridge, contexts))
    return await untilStopped(served)
  } catch (error) {
    throw error instanceof BridgeError ? new UsageError(error.message) : error
  }
}
