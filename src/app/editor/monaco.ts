/** Loads Monaco with YAML and the Kubernetes schema. The only importer of monaco; loaded after the first paint. */
import * as monaco from 'monaco-editor/editor/editor.api.js'
import 'monaco-editor/languages/definitions/yaml/register.js'
import 'monaco-editor/editor/contrib/suggest/browser/suggestController.js'
import 'monaco-editor/features/hover/register.js'
import 'monaco-editor/features/find/register.js'
import 'monaco-editor/features/folding/register.js'
import 'monaco-editor/features/gotoError/register.js'
import 'monaco-editor/features/codicon/register.js'
import 'monaco-editor/features/codeEditor/register.js'
import 'monaco-editor/features/clipboard/register.js'
import 'monaco-editor/features/comment/register.js'
import 'monaco-editor/features/linesOperations/register.js'
import 'monaco-editor/features/format/register.js'
import 'monaco-editor/features/multicursor/register.js'
import 'monaco-editor/features/indentation/register.js'
import 'monaco-editor/features/wordOperations/register.js'
import 'monaco-editor/features/toggleTabFocusMode/register.js'
import 'monaco-editor/features/quickCommand/register.js'
import 'monaco-editor/features/bracketMatching/register.js'
import { configureMonacoYaml, type MonacoYaml } from 'monaco-yaml'
import editorWorkerUrl from 'monaco-editor/editor/editor.worker.js?worker&url'
import yamlWorkerUrl from './yaml.worker.ts?worker&url'
import { onTheme } from '../settings.ts'
import { startWorker } from '../trusted.ts'

export { monaco }

;(self as { MonacoEnvironment?: unknown }).MonacoEnvironment = { getWorker: (_id: string, label: string) => startWorker(label === 'yaml' ? yamlWorkerUrl : editorWorkerUrl) }

let yaml: MonacoYaml | undefined

/** Sets up YAML once per page. The schema comes in the background; without it the editor still works. */
export function setUpYaml(schemaUrl: string | undefined): void {
  if (yaml !== undefined) return
  yaml = configureMonacoYaml(adapted(), yamlOptions([]))
  const mine = yaml
  loadSchema(schemaUrl)
    .then((schema) => mine.update(yamlOptions([{ uri: 'podflight://kubernetes.json', fileMatch: ['**/*.yaml', '**/*.yml'], schema: schema as never }])))
    .catch((error: unknown) => { console.error('The Kubernetes schema could not be loaded; completion is off.', error) })
  defineThemes()
  onTheme(defineThemes)
}

async function loadSchema(schemaUrl: string | undefined): Promise<unknown> {
  if (schemaUrl === undefined) {
    const [{ kubernetesSchema }, { descriptions }] = await Promise.all([import('./kubernetes-schema.ts'), import('virtual:api-descriptions')])
    return kubernetesSchema(descriptions)
  }
  const response = await fetch(schemaUrl)
  if (!response.ok) throw new Error(`The schema answered ${response.status}.`)
  return response.json()
}

function yamlOptions(schemas: readonly { uri: string; fileMatch: string[]; schema: never }[]) {
  return { enableSchemaRequest: false, validate: true, completion: true, hover: true, format: { enable: true }, yamlVersion: '1.1' as const, schemas: [...schemas] }
}

/** monaco-yaml wants workers made its way, and its warnings are errors to the API server. */
function adapted(): typeof monaco {
  const editor = {
    ...monaco.editor,
    createWebWorker({ createData }: { createData: unknown }) {
      const worker = startWorker(yamlWorkerUrl)
      worker.postMessage('ignore')
      worker.postMessage(createData)
      return monaco.editor.createWebWorker({ worker: worker as never })
    },
    setModelMarkers(model: monaco.editor.ITextModel, owner: string, markers: monaco.editor.IMarkerData[]) {
      monaco.editor.setModelMarkers(model, owner, markers.map((marker) => ({ ...marker, severity: monaco.MarkerSeverity.Error })))
    },
  }
  return { ...monaco, editor } as unknown as typeof monaco
}

/** A Monaco theme from the tokens of the shown theme. */
function defineThemes(): void {
  const style = getComputedStyle(document.documentElement)
  // The build shortens #ffffff to #fff, which Monaco refuses.
  const hex = (name: string) => style.getPropertyValue(`--${name}`).trim().replace(/^#(.)(.)(.)$/, '#$1$1$2$2$3$3')
  const rule = (token: string, name: string) => ({ token, foreground: hex(name).replace('#', '') })
  const theme = document.documentElement.dataset['theme'] ?? 'light'
  monaco.editor.defineTheme('podflight', {
    base: theme === 'light' ? 'vs' : theme === 'hc' ? 'hc-black' : 'vs-dark', inherit: true,
    rules: [rule('', 'text'), rule('type', 'syn-key'), rule('keyword', 'syn-num'), rule('string', 'text'), rule('string.yaml', 'syn-str'), rule('number', 'syn-num'), rule('comment', 'syn-com'), rule('tag', 'syn-key'), rule('operators', 'text-2'), rule('delimiter', 'text-2')],
    colors: {
      'editor.background': hex('surface'), 'editor.foreground': hex('text'), 'editorLineNumber.foreground': hex('text-3'), 'editorLineNumber.activeForeground': hex('text-2'), 'editor.lineHighlightBackground': hex('sel-line'), 'editor.lineHighlightBorder': hex('sel-line'),
      'editorCursor.foreground': hex('text'), 'editor.selectionBackground': hex('course-soft'), 'editorWidget.background': hex('overlay'), 'editorWidget.foreground': hex('text'), 'editorWidget.border': hex('line-2'), 'editorSuggestWidget.selectedBackground': hex('course-soft'), 'editorSuggestWidget.selectedForeground': hex('text'),
      'focusBorder': hex('course'), 'editorGutter.background': hex('surface'), 'editorIndentGuide.background1': hex('line'), 'editorIndentGuide.activeBackground1': hex('line-2'), 'editorError.foreground': hex('bad'), 'editorWarning.foreground': hex('wait'), 'editorHoverWidget.background': hex('overlay'), 'editorHoverWidget.border': hex('line-2'), 'input.background': hex('surface'), 'input.foreground': hex('text'), 'input.border': hex('control'),
    },
  })
  monaco.editor.setTheme('podflight')
}
