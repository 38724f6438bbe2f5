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

/** What an image needs at its start, by the names of the simulator's parameters. */
type Needs = ScenarioImage['parameters']

function server(version: string, loadSeconds: number, port = 8000, score = 0.91, needs: Needs = {}): StandIn {
  return python(serverProgram, port, loadSeconds, version, score, JSON.stringify(needs))
}

function worker(name: string, seconds: number, store = ''): StandIn {
  return python(workerProgram, name, seconds, store)
}

const example = 'registry.example.com'

/** What the grader's own pods run, from which requests start. */
export const probeImage = `${example}/podflight/probe:1`

/** What stands in for the images of the course. */
export const courseImages: ImageTable = {
  [`${example}/sentiment-inference:v2.0.0`]: server('v2.0.0', 20),
  [`${example}/sentiment-inference:v2.1.0`]: server('v2.1.0', 25),
  [`${example}/sentiment-inference:v2.2.0`]: server('v2.2.0', 45),
  [`${example}/sentiment-inference:v2.3.0`]: server('v2.3.0', 25),
  [`${example}/sentiment-inference:v3.0.0`]: server('v3.0.0', 25, 8000, 0.62),
  [`${example}/sentiment-inference:v3.0.1`]: server('v3.0.1', 25, 8000, 0.9),
  [`${example}/fraud-model:1.4.1`]: server('1.4.1', 8, 8080),
  [`${example}/fraud-model:1.4.2`]: server('1.4.2', 8, 8080),
  [`${example}/reco-api:1.4.2`]: server('1.4.2', 18, 8080, 0.91, { writes: '/tmp,/cache' }),
  [`${example}/vision-gpu:3.2.0-gpu`]: server('3.2.0-gpu', 20),
  [`${example}/vision-gpu:3.2.0-cpu`]: server('3.2.0-cpu', 20),
  [`${example}/text-gen:0.4.0-gpu`]: server('0.4.0-gpu', 180),
  [`${example}/text-large:1.0.0`]: server('1.0.0', 120),
  [`${example}/text-large:1.1.0`]: server('1.1.0', 120),
  [`${example}/pricing-model:1.2.0`]: server('1.2.0', 20, 8080),
  [`${example}/embed-api:2.0.0`]: server('2.0.0', 10, 8080),
  'mlmodel:latest': server('latest', 5, 5000),
  'mlmodel:v1': server('v1', 5, 5000),
  'mlmodel:v2': server('v2', 5, 5000),
  [`${example}/embedding-trainer:v1.8.0`]: worker('train.py', 20),
  'ml-image:latest': worker('train.py', 20),
  [`${example}/batch-scorer:0.7.0`]: worker('score.py', 20),
  [`${example}/embed-worker:0.9.0`]: worker('worker.py', 86_400),
  [`${example}/model-fetcher:1.2.0`]: worker('fetch', 2),
  [`${example}/drift-check:0.3.0`]: worker('drift.py', 20),
  [`${example}/vector-cache:2.0.0`]: python(listenerProgram, 6333, '{"status":"ok"}\n'),
  [`${example}/token-proxy:1.1.0`]: python(listenerProgram, 9090, '{"token":"podflight"}\n'),
  [`${example}/loadgen:1.0.0`]: worker('loadgen', 86_400),
}

function tagOf(image: string): string {
  const name = image.slice(image.lastIndexOf('/') + 1)
  return name.includes(':') ? name.slice(name.indexOf(':') + 1) : 'latest'
}

function needsOf(parameters: NonNullable<Needs>): Needs {
  const names = ['needs_proxy', 'writes', 'config_file', 'config_keys', 'config_durations']
  return Object.fromEntries(Object.entries(parameters).filter(([name]) => names.includes(name)))
}

/** A stand-in for an image that a task brings itself; undefined for programs that have a public image of their own. */
function ofScenario(image: string, { program, parameters = {} }: ScenarioImage): StandIn | undefined {
  const port = Number(parameters['port'] ?? 8000)
  switch (program) {
    case 'inference-server': return server(String(parameters['version'] ?? tagOf(image)), Number(parameters['load_s'] ?? 20), port, Number(parameters['positive_share'] ?? 0.91), needsOf(parameters))
    case 'trainer': return worker(program, 20, String(parameters['data_url'] ?? ''))
    case 'batch-scorer': case 'model-fetcher': case 'drift-check': return worker(program, 20)
    case 'data-store': return python(storeProgram, port, Number(parameters['failures'] ?? 0))
    case 'sleeper': return parameters['port'] === undefined ? worker(program, 86_400) : python(listenerProgram, port, 'ok')
    case 'pause': case 'queue-worker': case 'load-generator': return worker(program, 86_400)
    case 'shell': return { image: pythonImage }
    case 'nginx': case 'curl': return undefined
    default: return python(listenerProgram, port, '{"status":"ok"}\n')
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
