/** The owner's requests to the test stack, apart from the code that is tested. */

import { Agent, request as send } from 'node:https'
import { setTimeout as sleep } from 'node:timers/promises'

export interface ClientOptions {
  readonly port: number
  readonly authority: string
  readonly certificate: string
  readonly key: string
  /** The API server's certificate has expired on purpose. */
  readonly isExpired?: boolean
}

export interface Answer { readonly code: number; readonly body: unknown }

const pollMs = 200
const untilTries = 300

export class OracleClient {
  private readonly options: ClientOptions
  private readonly agent: Agent

  constructor(options: ClientOptions) {
    this.options = options
    this.agent = new Agent({ keepAlive: false, ca: options.authority, cert: options.certificate, key: options.key, rejectUnauthorized: options.isExpired !== true })
  }

  request(method: string, path: string, body?: object, contentType = 'application/json'): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const text = body === undefined ? undefined : JSON.stringify(body)
      const headers = text === undefined ? {} : { 'content-type': contentType, 'content-length': String(Buffer.byteLength(text)) }
      const sent = send({ host: '127.0.0.1', port: this.options.port, method, path, headers, agent: this.agent, timeout: 30_000 }, (response) => {
        const chunks: Buffer[] = []
        response.on('data', (chunk: Buffer) => chunks.push(chunk))
        response.on('error', reject)
        response.on('end', () => {
          const whole = Buffer.concat(chunks).toString('utf8')
          resolve({ code: response.statusCode ?? 0, body: response.headers['content-type']?.includes('json') === true ? (JSON.parse(whole) as unknown) : whole })
        })
      })
      sent.on('timeout', () => sent.destroy(new Error('no answer in 30 s')))
      sent.on('error', reject)
      sent.end(text)
    })
  }

  /** Creates an object. @throws with the API server's words */
  async create(path: string, body: object): Promise<unknown> {
    const answer = await this.request('POST', path, body)
    if (answer.code >= 300) throw new Error(`POST ${path}: ${answer.code} ${JSON.stringify(answer.body)}`)
    return answer.body
  }

  /** Items of a list. */
  async list(path: string): Promise<readonly { readonly metadata: { readonly name: string; readonly namespace?: string; readonly labels?: { readonly [label: string]: string }; readonly annotations?: { readonly [name: string]: string } } }[]> {
    const answer = await this.request('GET', path)
    if (answer.code !== 200) throw new Error(`GET ${path}: ${answer.code} ${JSON.stringify(answer.body)}`)
    return (answer.body as { items: readonly { metadata: { name: string } }[] }).items
  }

  /** Waits until something is true. @throws after a minute, naming it */
  async until(what: string, isTrue: () => Promise<boolean>): Promise<void> {
    for (let tries = 0; tries < untilTries; tries++) {
      if (await isTrue()) return
      await sleep(pollMs)
    }
    throw new Error(`still not so after ${(untilTries * pollMs) / 1000} s: ${what}`)
  }
}
