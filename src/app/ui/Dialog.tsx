import { useEffect, useId, useRef, type ReactNode } from 'react'
import css from './Dialog.module.css'

interface DialogProps {
  title: string
  children: ReactNode
  /** Safe choice first: it gets the focus. */
  actions: ReactNode
  onClose: () => void
}

/** Asks only for what cannot be undone. Esc is the safe choice; the focus returns to where it was. */
export function Dialog({ title, children, actions, onClose }: DialogProps) {
  const ref = useRef<HTMLDialogElement>(null)
  const id = useId()
  useEffect(() => {
    const dialog = ref.current
    const before = document.activeElement
    dialog?.showModal()
    dialog?.querySelector<HTMLElement>('[data-safe] button, [data-safe]')?.focus()
    return () => { dialog?.close(); if (before instanceof HTMLElement) before.focus() }
  }, [])
  return (
    <dialog ref={ref} className={css.dialog} role="alertdialog" aria-labelledby={`${id}-title`} aria-describedby={`${id}-text`} onCancel={(event) => { event.preventDefault(); onClose() }}>
      <h2 id={`${id}-title`}>{title}</h2>
      <div id={`${id}-text`} className={css.text}>{children}</div>
      <div className={css.actions} data-safe>{actions}</div>
    </dialog>
  )
}
