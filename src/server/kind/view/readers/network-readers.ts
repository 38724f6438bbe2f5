/** Sends requests and opens connections from probe pods. Failures have curl's words, as the simulator's have. */

import type { KubeList, Pod } from '../../../../../simulator/index.ts'
import { isNotAvailable } from '../../../../grading/view.ts'
import type { NotAvailable, ProbeAnswer } from '../../../../grading/view.ts'
import type { KindDoor } from '../../contract.ts'
import { isOnFakeNode, noContainers } from '../node-facts.ts'
import type { NodeFacts } from '../node-facts.ts'
import type { ProbePods } from '../probe-pods.ts'
import type { Reader } from '../question.ts'

/** One HTTP request; prints its answer as JSON. */
const requestProgram = `
import http.client, json, socket, ssl, sys, time, urllib.parse
ask = json.loads(sys.argv[1])
url = urllib.parse.urlsplit(ask['url'] if '://' in ask['url'] else 'http://' + ask['url'])
host, port, start, limit = url.hostname, url.port or (443 if url.scheme == 'https' else 80), time.time(), 5
def done(**answer): print(json.dumps(answer)); sys.exit(0)
body = b'x' * int(ask['bodyKilobytes'] * 1000) if 'bodyKilobytes' in ask else ask.get('body', '').encode()
try: socket.getaddrinfo(host, port)
except OSError: done(failure='Could not resolve host: %s' % host)
kind = http.client.HTTPSConnection if url.scheme == 'https' else http.client.HTTPConnection
server = kind(host, port, timeout=limit)
try: server.connect()
except socket.timeout: done(failure='Connection timed out after %d milliseconds' % (limit * 1000))
except ssl.SSLError as error: done(failure='SSL certificate problem: %s' % error)
except OSError: done(failure='Failed to connect to %s port %d after %d ms: Could not connect to server' % (host, port, (time.time() - start) * 1000))
try:
  path = (url.path or '/') + ('?' + url.query if url.query else '')
  server.request(ask.get('method') or ('POST' if body else 'GET'), path, body or None, ask.get('headers') or {})
  answer = server.getresponse()
  done(status=answer.status, body=answer.read(1000000).decode('utf-8', 'replace'), pod=answer.getheader('X-Podflight-Pod'))
except socket.timeout: done(failure='Operation timed out after %d milliseconds with 0 bytes received' % (limit * 1000))
except (OSError, http.client.HTTPException): done(failure='Empty reply from server')
`.trim()

/** One TCP connection; prints yes or no. */
const connectProgram = `
import json, socket, sys
ask = json.loads(sys.argv[1])
try: socket.create_connection((ask['host'], ask['port']), 3).close(); print('yes')
except OSError: print('no')
`.trim()

interface PrintedAnswer { readonly status?: number; readonly body?: string; readonly failure?: string; readonly pod?: string | null }

/** Sends a request from a pod of the namespace that the check names. */
export function requestReader(door: KindDoor, pods: ProbePods, facts: NodeFacts): Reader<'request'> {
  return async ({ probe }) => {
    const printed = await pods.run(probe.namespace, requestProgram, JSON.stringify(probe))
    if (isNotAvailable(printed)) return printed
    const answer = parsed(printed)
    if (isNotAvailable(answer) || answer.failure === undefined) return answer
    const host = /^(?:[a-z]+:\/\/)?([^/:]+)/.exec(probe.url)?.[1] ?? ''
    return (await hasFakeBackends(door, host.split('.')[1] ?? probe.namespace, facts)) ? { notAvailable: noContainers } : answer
  }
}

function parsed(text: string): ProbeAnswer | NotAvailable {
  try {
    const { pod, ...answer } = JSON.parse(text.trim().split('\n').at(-1) ?? '') as PrintedAnswer
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
