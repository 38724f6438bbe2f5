/** In which order the heavy parts come: the terminal answers first, Monaco follows when nothing waits. */

const idleTimeoutMs = 1000
/** How long a new workbench is left to the terminal. Until then the editor shows its file as plain text. */
const terminalFirstMs = 600

/** Resolves when the page has nothing better to do, or after a second. */
export function whenIdle(): Promise<void> {
  return new Promise((resolve) => {
    if ('requestIdleCallback' in window) requestIdleCallback(() => resolve(), { timeout: idleTimeoutMs })
    else setTimeout(resolve, idleTimeoutMs)
  })
}

export function loadTerminal(): Promise<typeof import('./terminal/terminal-widget.ts')> {
  return import('./terminal/terminal-widget.ts')
}

/** Parsing Monaco blocks the page for some tenths of a second, so it lets the terminal go first and waits for a quiet moment. */
export async function loadEditor(): Promise<typeof import('./editor/editor-widget.ts')> {
  await loadTerminal()
  await new Promise((resolve) => { setTimeout(resolve, terminalFirstMs) })
  await whenIdle()
  return import('./editor/editor-widget.ts')
}

/** Brings a workbench's code while a page without one is read. */
export async function prefetchWorkbench(): Promise<void> {
  await whenIdle()
  await Promise.all([import('./screens/lab/LabScreen.tsx'), loadTerminal()])
}
