import { createContext, useCallback, useContext, useMemo, useRef, useState, type ReactNode } from 'react'
import css from './LiveRegion.module.css'

type Announce = (text: string, urgency?: 'polite' | 'assertive') => void
const AnnounceContext = createContext<Announce>(() => {})

/** The one live region of the app: grades, alerts and answers are read from here, once each. */
export function LiveRegion({ children }: { children: ReactNode }) {
  const [polite, setPolite] = useState('')
  const [assertive, setAssertive] = useState('')
  const flip = useRef(false)
  const announce = useCallback<Announce>((text, urgency = 'polite') => {
    // The same text twice is read twice only when the node changes.
    flip.current = !flip.current
    const changed = flip.current ? text : `${text}\u00a0`
    if (urgency === 'assertive') setAssertive(changed)
    else setPolite(changed)
  }, [])
  const value = useMemo(() => announce, [announce])
  return (
    <AnnounceContext value={value}>
      {children}
      <div className={css.hidden} role="status">{polite}</div>
      <div className={css.hidden} role="alert">{assertive}</div>
    </AnnounceContext>
  )
}

export function useAnnounce(): Announce { return useContext(AnnounceContext) }

/** Text for readers only. */
export function Hidden({ children, isBlock = false }: { children: ReactNode; isBlock?: boolean }) { return isBlock ? <div className={css.hidden}>{children}</div> : <span className={css.hidden}>{children}</span> }
