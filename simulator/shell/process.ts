/**
 * A command that runs in the terminal: a synchronous generator that yields what it needs and gets the answer.
 * A driver answers it: at once in the simulator, over HTTP elsewhere. It lives outside cluster state; Ctrl+C ends it.
 */

import type { Credentials } from '../api/credentials.ts'
import type { ApiRequest, ApiResponse, StreamFrame } from '../api/request.ts'
import type { SimTimeMs } from '../kernel/event-queue.ts'

/** What a process asks of its driver. */
export type ProcessNeed =
  /** One API request; answered with an ApiResponse, or with nothing when no server is at its address. */
  | { readonly kind: 'request'; readonly request: Omit<ApiRequest, 'user'> & { readonly as?: string; readonly asGroups?: readonly string[]; /** Address of the cluster in the kubeconfig; absent: the one that the terminal is at. */ readonly server?: string; /** What the kubeconfig's user shows; absent: the terminal's own user. */ readonly credentials?: Credentials } }
  /** Wait for the next frames of a stream; answered with frames (one or more), or an empty list at the deadline. */
  | { readonly kind: 'stream'; readonly streamId: string; readonly untilMs?: SimTimeMs }
  /** Stop reading a stream. Answered with nothing. */
  | { readonly kind: 'closeStream'; readonly streamId: string }
  /** Wait until a simulated time. Answered with nothing. */
  | { readonly kind: 'sleep'; readonly untilMs: SimTimeMs }
  /** A line (or all) of standard input; answered with text, undefined at the end. */
  | { readonly kind: 'input'; readonly all: boolean }
  /** Send text or the end of input to an attached container. Answered with nothing. */
  | { readonly kind: 'sendInput'; readonly streamId: string; readonly text: string | undefined }
  /** Open the editor on a file and wait until it is saved and closed; answered with whether it was saved. */
  | { readonly kind: 'edit'; readonly path: string }

/** What the driver gives back. Which member is set follows from the need. */
export type ProcessAnswer =
  | { readonly kind: 'response'; readonly response: ApiResponse }
  | { readonly kind: 'frames'; readonly frames: readonly StreamFrame[] }
  | { readonly kind: 'text'; readonly text: string | undefined }
  | { readonly kind: 'saved'; readonly isSaved: boolean }
  | { readonly kind: 'none' }

/** Files of the learner's home, and whatever else the terminal can reach. Paths are absolute. */
export interface FileSystem {
  read(path: string): string | undefined
  write(path: string, text: string): void
  remove(path: string): boolean
  isDirectory(path: string): boolean
  makeDirectory(path: string): void
  /** Names in a directory, sorted; undefined when there is none. */
  list(path: string): readonly string[] | undefined
}

/** What a process is started with. */
export interface ProcessContext {
  readonly argv: readonly string[]
  readonly env: { readonly [name: string]: string }
  readonly workingDirectory: string
  readonly files: FileSystem
  /** Simulated now; read it again after each need. */
  readonly clock: { readonly nowMs: SimTimeMs; timestamp(atMs: SimTimeMs): string; parse(timestamp: string): SimTimeMs }
  /** Writes to standard output or error. */
  out(text: string): void
  err(text: string): void
  /** True when standard output is the terminal (no pipe, no file): kubectl then may use the terminal's width. */
  readonly isTerminal: boolean
  /** True when standard input is a pipe, file or here-document. */
  readonly hasInput: boolean
}

/** A running command; its return value is the exit code. */
export type Process = Generator<ProcessNeed, number, ProcessAnswer>

/** A program of the terminal, such as kubectl or grep. */
export type Executable = (context: ProcessContext) => Process
