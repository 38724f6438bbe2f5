import { useEffect, useMemo, useRef, useState } from 'react'
import { useFlight } from '../flight.tsx'

/** A file in a tab. `text` is what came from outside, with `revision` counting how often; what is typed stays in the widget. */
export interface OpenFile { readonly path: string; readonly text: string; readonly revision: number; readonly isChanged: boolean; /** A command in the terminal waits for it. */ readonly isAsked: boolean; /** Opened by that command alone; its tab goes with it. */ readonly isPassing?: boolean; /** The line to go to when the text is shown. */ readonly line?: number }

export interface OpenFiles {
  readonly list: readonly OpenFile[]
  readonly current: OpenFile | undefined
  choose(path: string): void
  open(path: string): Promise<void>
  openText(path: string, text: string, isAsked: boolean, line?: number): void
  edit(path: string, text: string): void
  saved(path: string): void
  /** The command has its answer: the tab stays if it was there before. */
  answered(path: string): void
}

/** Typed text reaches the host's file this long after the last key. */
const saveDelayMs = 800

/** kubectl edit asks for a file that nobody wants to keep. */
function isTemporary(path: string): boolean { return path.startsWith('/tmp/') }

export function baseName(path: string): string { return path.slice(path.lastIndexOf('/') + 1) }

/** The tabs of the editor. Text is written to the file shortly after typing, so that the terminal sees the same. */
export function useOpenFiles(initial: readonly string[]): OpenFiles {
  const { host, store } = useFlight()
  const [list, setList] = useState<readonly OpenFile[]>([])
  const [path, setPath] = useState('')
  const timers = useRef(new Map<string, ReturnType<typeof setTimeout>>())
  const actions = useMemo(() => {
    const put = (file: Omit<OpenFile, 'revision'>) => setList((before) => (before.some((row) => row.path === file.path) ? before.map((row) => (row.path === file.path ? { ...file, revision: row.revision + 1, isPassing: row.isPassing === true } : row)) : [...before, { ...file, revision: 1, isPassing: file.isAsked && isTemporary(file.path) }]))
    const change = (target: string, with_: Partial<OpenFile>) => setList((before) => before.map((row) => (row.path === target ? { ...row, ...with_ } : row)))
    const absolute = (target: string) => (target.startsWith('/') ? target : `${store.board.terminal.cwd === '' ? '/home/learner' : store.board.terminal.cwd}/${target}`)
    const write = (target: string, text: string) => {
      clearTimeout(timers.current.get(target))
      timers.current.set(target, setTimeout(() => { host.writeFile(target, text).catch((error: unknown) => { console.error('saving a file failed', error) }) }, saveDelayMs))
    }
    return {
      choose: setPath,
      async open(target: string) { put({ path: target, text: await host.readFile(target), isChanged: false, isAsked: false }); setPath(target) },
      openText(target: string, text: string, isAsked: boolean, line?: number) { const full = absolute(target); put({ path: full, text, isChanged: !isAsked, isAsked, ...(line === undefined ? {} : { line }) }); setPath(full); if (!isAsked) write(full, text) },
      edit(target: string, text: string) { change(target, { isChanged: true }); write(target, text) },
      saved(target: string) { clearTimeout(timers.current.get(target)); change(target, { isChanged: false }) },
      answered(target: string) { setList((before) => before.flatMap((row) => (row.path !== target ? [row] : row.isPassing === true ? [] : [{ ...row, isAsked: false }]))) },
    }
  }, [host, store])
  useEffect(() => {
    let isGone = false
    void (async () => {
      for (const file of initial) {
        const text = await host.readFile(file).catch(() => undefined)
        if (isGone || text === undefined) continue
        setList((before) => (before.some((row) => row.path === file) ? before : [...before, { path: file, text, revision: 1, isChanged: false, isAsked: false }]))
        setPath((before) => (before === '' ? file : before))
      }
    })()
    return () => { isGone = true }
  }, [host, initial])
  useFollowFiles(list, setList)
  return { list, current: list.find((file) => file.path === path) ?? list[0], ...actions }
}

/** Files that the terminal changed are read again, unless they hold typed text. */
function useFollowFiles(list: readonly OpenFile[], setList: (change: (before: readonly OpenFile[]) => readonly OpenFile[]) => void): void {
  const { host, store } = useFlight()
  const open = useRef(list)
  useEffect(() => { open.current = list })
  useEffect(() => {
    let revision = store.board.rev.files
    return store.subscribe(() => {
      if (store.board.rev.files === revision) return
      revision = store.board.rev.files
      for (const file of open.current) {
        if (file.isChanged || file.isAsked || !store.board.files.some((row) => row.path === file.path)) continue
        host.readFile(file.path).then((text) => { if (text !== file.text) setList((before) => before.map((row) => (row.path === file.path && !row.isChanged ? { ...row, text, revision: row.revision + 1 } : row))) }, () => {})
      }
    })
  }, [host, store, setList])
}
