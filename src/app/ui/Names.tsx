import { splitName } from './names.view.ts'
import css from './Names.module.css'

/** A name that is cut in the middle when room is short; its last characters always stay. */
export function Name({ children, keep = 6 }: { children: string; keep?: number }) {
  const { head, tail } = splitName(children, keep)
  return <span className={css.name} title={children}><span className={css.head}>{head}</span><span className={css.tail}>{tail}</span></span>
}
