/** A connection on which images of the course are sent as their stand-ins and read as themselves. */

import { parse } from 'yaml'
import type { ApiAnswer, KubeObject, StreamFrame } from '../../../../simulator/index.ts'
import type { BridgeRequest, BridgeStream, Identity, KindDoor } from '../contract.ts'
import type { ImageMap } from './image-map.ts'

/** Kinds that hold containers; others pass as they are. */
const withContainers = new Set(['pods', 'podtemplates', 'replicationcontrollers', 'deployments', 'replicasets', 'statefulsets', 'daemonsets', 'jobs', 'cronjobs'])

/** Wraps a connection. */
export function mapImages(connection: KindDoor, images: ImageMap): KindDoor {
  return {
    context: connection.context,
    async send(request, as) {
      return shownAnswer(await connection.send(await sent(connection, images, request, as), as), images)
    },
    async open(request, as) {
      const opened = await connection.open(request, as)
      return 'code' in opened ? shownAnswer(opened, images) : shownStream(opened, images)
    },
  }
}

async function sent(connection: KindDoor, images: ImageMap, request: BridgeRequest, as: Identity): Promise<BridgeRequest> {
  // A dry run starts no container, and its question may be about the image itself.
  if (request.body === undefined || !withContainers.has(request.resource) || request.query?.dryRun === 'All') return request
  const body: unknown = typeof request.body === 'string' ? parse(request.body) : request.body
  const current = request.verb === 'patch' && changesCommandOnly(body) ? await imagesNow(connection, images, request, as) : new Map<string, string>()
  const mapped = images.toReal(body, (container) => current.get(container))
  return { ...request, body: (typeof request.body === 'string' ? JSON.stringify(mapped) : mapped) as KubeObject }
}

interface ContainerPart { readonly name?: string; readonly image?: string; readonly command?: unknown }

/** Containers anywhere in a value. */
function containersIn(value: unknown): readonly ContainerPart[] {
  if (Array.isArray(value)) return value.flatMap(containersIn)
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([name, item]) => (/^(c|initC|ephemeralC)ontainers$/.test(name) && Array.isArray(item) ? (item as ContainerPart[]) : containersIn(item)))
}

function changesCommandOnly(patch: unknown): boolean {
  return containersIn(patch).some((container) => container.image === undefined && 'command' in container)
}

async function imagesNow(connection: KindDoor, images: ImageMap, request: BridgeRequest, as: Identity): Promise<Map<string, string>> {
  const { contentType: _contentType, body: _body, query: _query, ...rest } = request
  const answer = await connection.send({ ...rest, verb: 'get' }, as)
  const shown = images.toCourse(answer.body)
  return new Map(containersIn(shown).map(({ name = '', image = '' }) => [name, image]))
}

function shownAnswer(answer: ApiAnswer, images: ImageMap): ApiAnswer {
  return { ...answer, body: images.toCourse(answer.body) }
}

function shownStream(stream: BridgeStream, images: ImageMap): BridgeStream {
  return {
    read: async (waitMs) => (await stream.read(waitMs)).map((frame): StreamFrame => (frame.kind === 'watch' ? { ...frame, object: images.toCourse(frame.object) } : frame)),
    write: (text) => stream.write(text),
    close: () => stream.close(),
  }
}
