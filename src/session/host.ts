/**
 * The seam between the app and the cluster: everything that crosses the Worker border.
 * Two hosts: inline (src/session, for Node and tests) and Worker (src/app/worker-host.ts). Both must behave the same.
 * All values are plain data. A promise rejects only for programmer errors and for a stopped engine; what Kubernetes
 * refuses is a value.
 */
import type { CheckVerdict } from '../grading/check.ts'
import type { PodExplanation } from './explanation.ts'
import type {
  EventRow, FileRow, ForkRow, NodeRow, ObjectRef, PodRow, ServiceRow, TerminalDelta, TimelineMark, TrackerRow, WorkloadRow,
} from './host-rows.ts'
import type { WhatIfChange } from './what-if/changes.ts'
import type { WhatIfRefusal, WhatIfReport } from './what-if/what-if.ts'

export type FlightKind = 'lab' | 'task' | 'exam' | 'sandbox'
export type ExamMode = 'exam' | 'mastery' | 'training'
export type Speed = 1 | 10 | 60 | 'max'

export interface OpenRequest {
  readonly kind: FlightKind
  /** Lab, task or form id of the content; for a sandbox the id of a preset, or `saved:NAME`. */
  readonly id: string
  /** Left out: the host draws one and says which in the answer. */
  readonly seed?: number
  /** `resume` goes on where the log ends (default when one is there); `fresh` starts anew and keeps the old attempt in the history. */
  readonly start?: 'resume' | 'fresh'
  /** For a sandbox: YAML of Nodes and other objects instead of a preset. */
  readonly clusterYaml?: string
  readonly examMode?: ExamMode
  /** 1, 1.25, 1.5 or 2. */
  readonly extraTimeFactor?: number
}

export interface OpenAnswer {
  readonly attemptId: string
  readonly seed: number
  readonly wasResumed: boolean
  /** Another tab writes this attempt: everything here is read only. */
  readonly isReadOnly: boolean
  /** Set when the cluster YAML of a sandbox was refused; nothing was opened then. */
  readonly refused?: ApplyAnswer
  /** Set when a saved state could not be read: it was set aside untouched and a fresh one was opened. */
  readonly brokenSave?: BrokenSave
  readonly progress: SessionProgress
}

export interface BrokenSave { readonly attemptId: string; readonly savedAtWallMs: number; readonly brokenAtAction: number; readonly actionCount: number; readonly message: string }

/** What the learner did in this lab or exam; kept by the session, survives reload. */
export interface SessionProgress {
  readonly kind: FlightKind
  /** Lab: index of the current step, from 0. */
  readonly stepIndex: number
  readonly stepsDone: readonly string[]
  readonly hintsShown: Readonly<Record<string, number>>
  /** Answers to predictions, quizzes and `answer` checks by item id: the option key or the text given. */
  readonly answers: Readonly<Record<string, string>>
  /** Latest report of each step that was checked. */
  readonly stepReports: Readonly<Record<string, StepReport>>
  /** Exam only. */
  readonly exam?: ExamProgress
}

export interface ExamProgress {
  readonly formId: string
  readonly mode: ExamMode
  readonly currentTaskId: string
  readonly tasks: Readonly<Record<string, { readonly isSeen: boolean; readonly isDone: boolean; readonly isFlagged: boolean; readonly spentMs: number }>>
  readonly notes: string
  readonly startedAtWallMs: number
  /** Undefined in training, which has no limit. Runs on while the tab is closed. */
  readonly endsAtWallMs?: number
  readonly durationMs: number
  /** Set when the exam is over; `result(attemptId)` has the report. */
  readonly endedAtWallMs?: number
  readonly savedAtWallMs?: number
}

/** Answer of the API server to one document of an applied file. Lines and columns count from 1 in the applied text. */
export interface DocumentAnswer {
  readonly line: number
  readonly column?: number
  readonly severity: 'info' | 'warning' | 'refused'
  /** Exact text as kubectl prints it: `deployment.apps/mock-inference configured`, `Error from server (BadRequest): ...`. */
  readonly message: string
  /** What followed from it, in our words: "Template changed, so revision 2 rolls out: mock-inference-7b54d9f6c9". */
  readonly note?: string
  readonly object?: ObjectRef
}
export interface ApplyAnswer { readonly isApplied: boolean; readonly answers: readonly DocumentAnswer[] }

export interface Completion {
  /** Range of the line that a candidate replaces, as string offsets. */
  readonly from: number
  readonly to: number
  /** Whole replacement texts in display order; the widget computes the common prefix. */
  readonly candidates: readonly string[]
}

export interface ConditionRow { readonly type: string; readonly status: string; readonly reason: string; readonly message: string; readonly sinceMs: number }
export interface ObjectDetails {
  readonly ref: ObjectRef
  readonly yaml: string
  /** Text of `kubectl describe`. */
  readonly describe: string
  readonly conditions: readonly ConditionRow[]
  readonly events: readonly EventRow[]
}

export interface CheckResult extends Omit<CheckVerdict, 'notAvailable'> {
  /** Moment that shows it, for "Show at T+12:40". */
  readonly atMs?: number
}
export interface EvidenceRow { readonly label: string; readonly before?: string; readonly after?: string; readonly beforeIsBad?: boolean; readonly afterIsBad?: boolean }
export interface StepReport {
  readonly stepId: string
  readonly passed: boolean
  readonly atMs: number
  readonly checks: readonly CheckResult[]
  readonly evidence: readonly EvidenceRow[]
  readonly evidenceBeforeMs?: number
}
export interface TaskGrade {
  readonly taskId: string
  readonly points: number
  readonly earned: number
  readonly checks: readonly CheckResult[]
  readonly spentMs: number
  readonly commands: readonly { readonly atMs: number; readonly line: string }[]
}
export interface GradeReport {
  readonly attemptId: string
  readonly formId: string
  readonly mode: ExamMode
  readonly seed: number
  readonly extraTimeFactor: number
  readonly startedAtWallMs: number
  readonly endedAtWallMs: number
  readonly usedMs: number
  readonly durationMs?: number
  readonly points: number
  readonly earned: number
  /** Rounded down. */
  readonly scorePercent: number
  readonly passPercent: number
  readonly passed: boolean
  readonly tasks: readonly TaskGrade[]
  readonly actionCount: number
  readonly gradedInMs: number
  readonly logHash: string
}
export interface AttemptSummary { readonly attemptId: string; readonly formId: string; readonly mode: ExamMode; readonly endedAtWallMs: number; readonly scorePercent: number; readonly passed: boolean; readonly seed: number }

/** What the home screen needs to know of earlier work. */
export interface Overview {
  readonly last?: { readonly kind: FlightKind; readonly id: string; readonly atWallMs: number; readonly nowMs: number; readonly stepIndex: number; readonly sentence?: string; readonly examEndsAtWallMs?: number }
  readonly labs: Readonly<Record<string, { readonly stepsDone: number; readonly isDone: boolean }>>
  readonly attempts: readonly AttemptSummary[]
  readonly sandboxes: readonly { readonly id: string; readonly name: string; readonly nodeCount: number; readonly podCount: number; readonly nowMs: number; readonly savedAtWallMs: number }[]
  /** By domain id, over the attempts of the last 30 days. */
  readonly domains: Readonly<Record<string, { readonly points: number; readonly earned: number }>>
}

export interface EngineFailure {
  readonly atMs: number
  readonly message: string
  /** The whole report with the action log, to copy. */
  readonly report: string
  /** Where the restored cluster stands. */
  readonly resumedAtMs: number
  /** The host itself stopped; only opening the attempt again restores the cluster. */
  readonly isStopped?: boolean
}

/**
 * What changed since the last delta, at most one a frame. Absent fields did not change.
 * Row lists hold added and changed rows; `removed` holds keys. With `isReset` the app forgets all rows first
 * (after open, rewind, backToNow, chooseFork, switchTask).
 */
export interface HostDelta {
  readonly isReset?: boolean
  /** The time shown (the playhead). */
  readonly nowMs: number
  /** The newest time of this line; larger than nowMs while looking at the past. */
  readonly headMs: number
  /** Wall time of T+00:00 in the simulated world, for `kubectl`-like ages and clocks. */
  readonly epochMs: number
  readonly isPlaying: boolean
  readonly speed: Speed
  readonly isPast: boolean
  readonly clusterName?: string
  readonly nodes?: readonly NodeRow[]
  readonly pods?: readonly PodRow[]
  readonly services?: readonly ServiceRow[]
  readonly workloads?: readonly WorkloadRow[]
  readonly events?: readonly EventRow[]
  readonly marks?: readonly TimelineMark[]
  /** nodes by name; pods by uid; services by namespace/name; workloads by kind/namespace/name; events and marks by id. */
  readonly removed?: { readonly nodes?: readonly string[]; readonly pods?: readonly string[]; readonly services?: readonly string[]; readonly workloads?: readonly string[]; readonly events?: readonly string[]; readonly marks?: readonly string[] }
  /** What comes next, in words, soonest first; at most two. Whole list each time. */
  readonly upcoming?: readonly { readonly label: string; readonly atMs: number; readonly shape?: PodRow['shape'] }[]
  readonly forks?: readonly ForkRow[]
  readonly tracker?: readonly TrackerRow[]
  readonly files?: readonly FileRow[]
  readonly terminal?: TerminalDelta
  readonly progress?: SessionProgress
  /** A command (vim, nano, kubectl edit) wants this file edited; answer with editorDone. */
  readonly editor?: { readonly path: string; readonly text: string }
  readonly failure?: EngineFailure
  /** Saving failed; undefined in `storage` means that it works again. */
  readonly storage?: { readonly problem?: string; readonly lastSavedAction: number; readonly lastSavedWallMs: number }
}

/** Everything the app can ask of a cluster session. */
export interface ClusterHost {
  /** Earlier work of this browser. May be called before `open`. */
  overview(): Promise<Overview>
  /** Boots the clusters of a request that will probably come, so that it opens at once. Changes nothing that is kept. */
  prepare(request: Pick<OpenRequest, 'kind' | 'id'>): Promise<void>
  open(request: OpenRequest): Promise<OpenAnswer>
  close(): Promise<void>
  /** Deltas in order; the first after `open` is a reset. Returns the unsubscribe function. */
  subscribe(listener: (delta: HostDelta) => void): () => void

  /**
   * Runs one input line (several, parted by \n, from a paste). An incomplete one (here-document, open quote, trailing
   * backslash) is answered by the prompt `> ` and goes on with the next line. Resolves when the command has ended or
   * is known to run on; the delta with its output so far (or with isRunning) is delivered before that.
   */
  terminalRun(line: string): Promise<void>
  /** One line, without its end, for the standard input of the running command. */
  terminalInput(text: string): Promise<void>
  terminalKey(key: 'interrupt' | 'end-of-input'): Promise<void>
  terminalComplete(line: string, cursor: number): Promise<Completion>
  /** Oldest first. */
  terminalHistory(): Promise<readonly string[]>
  terminalResize(columns: number, rows: number): Promise<void>
  /** Ends vim, nano or kubectl edit: `text` undefined means left without saving. */
  editorDone(path: string, text: string | undefined): Promise<void>

  listFiles(): Promise<readonly FileRow[]>
  readFile(path: string): Promise<string>
  writeFile(path: string, text: string): Promise<void>
  /** Like `kubectl apply -f path`, with the answer of each document tied to its line. Also writes the file. */
  apply(text: string, path: string): Promise<ApplyAnswer>

  play(speed?: Speed): Promise<void>
  pause(): Promise<void>
  setSpeed(speed: Speed): Promise<void>
  /** Runs exactly one kernel event. */
  stepEvent(): Promise<void>
  /** Runs to the next change of any Pod, node, HPA or check, never a mere heartbeat. */
  nextChange(): Promise<void>
  /** Shows the moment; refused in an exam. */
  rewindTo(ms: number): Promise<void>
  backToNow(): Promise<void>
  /** Makes the moment shown a line of its own and goes on there. */
  fork(label: string): Promise<ForkRow>
  chooseFork(id: string): Promise<void>
  dropFork(id: string): Promise<void>

  /** Undefined when the object does not exist at the playhead. */
  getObject(ref: ObjectRef): Promise<ObjectDetails | undefined>
  /** Undefined when the scheduler has not looked at the Pod, and always in an exam. */
  explain(pod: ObjectRef): Promise<PodExplanation | undefined>
  /** What would be different at the playhead if these changed, tried on a fork; nothing is kept. Undefined always in an exam. */
  whatIf(changes: readonly WhatIfChange[]): Promise<WhatIfReport | WhatIfRefusal | undefined>

  /** Lab. */
  goToStep(index: number): Promise<void>
  answer(itemId: string, value: string): Promise<void>
  showHint(itemId: string): Promise<void>
  checkStep(stepId: string): Promise<StepReport>
  /** Puts the cluster of a lab back to the start of the current step, or of the lab. */
  reset(to: 'step' | 'start'): Promise<void>

  /** Exam. */
  switchTask(taskId: string): Promise<void>
  markTask(taskId: string, change: { readonly isDone?: boolean; readonly isFlagged?: boolean }): Promise<void>
  setNotes(text: string): Promise<void>
  /** Names what is still moving in each task, for the question before the end: "mock-inference rolls out". */
  stillMoving(): Promise<readonly { readonly taskId: string; readonly text: string }[]>
  /** Ends an exam, or grades a task. */
  grade(): Promise<GradeReport>
  result(attemptId: string): Promise<GradeReport | undefined>
  /** The action log of an attempt as JSON text, for export and bug reports. */
  exportLog(attemptId: string): Promise<string>
}
