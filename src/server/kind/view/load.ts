/** A bounded load from a pod: what a trial's flow is on a real cluster. */

import { isNotAvailable } from '../../../grading/view.ts'
import type { FlowSummary, NotAvailable, TrialLoad } from '../../../grading/view.ts'

/** No load goes beyond these, whatever a task asks for. */
export const loadLimits = { requestsPerSecond: 50, seconds: 120, kilobytes: 10_000 } as const

/** Why a load cannot be sent here; undefined when it can. */
export function refuseLoad({ id, requestsPerSecond, payloads = [] }: TrialLoad): NotAvailable | undefined {
  if (requestsPerSecond > loadLimits.requestsPerSecond) return { notAvailable: `load "${id}" of ${requestsPerSecond} requests/s is more than the ${loadLimits.requestsPerSecond} that a pod here may send` }
  const largest = Math.max(0, ...payloads.map(({ kilobytes }) => kilobytes))
  return largest > loadLimits.kilobytes ? { notAvailable: `load "${id}" has payloads of ${largest} KB; a pod here may send ${loadLimits.kilobytes}` } : undefined
}

/** Sends at a steady rate for some seconds; prints what became of the requests as JSON. */
export const loadProgram = `
import collections, json, math, sys, threading, time, urllib.error, urllib.request
ask = json.loads(sys.argv[1])
rate, seconds, limit = ask['requestsPerSecond'], ask['seconds'], ask.get('timeoutMs', 2000) / 1000
payloads = ask.get('payloads') or [{'share': 1, 'kilobytes': 1}]
lock, times, codes = threading.Lock(), [], collections.Counter()
room = threading.Semaphore(64)
def size(number):
  at, part = (number * 0.6180339887) % 1, 0
  for payload in payloads:
    part += payload['share']
    if at < part: return int(payload['kilobytes'] * 1000)
  return int(payloads[-1]['kilobytes'] * 1000)
def send(number):
  method, start = ask.get('method', 'POST'), time.time()
  data = None if method == 'GET' else b'x' * size(number)
  try: code = urllib.request.urlopen(urllib.request.Request(ask['url'], data, method=method), timeout=limit).status
  except urllib.error.HTTPError as error: code = error.code
  except Exception: code = 0
  with lock: times.append((time.time() - start) * 1000); codes[code] += 1
  room.release()
start, threads = time.time(), []
for number in range(int(rate * seconds)):
  wait = start + number / rate - time.time()
  if wait > 0: time.sleep(wait)
  room.acquire()
  thread = threading.Thread(target=send, args=(number,), daemon=True); thread.start(); threads.append(thread)
for thread in threads: thread.join(limit + 1)
times.sort()
def share(part): return times[min(len(times) - 1, math.ceil(part * len(times)) - 1)] if times else 0
ok = sum(count for code, count in codes.items() if 0 < code < 400)
sent = sum(codes.values())
print(json.dumps({'sent': sent, 'ok': ok, 'failed': sent - ok, 'perStatus': {str(code): count for code, count in codes.items()}, 'p50Ms': share(.5), 'p95Ms': share(.95), 'p99Ms': share(.99)}))
`.trim()

/** Reads what the load's pod printed. */
export function readSummary(id: string, printed: string | NotAvailable): FlowSummary | NotAvailable {
  if (isNotAvailable(printed)) return printed
  try {
    return JSON.parse(printed.trim().split('\n').at(-1) ?? '') as FlowSummary
  } catch {
    return { notAvailable: `the load "${id}" did not end in time` }
  }
}
