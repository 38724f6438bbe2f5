/** One Monaco editor over the files of the session. */
import type { DocumentAnswer } from '../../session/host.ts'
import { monaco, setUpYaml } from './monaco.ts'

export interface EditorWidget {
  /**
   * Shows a file. Its text is set only for a revision that was not shown yet, so typing is never overwritten.
   * @param line the line to go to when the text is set, from 1
   */
  show(path: string, text: string, revision: number, line?: number): void
  text(path: string): string | undefined
  setReadOnly(isReadOnly: boolean): void
  /** Puts the answers under the lines that caused them; an empty list takes them away. */
  showAnswers(path: string, answers: readonly DocumentAnswer[]): void
  format(): void
  focus(): void
  dispose(): void
}

export interface EditorCallbacks { readonly onChange: (path: string, text: string) => void; readonly schemaUrl: string | undefined }

export function createEditor(element: HTMLElement, callbacks: EditorCallbacks): EditorWidget {
  setUpYaml(callbacks.schemaUrl)
  const style = getComputedStyle(element)
  const editor = monaco.editor.create(element, {
    model: null, automaticLayout: true, fontFamily: style.getPropertyValue('--mono'), fontSize: 12, lineHeight: 17, minimap: { enabled: false }, scrollBeyondLastLine: false, renderLineHighlight: 'all', tabSize: 2, insertSpaces: true, wordWrap: 'off',
    lineNumbersMinChars: 4, folding: true, overviewRulerLanes: 0, padding: { top: 6, bottom: 6 }, accessibilitySupport: 'auto', wordBasedSuggestions: 'off', acceptSuggestionOnEnter: 'off', ariaLabel: 'YAML editor. F6 leaves it, F9 applies, Control+M makes Tab move the focus.', contextmenu: false, links: false, fixedOverflowWidgets: true, quickSuggestions: { other: true, comments: false, strings: true }, theme: 'podflight', hover: { above: false },
  })
  const answers = answerZones(editor)
  const shown = new Map<string, number>()
  let isSetting = false
  const pathOf = (model: monaco.editor.ITextModel | null) => (model === null ? '' : model.uri.path)
  editor.onDidChangeModelContent(() => { const model = editor.getModel(); if (model !== null && !isSetting) callbacks.onChange(pathOf(model), model.getValue()) })
  editor.addCommand(monaco.KeyCode.Escape, () => answers.clear(), '!suggestWidgetVisible && !findWidgetVisible && !markersNavigationVisible')
  const modelOf = (path: string) => monaco.editor.getModel(monaco.Uri.file(path))
  return {
    show(path, text, revision, line) {
      const isNew = shown.get(path) !== revision
      let model = modelOf(path)
      if (model === null) model = monaco.editor.createModel(text, languageOf(path), monaco.Uri.file(path))
      else if (shown.get(path) !== revision && model.getValue() !== text) { isSetting = true; model.setValue(text); isSetting = false }
      shown.set(path, revision)
      if (editor.getModel() !== model) { answers.clear(); editor.setModel(model) }
      if (isNew && line !== undefined) { editor.setPosition({ lineNumber: line, column: 1 }); editor.revealLineInCenter(line); editor.focus() }
    },
    text: (path) => modelOf(path)?.getValue(),
    setReadOnly(isReadOnly) { editor.updateOptions({ readOnly: isReadOnly, readOnlyMessage: { value: 'Read only: you look at the past.' } }) },
    showAnswers(path, list) { if (pathOf(editor.getModel()) === path) answers.show(list) },
    format() { void editor.getAction('editor.action.formatDocument')?.run() },
    focus() { editor.focus() },
    dispose() { for (const path of shown.keys()) modelOf(path)?.dispose(); editor.dispose() },
  }
}

function languageOf(path: string): string { return /\.ya?ml$/.test(path) ? 'yaml' : 'plaintext' }

/** The answer lines: a view zone under the line, and a mark on the line. */
function answerZones(editor: monaco.editor.IStandaloneCodeEditor): { show(list: readonly DocumentAnswer[]): void; clear(): void } {
  let zones: string[] = []
  const marks = editor.createDecorationsCollection()
  const clear = () => { editor.changeViewZones((accessor) => { for (const zone of zones) accessor.removeZone(zone) }); zones = []; marks.clear() }
  return {
    clear,
    show(list) {
      clear()
      editor.changeViewZones((accessor) => { for (const answer of list) zones.push(accessor.addZone(zoneOf(editor, answer))) })
      marks.set(list.map((answer) => ({ range: new monaco.Range(answer.line, 1, answer.line, 1), options: { isWholeLine: true, className: `podflight-line-${answer.severity}` } })))
      const first = list.find((answer) => answer.severity === 'refused') ?? list[0]
      if (first !== undefined) editor.revealLineInCenterIfOutsideViewport(first.line)
    },
  }
}

function zoneOf(editor: monaco.editor.IStandaloneCodeEditor, answer: DocumentAnswer): monaco.editor.IViewZone {
  const node = document.createElement('div')
  node.className = `podflight-answer podflight-answer-${answer.severity}`
  node.setAttribute('role', answer.severity === 'refused' ? 'alert' : 'status')
  const strong = document.createElement('b')
  strong.textContent = answer.message
  node.append(strong)
  if (answer.note !== undefined) node.append(` ${answer.note}`)
  const width = Math.max(200, editor.getLayoutInfo().contentWidth - 24)
  const rows = `${answer.message} ${answer.note ?? ''}`.split('\n').reduce((total, line) => total + Math.max(1, Math.ceil((line.length * 6.6) / width)), 0)
  return { afterLineNumber: answer.line, heightInPx: rows * 16 + 14, domNode: node }
}
