import { useEffect, useImperativeHandle, useRef, useState, type Ref } from 'react'
import { FileCode } from 'lucide-react'
import { useActions } from '../actions/action-hub.tsx'
import { useFlight } from '../flight.tsx'
import { loadEditor } from '../load-order.ts'
import { useServices } from '../services.tsx'
import { view } from '../state/view.ts'
import { Button } from '../ui/Button.tsx'
import { useAnnounce } from '../ui/LiveRegion.tsx'
import { Tabs } from '../ui/Tabs.tsx'
import { useView } from '../use-view.ts'
import type { EditorWidget } from './editor-widget.ts'
import { baseName, useOpenFiles, type OpenFile } from './open-files.ts'
import css from './EditorPane.module.css'

export interface EditorHandle { openFile(path: string): void; openText(path: string, text: string, line?: number): void; apply(): void }

const pastView = view<undefined, boolean>(['second'], (board) => board.clock.isPast)
const filesView = view<undefined, readonly string[]>(['files'], (board) => board.files.map((file) => file.path))

/** Files in tabs, Monaco below, apply with the answer beside the line that caused it. */
export function EditorPane({ initialFiles, handle }: { initialFiles: readonly string[]; handle?: Ref<EditorHandle> }) {
  const { host, store, answer: session } = useFlight()
  const { content } = useServices()
  const announce = useAnnounce()
  const files = useOpenFiles(initialFiles)
  const isPast = useView(pastView)
  const box = useRef<HTMLDivElement>(null)
  const widget = useRef<EditorWidget | undefined>(undefined)
  const [isLoaded, setLoaded] = useState(false)
  const [state, setState] = useState('')
  const current = files.current
  const latest = useRef({ files, current })
  useEffect(() => { latest.current = { files, current } })
  useEffect(() => {
    let isGone = false
    void loadEditor().then(({ createEditor }) => {
      if (isGone || box.current === null) return
      widget.current = createEditor(box.current, { schemaUrl: content.schemaUrl, onChange: (path, text) => { latest.current.files.edit(path, text); setState('') } })
      setLoaded(true)
    })
    return () => { isGone = true; widget.current?.dispose(); widget.current = undefined }
  }, [content])
  useEffect(() => { if (isLoaded && current !== undefined) widget.current?.show(current.path, current.text, current.revision, current.line) }, [isLoaded, current])
  useEffect(() => { widget.current?.setReadOnly(isPast || session.isReadOnly) }, [isPast, session, isLoaded])
  useEffect(() => store.onEditor((request) => { latest.current.files.openText(request.path, request.text, true); widget.current?.focus() }), [store])
  const apply = async () => {
    const file = latest.current.current
    if (file === undefined || isPast) return
    const text = widget.current?.text(file.path) ?? file.text
    const result = await host.apply(text, file.path)
    latest.current.files.saved(file.path)
    widget.current?.showAnswers(file.path, result.answers)
    setState(result.isApplied ? 'applied' : 'refused')
    announce(result.answers.map((row) => `Line ${row.line}: ${row.message}`).join('. '), result.isApplied ? 'polite' : 'assertive')
  }
  const finish = async (file: OpenFile, isSave: boolean) => {
    const text = widget.current?.text(file.path) ?? file.text
    await host.editorDone(file.path, isSave ? text : undefined)
    if (isSave) files.saved(file.path)
    files.answered(file.path)
  }
  useActions({ apply: () => { void apply() }, format: () => widget.current?.format() })
  useImperativeHandle(handle, () => ({ openFile: (path) => { void latest.current.files.open(path) }, openText: (path, text, line) => latest.current.files.openText(path, text, false, line), apply: () => { void apply() } }))
  return (
    <Tabs label="Files" noScroll current={current?.path ?? ''} onChange={(path) => { setState(''); files.choose(path) }} items={files.list.map((file) => ({ id: file.path, title: baseName(file.path), icon: FileCode, isUnsaved: file.isChanged }))}
      controls={<><span className={css.state} role="status">{state !== '' ? state : current?.isChanged === true ? 'not applied' : ''}</span><OpenMenu onOpen={(path) => { void files.open(path) }} /><Button look="primary" kbd="F9" onClick={() => void apply()} disabled={current === undefined || isPast || session.isReadOnly}>Apply</Button></>}>
      {current?.isAsked === true && <div className={css.ask} role="status">The terminal waits for this file. <Button size="small" onClick={() => void finish(current, true)}>Save and close</Button><Button size="small" look="quiet" onClick={() => void finish(current, false)}>Leave without saving</Button></div>}
      {!isLoaded && <pre className={css.plain}>{current?.text ?? ''}</pre>}
      <div ref={box} className={css.editor} data-place="editor" hidden={!isLoaded || current === undefined} />
      {isLoaded && current === undefined && <p className={css.none}>No file is open. Files of the terminal open here with <code>vim</code> or the list above.</p>}
    </Tabs>
  )
}

/** The learner's files. */
function OpenMenu({ onOpen }: { onOpen: (path: string) => void }) {
  const paths = useView(filesView)
  if (paths.length === 0) return null
  return (
    <select className={css.open} aria-label="Open a file" value="" onChange={(event) => { if (event.target.value !== '') onOpen(event.target.value) }}>
      <option value="">Open</option>
      {paths.map((path) => <option key={path} value={path}>{baseName(path)}</option>)}
    </select>
  )
}
