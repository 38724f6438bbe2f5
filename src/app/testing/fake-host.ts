/** A host without an engine: fixed rows, a clock that runs, a terminal that answers a few lines. For development, screenshots and tests of screens. */
import type { PodRow, TerminalDelta } from '../../session/host-rows.ts'
import type { ClusterHost, ExamProgress, HostDelta, OpenRequest, SessionProgress, Speed } from '../../session/host.ts'
import { fakeDetails, fakeEvents, fakeExplanation, fakeGrade, fakeMarks, fakeOverview, fakePlacement, fakeStepReport, fakeTracker, fakeYaml } from './fake-data.ts'
import { fakeWhatIf } from './fake-what-if.ts'
import { fleetCluster, gpuCluster, labCluster, type FakeCluster } from './fake-rows.ts'

const canned: Readonly<Record<string, string>> = {
  'k get pods': 'NAME                              READY   STATUS        RESTARTS   AGE\nmock-inference-7b54d9f6c9-hxq2m   1/1     Running       0          8s\nmock-inference-7b54d9f6c9-w5k8n   0/1     Running       0          3s\nmock-inference-6d9c7f5b8d-k2xvq   0/1     \u001b[33mRunning\u001b[0m       0          2m30s\n',
  'k apply -f mock-inference.yaml': 'configmap/mock-model-config unchanged\ndeployment.apps/mock-inference configured\nservice/mock-inference unchanged\n',
}
const words = ['kubectl', 'k', 'get', 'describe', 'apply', 'pods', 'deployments', 'mock-inference', 'cat', 'ls', 'vim']

export interface FakeOptions { readonly fleetNodes?: number; readonly isPlaying?: boolean; readonly examLeftMs?: number }

export class FakeHost implements ClusterHost {
  private readonly listeners = new Set<(delta: HostDelta) => void>()
  private cluster: FakeCluster = labCluster()
  private nowMs = 0
  private headMs = 0
  private isPlaying = false
  private speed: Speed = 1
  private timer: ReturnType<typeof setInterval> | undefined
  private progress: SessionProgress = { kind: 'lab', stepIndex: 3, stepsDone: ['s1', 's2', 's3'], hintsShown: {}, answers: {}, stepReports: { s4: fakeStepReport } }
  private readonly files = new Map([['/home/learner/mock-inference.yaml', fakeYaml], ['/home/learner/load.yaml', 'apiVersion: v1\nkind: Pod\n'], ['/home/learner/job.yaml', fakeYaml]])
  private readonly history = ['k get pods', 'k describe pod -l app=mock-inference | tail -3', 'k apply -f mock-inference.yaml']
  private isRunning = false
  private readonly options: FakeOptions

  constructor(options: FakeOptions = {}) { this.options = options }

  async overview() { return fakeOverview() }

  async prepare() {}

  async open(request: OpenRequest) {
    this.cluster = request.kind === 'sandbox' ? (this.options.fleetNodes !== undefined ? fleetCluster(this.options.fleetNodes) : request.id.startsWith('fleet-') ? fleetCluster(Number(request.id.slice(6))) : gpuCluster()) : labCluster()
    this.nowMs = this.headMs = this.cluster.nowMs
    const isExam = request.kind === 'exam'
    this.progress = { ...this.progress, kind: request.kind, ...(isExam ? { exam: this.examProgress(request) } : {}) }
    if (this.options.isPlaying === true || isExam) await this.play()
    queueMicrotask(() => this.emitAll())
    return { attemptId: 'attempt-1', seed: request.seed ?? 4417, wasResumed: true, isReadOnly: false, progress: this.progress }
  }

  private examProgress(request: OpenRequest): ExamProgress {
    const durationMs = 1_800_000
    const leftMs = this.options.examLeftMs ?? 1_122_000
    const at = (isSeen: boolean, isDone: boolean, isFlagged: boolean) => ({ isSeen, isDone, isFlagged, spentMs: 0 })
    return {
      formId: request.id, mode: request.examMode ?? 'exam', currentTaskId: 't4', durationMs, startedAtWallMs: Date.now() - durationMs + leftMs, endsAtWallMs: Date.now() + leftMs, savedAtWallMs: Date.now(),
      tasks: { t1: at(true, true, false), t2: at(true, true, true), t3: at(true, false, false), t4: at(true, false, false), t5: at(false, false, true), t6: at(false, false, false) },
      notes: 'T2  rollout ok, check PDB again at the end\nT5  HPA needs requests.cpu first!\n    load: k -n serving get hpa -w',
    }
  }

  async close() { if (this.timer !== undefined) clearInterval(this.timer); this.timer = undefined; this.isPlaying = false }
  subscribe(listener: (delta: HostDelta) => void) { this.listeners.add(listener); return () => { this.listeners.delete(listener) } }

  private emit(delta: Partial<HostDelta> = {}) {
    const full: HostDelta = { nowMs: this.nowMs, headMs: this.headMs, epochMs: Date.UTC(2026, 0, 5, 9), isPlaying: this.isPlaying, speed: this.speed, isPast: this.nowMs < this.headMs, ...delta }
    for (const listener of this.listeners) listener(full)
  }

  private emitAll() {
    const owner = this.cluster.pods.filter((pod) => pod.owner?.name.startsWith('mock-inference') === true)
    this.emit({
      isReset: true, clusterName: this.cluster.name, nodes: this.cluster.nodes, pods: this.cluster.pods, events: fakeEvents,
      marks: fakeMarks.map((mark) => ({ ...mark, atMs: Math.round((mark.atMs / 222_150) * this.cluster.nowMs), ...(mark.endMs === undefined ? {} : { endMs: Math.round((mark.endMs / 222_150) * this.cluster.nowMs) }) })),
      services: owner.length === 0 ? [] : [{ namespace: 'ml-k8s-lab', name: 'mock-inference', type: 'ClusterIP', ports: '80/TCP', endpoints: owner.filter((pod) => pod.shape !== 'terminating').map((pod) => ({ podName: pod.name, address: '10.244.1.7:8000', isReady: pod.shape === 'running', ...(pod.shape === 'running' ? { sharePercent: 100 } : {}) })) }],
      upcoming: [{ label: 'w5k8n: probe', atMs: this.cluster.nowMs + 1300, shape: 'starting' }, { label: '9zj4t: killed', atMs: this.cluster.nowMs + 26_000, shape: 'terminating' }], forks: [],
      tracker: fakeTracker, files: this.fileRows(), progress: this.progress, terminal: { ...this.terminal(), output: '' },
    })
  }

  private fileRows() { return [...this.files].map(([path, text]) => ({ path, sizeBytes: text.length, changedAtMs: 0 })) }
  private terminal(): TerminalDelta { return { output: '', prompt: '~ $ ', isRunning: this.isRunning, waitsForTime: false, context: this.cluster.name, namespace: 'ml-k8s-lab', cwd: '/home/learner' } }

  async terminalRun(line: string) {
    this.history.push(line)
    if (line === 'clear') { this.emit({ terminal: { ...this.terminal(), output: '', clear: true } }); return }
    if (line.startsWith('vim ')) { const path = `/home/learner/${line.slice(4)}`; this.isRunning = true; this.emit({ editor: { path, text: this.files.get(path) ?? '' }, terminal: this.terminal() }); return }
    if (line.startsWith('sleep')) { this.isRunning = true; this.emit({ terminal: this.terminal() }); return }
    const output = line.trim() === '' ? '' : line.startsWith('echo ') ? `${line.slice(5)}\n` : canned[line.replace(/^kubectl /, 'k ').replace(/ -n .*/, '')] ?? `bash: ${line.split(' ')[0]}: command not found\n`
    this.emit({ terminal: { ...this.terminal(), output }, marks: [{ id: `you-${this.history.length}`, lane: 'you', kind: 'action', atMs: this.nowMs, label: line }] })
  }
  async terminalInput(text: string) { this.emit({ terminal: { ...this.terminal(), output: text } }) }
  async terminalKey() { this.isRunning = false; this.emit({ terminal: { ...this.terminal(), output: '^C\n' } }) }
  async terminalComplete(line: string, cursor: number) {
    const from = line.lastIndexOf(' ', cursor - 1) + 1
    const prefix = line.slice(from, cursor)
    return { from, to: cursor, candidates: words.filter((word) => word.startsWith(prefix)) }
  }
  async terminalHistory() { return this.history }
  async terminalResize() {}
  async editorDone(path: string, text: string | undefined) { if (text !== undefined) this.files.set(path, text); this.isRunning = false; this.emit({ terminal: this.terminal(), files: this.fileRows() }) }
  async listFiles() { return this.fileRows() }
  async readFile(path: string) { const text = this.files.get(path); if (text === undefined) throw new Error(`cat: ${path}: No such file or directory`); return text }
  async writeFile(path: string, text: string) { this.files.set(path, text); this.emit({ files: this.fileRows() }) }
  async apply(text: string, path: string) {
    this.files.set(path, text)
    const at = text.split('\n').findIndex((line) => line.includes('resource:'))
    if (at >= 0) return { isApplied: false, answers: [{ line: at + 1, severity: 'refused' as const, message: 'Error from server (BadRequest): strict decoding error: unknown field "spec.template.spec.containers[0].resource"', note: 'Did you mean resources?' }] }
    const line = Math.max(1, text.split('\n').findIndex((row) => row.includes('path: /ready')) + 1)
    return { isApplied: true, answers: [{ line, severity: 'info' as const, message: 'deployment.apps/mock-inference configured', note: 'Template changed, so revision 2 rolls out: mock-inference-7b54d9f6c9' }] }
  }

  async play(speed?: Speed) {
    if (speed !== undefined) this.speed = speed
    this.isPlaying = true
    this.timer ??= setInterval(() => { const step = 100 * (this.speed === 'max' ? 600 : this.speed); if (this.isPlaying) { this.nowMs += step; this.headMs = Math.max(this.headMs, this.nowMs); this.emit() } }, 100)
    this.emit()
  }
  async pause() { this.isPlaying = false; this.emit() }
  async setSpeed(speed: Speed) { this.speed = speed; this.emit() }
  async stepEvent() { this.nowMs += 350; this.headMs = Math.max(this.headMs, this.nowMs); this.emit() }
  async nextChange() {
    this.nowMs += 1300
    this.headMs = Math.max(this.headMs, this.nowMs)
    const pods: PodRow[] = this.cluster.pods.filter((pod) => pod.shape === 'starting').map((pod) => ({ ...pod, shape: 'running', readyCount: 1, status: 'Running', sinceMs: this.nowMs }))
    this.emit({ pods })
  }
  async rewindTo(ms: number) { this.nowMs = Math.max(0, Math.min(ms, this.headMs)); this.isPlaying = false; this.emit() }
  async backToNow() { this.nowMs = this.headMs; this.emit() }
  async fork(label: string) { const row = { id: 'fork-1', label, atMs: this.nowMs, nowMs: this.nowMs, isCurrent: true }; this.headMs = this.nowMs; this.emit({ forks: [row] }); return row }
  async chooseFork() { this.emit() }
  async dropFork() { this.emit({ forks: [] }) }

  async getObject(ref: { kind: string; namespace?: string; name: string }) { return fakeDetails(ref.kind, ref.namespace, ref.name) }
  async explain(pod: { namespace?: string; name: string }) {
    if (this.progress.exam?.mode === 'exam') return undefined
    if (pod.name.startsWith('llama')) return fakeExplanation
    const row = this.cluster.pods.find((candidate) => candidate.name === pod.name)
    const nodes = this.cluster.nodes.map((node) => node.name)
    return fakePlacement(pod.name, pod.namespace ?? 'default', [...nodes.filter((name) => name === row?.nodeName), ...nodes.filter((name) => name !== row?.nodeName)])
  }

  async whatIf() { return this.progress.exam === undefined ? fakeWhatIf : undefined }

  private setProgress(change: Partial<SessionProgress>) { this.progress = { ...this.progress, ...change }; this.emit({ progress: this.progress }) }
  private setExam(change: Partial<ExamProgress>) { if (this.progress.exam !== undefined) this.setProgress({ exam: { ...this.progress.exam, ...change } }) }
  async goToStep(index: number) { this.setProgress({ stepIndex: index }) }
  async answer(itemId: string, value: string) { this.setProgress({ answers: { ...this.progress.answers, [itemId]: value } }) }
  async showHint(itemId: string) { this.setProgress({ hintsShown: { ...this.progress.hintsShown, [itemId]: (this.progress.hintsShown[itemId] ?? 0) + 1 } }) }
  async checkStep(stepId: string) { const report = { ...fakeStepReport, stepId }; this.setProgress({ stepReports: { ...this.progress.stepReports, [stepId]: report } }); return report }
  async reset() { this.setProgress({ stepReports: {} }) }
  async switchTask(taskId: string) {
    const tasks = this.progress.exam?.tasks ?? {}
    const before = tasks[taskId] ?? { isSeen: false, isDone: false, isFlagged: false, spentMs: 0 }
    this.setExam({ currentTaskId: taskId, tasks: { ...tasks, [taskId]: { ...before, isSeen: true } } })
  }
  async markTask(taskId: string, change: { isDone?: boolean; isFlagged?: boolean }) {
    const tasks = this.progress.exam?.tasks ?? {}
    const before = tasks[taskId] ?? { isSeen: true, isDone: false, isFlagged: false, spentMs: 0 }
    this.setExam({ tasks: { ...tasks, [taskId]: { ...before, ...change } } })
  }
  async setNotes(text: string) { this.setExam({ notes: text, savedAtWallMs: Date.now() }) }
  async stillMoving() { return [{ taskId: 't2', text: 'mock-inference rolls out' }] }
  async grade() { return fakeGrade('attempt-1') }
  async result(attemptId: string) { return fakeGrade(attemptId) }
  async exportLog() { return '{"actions":[]}' }
}
