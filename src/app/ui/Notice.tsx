import type { ReactNode } from 'react'
import css from './Notice.module.css'

interface NoticeProps { tone: 'info' | 'wait' | 'bad'; title: string; children?: ReactNode; actions?: ReactNode }

/** Something that stays in the page until it is dealt with; never a toast over the terminal. */
export function Notice({ tone, title, children, actions }: NoticeProps) {
  return (
    <div className={`${css.notice} ${css[tone]}`} role={tone === 'bad' ? 'alert' : 'status'}>
      <h2>{title}</h2>
      {children !== undefined && <div className={css.text}>{children}</div>}
      {actions !== undefined && <div className={css.actions}>{actions}</div>}
    </div>
  )
}
