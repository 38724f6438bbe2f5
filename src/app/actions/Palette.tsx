import { useEffect, useId, useRef, useState, type KeyboardEvent } from 'react'
import { Search } from 'lucide-react'
import { Kbd } from '../ui/Button.tsx'
import { findCommands, groupCommands, type Command } from './palette.view.ts'
import css from './Palette.module.css'

interface PaletteProps { commands: readonly Command[]; onClose: () => void }

/** Everything by name: a dialog with a combobox. Arrows move, Enter runs, Esc closes. */
export function Palette({ commands, onClose }: PaletteProps) {
  const dialog = useRef<HTMLDialogElement>(null)
  const id = useId()
  const [query, setQuery] = useState('')
  const [at, setAt] = useState(0)
  const found = findCommands(commands, query)
  useEffect(() => {
    const before = document.activeElement
    dialog.current?.showModal()
    return () => { if (before instanceof HTMLElement) before.focus() }
  }, [])
  useEffect(() => { document.getElementById(`${id}-${at}`)?.scrollIntoView({ block: 'nearest' }) }, [id, at])
  const run = (command: Command | undefined) => { dialog.current?.close(); onClose(); if (command !== undefined) queueMicrotask(command.run) }
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') { event.preventDefault(); setAt((index) => (index + (event.key === 'ArrowDown' ? 1 : -1) + found.length) % Math.max(1, found.length)) }
    if (event.key === 'Enter') { event.preventDefault(); run(found[at]) }
  }
  return (
    <dialog ref={dialog} className={css.palette} aria-label="Commands" onCancel={(event) => { event.preventDefault(); run(undefined) }} onClick={(event) => { if (event.target === dialog.current) run(undefined) }}>
      <div className={css.field}>
        <Search size={16} aria-hidden />
        <input role="combobox" aria-expanded="true" aria-controls={`${id}-list`} aria-activedescendant={found.length > 0 ? `${id}-${at}` : undefined} aria-label="Command, object or time" autoFocus
          value={query} onChange={(event) => { setQuery(event.target.value); setAt(0) }} onKeyDown={onKeyDown} placeholder="Command, Pod, lab or a time" spellCheck={false} />
        <span className={css.count} role="status">{found.length === 1 ? '1 result' : `${found.length} results`}</span>
        <Kbd>Esc</Kbd>
      </div>
      <div className={css.list} role="listbox" id={`${id}-list`} aria-label="Results">
        {found.length === 0 && <p className={css.none}>No command or object matches.</p>}
        {groupCommands(found).map((group) => (
          <div key={group.title} role="group" aria-label={group.title}>
            <div className={css.group} aria-hidden="true">{group.title}</div>
            {group.items.map(({ command, index }) => (
              <div key={command.id} id={`${id}-${index}`} role="option" aria-selected={index === at} className={css.option} onPointerMove={() => setAt(index)} onClick={() => run(command)}>
                <span>{command.title}</span>{command.note !== undefined && <span className={css.note}>{command.note}</span>}
                <span className={css.space} />{command.key !== undefined && <Kbd>{command.key}</Kbd>}
              </div>
            ))}
          </div>
        ))}
      </div>
      <div className={css.foot}><span><Kbd>↑</Kbd> <Kbd>↓</Kbd> move</span><span><Kbd>↵</Kbd> run</span><span className={css.space} /><span><Kbd>@</Kbd> for objects, <Kbd>:</Kbd> for a time</span></div>
    </dialog>
  )
}
