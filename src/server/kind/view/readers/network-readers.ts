/** Sends requests and opens connections from probe pods. Failures have curl's words, as the simulator's have. */

import type { KubeList, Pod } from '../../../../../simulator/index.ts'
import { isNotAvailable } from '../../../../grading/view.ts'
import type { NotAvailable, ProbeAnswer, ProbeRequest } from '../../../../grading/view.ts'
import type { KindDoor } from '../../contract.ts'
import { isOnFakeNode, noContainers } from '../node-facts.ts'
import type { NodeFacts } from '../node-facts.ts'
import type { ProbePods } from '../probe-pods.ts'
import type { Reader } from '../question.ts'

/** HTTP requests, one after the other; prints an answer a line as JSON. */
const requestProgram = `
import http.client, json, socket, ssl, sys, time, urllib.parse
limit = 5
def answer(ask):
  url = urllib.parse.urlsplit(ask['url'] if '://' in ask['url'] else 'http://' + ask['url'])
  host, port, start = url.hostname, url.port or (443 if url.scheme == 'https' else 80), time.time()
  body = b'x' * int(ask['bodyKilobytes'] * 1000) if 'bodyKilobytes' in ask else ask.get('body', '').encode()
  try: socket.getaddrinfo(host, port)
  except OSError: return dict(failure='Could not resolve host: %s' % host)
  server = (http.client.HTTPSConnection if url.scheme == 'https' else http.client.HTTPConnection)(host, port, timeout=limit)
  try: server.connect()
  except socket.timeout: return dict(failure='Connection timed out after %d milliseconds' % (limit * 1000))
  except ssl.SSLError as error: return dict(failure='SSL certificate problem: %s' % error)
  except OSError: return dict(failure='Failed to connect to %s port %d after %d ms: Could not connect to server' % (host, port, (time.time() - start) * 1000))
  try:
    path = (url.path or '/') + ('?' + url.query if url.query else '')
    server.request(ask.get('method') or ('POST' if body else 'GET'), path, body or None, ask.get('headers') or {})
    got = server.getresponse()
    return dict(status=got.status, body=got.read(100000).decode('utf-8', 'replace'), pod=got.getheader('X-Podflight-Pod'))
  except socket.timeout: return dict(failure='Operation timed out after %d milliseconds with 0 bytes received' % (limit * 1000))
  except (OSError, http.client.HTTPException): return dict(failure='Empty reply from server')
  finally: server.close()
for ask in json.loads(sys.argv[1]): print(json.dumps(answer(ask)), flush=True)
`.trim()

/** One TCP connection; prints yes or no. */
const connectProgram = `
import json, socket, sys
ask = json.loads(sys.argv[1])
try: socket.create_connection((ask['host'], ask['port']), 3).close(); print('yes')
except OSError: print('no')
`.trim()

interface PrintedAnswer { readonly status?: number; readonly body?: string; readonly failure?: string; readonly pod?: string | null }

interface Waiting {
  readonly probe: ProbeRequest
  readonly tell: (answer: ProbeAnswer | NotAvailable) => void
}

/** Requests of a namespace that are asked for at the same time go in one run of the program: starting it takes longer than they do. */
class RequestBatches {
  private readonly pods: ProbePods
  private readonly waiting = new Map<string, Waiting[]>()

  constructor(pods: ProbePods) {
    this.pods = pods
  }

  send(probe: ProbeRequest): Promise<ProbeAnswer | NotAvailable> {
    return new Promise((tell) => {
      const batch = this.waiting.get(probe.namespace)
      if (batch !== undefined) return void batch.push({ probe, tell })
      this.waiting.set(probe.namespace, [{ probe, tell }])
      setImmediate(() => void this.flush(probe.namespace))
    })
  }

  private async flush(namespace: string): Promise<void> {
    const batch = this.waiting.get(namespace) ?? []
    this.waiting.delete(namespace)
    const printed = await this.pods.run(namespace, requestProgram, JSON.stringify(batch.map(({ probe }) => probe)), secondsOf(batch.length)).catch((error: unknown) => ({ notAvailable: String(error) }))
    const lines = isNotAvailable(printed) ? [] : printed.trim().split('\n')
    batch.forEach(({ tell }, i) => tell(isNotAvailable(printed) ? printed : parsed(lines[i])))
  }
}

/** Each request waits five seconds for its connection, and five for its answer. */
function secondsOf(requests: number): number {
  return 20 + 10 * requests
}

/** Sends a request from a pod of the namespace that the check names. */
export function requestReader(door: KindDoor, pods: ProbePods, facts: NodeFacts): Reader<'request'> {
  const batches = new RequestBatches(pods)
  return async ({ probe }) => {
    const answer = await batches.send(probe)
    if (isNotAvailable(answer) || answer.failure === undefined) return answer
    const host = /^(?:[a-z]+:\/\/)?([^/:]+)/.exec(probe.url)?.[1] ?? ''
    return (await hasFakeBackends(door, host.split('.')[1] ?? probe.namespace, facts)) ? { notAvailable: noContainers } : answer
  }
}

function parsed(line: string | undefined): ProbeAnswer | NotAvailable {
  try {
    const { pod, ...answer } = JSON.parse(line ?? '') as PrintedAnswer
    return { ...answer, ...(pod === undefined || pod === null ? {} : { pod }) }
  } catch {
    return { notAvailable: 'the probe pod gave no answer that can be read' }
  }
}

/** Whether pods of a namespace are on nodes that run no containers, so that nobody could answer. */
async function hasFakeBackends(door: KindDoor, namespace: string, facts: NodeFacts): Promise<boolean> {
  if (facts.fakeNodes.size === 0) return false
  const answer = await door.send({ verb: 'list', group: '', version: 'v1', resource: 'pods', namespace }, 'owner')
  return answer.code === 200 && (answer.body as KubeList<Pod>).items.some((pod) => isOnFakeNode(pod, facts))
}

/** Opens a TCP connection from a pod of the namespace that the check names. */
export function connectReader(door: KindDoor, pods: ProbePods, facts: NodeFacts): Reader<'connect'> {
  return async ({ namespace, host, port }) => {
    const printed = await pods.run(namespace, connectProgram, JSON.stringify({ host, port }))
    if (isNotAvailable(printed)) return printed
    if (printed.includes('yes')) return true
    return (await hasFakeBackends(door, host.split('.')[1] ?? namespace, facts)) ? { notAvailable: noContainers } : false
  }
}
