/**
 * The course invents its images. On a real cluster a small public image stands in for each; `podflight grade --show-images`
 * prints this table, and `--images FILE` puts another one in its place.
 */

import type { ScenarioImage } from '../../../content/types.ts'
import { BridgeError } from '../contract.ts'
import type { ImageTable, StandIn } from '../contract.ts'
import { listenerProgram, serverProgram, storeProgram, workerProgram } from './programs.ts'

/** With its digest, so that the tag is free to say which image of the course it stands for. */
export const pythonImage = 'docker.io/library/python:3.12-alpine@sha256:6d43704baacd1bfbe7c295d7f13079d5d8104ed33568873133f8fc69980419df'

function python(program: string, ...parameters: readonly (string | number)[]): StandIn {
  return { image: pythonImage, command: ['python3', '-u', '-c', program, ...parameters.map(String)] }
}

/** Makes the stand-in of an image; its reference is the first parameter of every program. */
type Maker = (image: string) => StandIn

/** What an image needs at its start, by the names of the simulator's parameters. */
type Needs = NonNullable<ScenarioImage['parameters']>

interface ServerParts { readonly score?: number; readonly version?: string; readonly needs?: Needs }

function server(loadSeconds: number, port = 8000, { score = 0.91, version, needs = {} }: ServerParts = {}): Maker {
  return (image) => python(serverProgram, image, port, loadSeconds, version ?? tagOf(image), score, JSON.stringify(needs))
}

/** @param store address of the data store that it asks first; '' asks none */
function worker(seconds: number, store = ''): Maker {
  return (image) => python(workerProgram, image, seconds, store)
}

function listener(port: number, body: string): Maker {
  return (image) => python(listenerProgram, image, port, body)
}

const example = 'registry.example.com'

/** What the grader's own pods run, from which requests start. */
export const probeImage = `${example}/podflight/probe:1`

const makers: { readonly [image: string]: Maker } = {
  [`${example}/sentiment-inference:v2.0.0`]: server(20),
  [`${example}/sentiment-inference:v2.1.0`]: server(25),
  [`${example}/sentiment-inference:v2.2.0`]: server(45),
  [`${example}/sentiment-inference:v2.3.0`]: server(25),
  [`${example}/sentiment-inference:v3.0.0`]: server(25, 8000, { score: 0.62 }),
  [`${example}/sentiment-inference:v3.0.1`]: server(25, 8000, { score: 0.9 }),
  [`${example}/fraud-model:1.4.1`]: server(8, 8080),
  [`${example}/fraud-model:1.4.2`]: server(8, 8080),
  [`${example}/reco-api:1.4.2`]: server(18, 8080, { needs: { writes: '/tmp,/cache' } }),
  [`${example}/vision-gpu:3.2.0-gpu`]: server(20),
  [`${example}/vision-gpu:3.2.0-cpu`]: server(20),
  [`${example}/text-gen:0.4.0-gpu`]: server(180),
  [`${example}/text-large:1.0.0`]: server(120),
  [`${example}/text-large:1.1.0`]: server(120),
  [`${example}/pricing-model:1.2.0`]: server(20, 8080),
  [`${example}/embed-api:2.0.0`]: server(10, 8080),
  'mlmodel:latest': server(5, 5000),
  'mlmodel:v1': server(5, 5000),
  'mlmodel:v2': server(5, 5000),
  [`${example}/embedding-trainer:v1.8.0`]: worker(20),
  'ml-image:latest': worker(20),
  [`${example}/batch-scorer:0.7.0`]: worker(20),
  [`${example}/embed-worker:0.9.0`]: worker(86_400),
  [`${example}/model-fetcher:1.2.0`]: worker(2),
  [`${example}/drift-check:0.3.0`]: worker(20),
  [`${example}/vector-cache:2.0.0`]: listener(6333, '{"status":"ok"}\n'),
  [`${example}/token-proxy:1.1.0`]: listener(9090, '{"token":"podflight"}\n'),
  [`${example}/loadgen:1.0.0`]: worker(86_400),
}

/** What stands in for the images of the course. */
export const courseImages: ImageTable = Object.fromEntries(Object.entries(makers).map(([image, make]) => [image, make(image)]))

function tagOf(image: string): string {
  const name = image.slice(image.lastIndexOf('/') + 1)
  return name.includes(':') ? name.slice(name.indexOf(':') + 1) : 'latest'
}

function needsOf(parameters: Needs): Needs {
  const names = ['needs_proxy', 'writes', 'config_file', 'config_keys', 'config_durations', 'live_after_s']
  return Object.fromEntries(Object.entries(parameters).filter(([name]) => names.includes(name)))
}

/** A stand-in for an image that a task brings itself; undefined for programs that have a public image of their own. */
function ofScenario(image: string, { program, parameters = {} }: ScenarioImage): StandIn | undefined {
  const port = Number(parameters['port'] ?? 8000)
  switch (program) {
    case 'inference-server': {
      const { load_s = 20, positive_share = 0.91, version } = parameters
      return server(Number(load_s), port, { score: Number(positive_share), needs: needsOf(parameters), ...(version === undefined ? {} : { version: String(version) }) })(image)
    }
    case 'trainer': return worker(20, String(parameters['data_url'] ?? ''))(image)
    case 'batch-scorer': case 'model-fetcher': case 'drift-check': return worker(20)(image)
    case 'data-store': return python(storeProgram, image, port, Number(parameters['failures'] ?? 0))
    case 'sleeper': return parameters['port'] === undefined ? worker(86_400)(image) : listener(port, 'ok')(image)
    case 'pause': case 'queue-worker': case 'load-generator': return worker(86_400)(image)
    case 'shell': return { image: pythonImage }
    case 'nginx': case 'curl': return undefined
    default: return listener(port, '{"status":"ok"}\n')(image)
  }
}

/** The table for a task: that of the user or of the course, and the images that the task brings. A user's entries come first, the course's last. */
export function imagesFor(scenario: { readonly images: { readonly [image: string]: ScenarioImage } }, table: ImageTable = courseImages): ImageTable {
  const own: { [image: string]: StandIn } = {}
  for (const [image, entry] of Object.entries(scenario.images)) {
    const standIn = ofScenario(image, entry)
    if (standIn !== undefined) own[image] = standIn
  }
  const probe = { [probeImage]: { image: pythonImage } }
  return table === courseImages ? { ...probe, ...table, ...own } : { ...probe, ...own, ...table }
}

/** Reads a user's table. @throws BridgeError with what is wrong in it */
export function readImageTable(value: unknown): ImageTable {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new BridgeError('the table of images must be an object: image of the course to { image, command }')
  for (const [image, entry] of Object.entries(value)) {
    const { image: stand, command } = (entry ?? {}) as { image?: unknown; command?: unknown }
    if (typeof stand !== 'string' || stand === '') throw new BridgeError(`the table of images: "${image}" has no image that stands for it`)
    if (command !== undefined && !(Array.isArray(command) && command.every((word) => typeof word === 'string'))) throw new BridgeError(`the table of images: the command of "${image}" is no list of texts`)
  }
  return value as ImageTable
}
