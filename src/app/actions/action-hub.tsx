import { createContext, useContext, useEffect, useMemo, useRef, type ReactNode } from 'react'
import { areSingleKeysOn } from '../settings.ts'
import type { Command } from './palette.view.ts'
import { actionOfKey, type KeyPlace, type UiActionId } from './ui-actions.ts'

export type ActionHandlers = Partial<Record<UiActionId, () => void>>

export interface ActionHub {
  /** Runs the handler of the innermost part of the page that has one; false when there is none. */
  dispatch(id: UiActionId): boolean
  has(id: UiActionId): boolean
  register(handlers: { current: ActionHandlers }): () => void
  /** Commands about objects, asked for when the palette opens: rebuilding thousands on each delta would cost a frame. */
  addCommands(source: () => readonly Command[]): () => void
  commands(): readonly Command[]
}

const HubContext = createContext<ActionHub | undefined>(undefined)

/** Collects handlers and turns key presses into actions. */
export function ActionProvider({ children }: { children: ReactNode }) {
  const hub = useMemo(() => createHub(), [])
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const id = actionOfKey({ key: event.key, shift: event.shiftKey, ctrl: event.ctrlKey, alt: event.altKey, meta: event.metaKey }, placeOf(event.target), areSingleKeysOn())
      if (id === undefined || document.querySelector('dialog[open]') !== null) return
      // Inside the editor F1 is Monaco's own list; Ctrl+; still opens ours.
      if (id === 'palette' && event.key === 'F1' && placeOf(event.target) === 'editor') return
      if (id === 'next-pane' || id === 'previous-pane' ? cyclePane(id === 'next-pane' ? 1 : -1) : hub.dispatch(id)) { event.preventDefault(); event.stopPropagation() }
    }
    window.addEventListener('keydown', onKey, true)
    return () => { window.removeEventListener('keydown', onKey, true) }
  }, [hub])
  return <HubContext value={hub}>{children}</HubContext>
}

function createHub(): ActionHub {
  const stack: { current: ActionHandlers }[] = []
  const sources = new Set<() => readonly Command[]>()
  const find = (id: UiActionId) => stack.findLast((entry) => entry.current[id] !== undefined)?.current[id]
  return {
    dispatch(id) { const run = find(id); run?.(); return run !== undefined },
    has: (id) => find(id) !== undefined,
    register(handlers) { stack.push(handlers); return () => { stack.splice(stack.indexOf(handlers), 1) } },
    addCommands(source) { sources.add(source); return () => { sources.delete(source) } },
    commands: () => [...sources].flatMap((source) => source()),
  }
}

export function useActionHub(): ActionHub {
  const hub = useContext(HubContext)
  if (hub === undefined) throw new Error('useActionHub is called outside the app')
  return hub
}

/** Says what these actions do while the component is on the page. */
export function useActions(handlers: ActionHandlers): void {
  const hub = useActionHub()
  const latest = useRef(handlers)
  useEffect(() => { latest.current = handlers })
  useEffect(() => hub.register(latest), [hub])
}

function placeOf(target: EventTarget | null): KeyPlace {
  if (!(target instanceof Element)) return 'page'
  if (target.closest('[data-place="editor"]') !== null) return 'editor'
  if (target.closest('[data-place="terminal"]') !== null) return 'terminal'
  return target.closest('input, textarea, select, [contenteditable="true"]') !== null ? 'field' : 'page'
}

/** Moves the focus to the next visible pane, and into its editor or terminal when it has one. */
function cyclePane(step: 1 | -1): boolean {
  const panes = [...document.querySelectorAll<HTMLElement>('[data-pane]')].filter((pane) => pane.offsetParent !== null && pane.querySelector('[data-pane]') === null)
  if (panes.length === 0) return false
  const at = panes.findIndex((pane) => pane.contains(document.activeElement))
  const next = panes[(at + step + panes.length) % panes.length] ?? panes[0]
  const inner = next?.querySelector<HTMLElement>('[data-place] textarea, [data-place] [contenteditable="true"], [data-place] .native-edit-context')
  ;(inner ?? next)?.focus()
  return true
}
