/** A session in a container: its output is printed, standard input is passed on. Models client-go remotecommand as kubectl v1.35 uses it. */

import type { StreamFrame } from '../api/request.ts'
import type { Run, Session } from './session.ts'

/** How long a container may say nothing at the start before the terminal listens to the keyboard. */
const firstOutputMs = 1000

/** `input` stands in for standard input. */
export interface SessionOptions { readonly stdin: boolean; readonly tty: boolean; readonly input?: string }
export interface SessionEnd { readonly exitCode: number; readonly error?: string }

/** What has been printed so far, to see whether a prompt stands there. */
interface Progress { text: string; end: SessionEnd | undefined }

function show(session: Session, frames: readonly StreamFrame[], progress: Progress): void {
  for (const frame of frames) {
    if (frame.kind === 'output') {
      if (frame.channel === 'stderr') session.err(frame.text)
      else session.out(frame.text)
      progress.text = frame.text
    }
    if (frame.kind === 'end') progress.end = { exitCode: frame.exitCode ?? 0, ...(frame.error === undefined ? {} : { error: frame.error }) }
  }
}

function* sendInput(streamId: string, text: string | undefined): Run<void> {
  yield { kind: 'sendInput', streamId, text }
}

/** True when the program seems to wait for a line: its last output stands without a line end. */
function hasPrompt(progress: Progress): boolean {
  return progress.text !== '' && !progress.text.endsWith('\n')
}

/** Runs the session until the container ends it. */
export function* runSession(session: Session, streamId: string, options: SessionOptions): Run<SessionEnd> {
  const progress: Progress = { text: '', end: undefined }
  let isListening = options.stdin
  if (options.stdin && (session.process.hasInput || options.input !== undefined)) {
    const text = options.input ?? (yield* session.input(true))
    if (text !== undefined && text !== '') yield* sendInput(streamId, text)
    yield* sendInput(streamId, undefined)
    isListening = false
  }
  let quietEndMs: number | undefined = session.nowMs + firstOutputMs
  while (progress.end === undefined) {
    const untilMs: number | undefined = isListening && hasPrompt(progress) ? session.nowMs : isListening ? quietEndMs : undefined
    const frames = yield* session.frames(streamId, untilMs)
    show(session, frames, progress)
    if (frames.length > 0 || progress.end !== undefined || !isListening) continue
    if (!hasPrompt(progress) && quietEndMs === undefined) continue
    const line = yield* session.input(false)
    quietEndMs = undefined
    progress.text = ''
    isListening = line !== undefined
    yield* sendInput(streamId, line)
  }
  return progress.end
}
